// A trace in a list. Opened, it loads and shows a preview.

import { button, foreign, h, setAria } from './dom.js';
import { contentView } from './content.js';
import { formatCount, formatTime, seconds, usd } from './format.js';
import { Host } from './host.js';
import { pageLink } from './link.js';
import { attempt, isAbort, notice, errorText } from './notice.js';

/** @import { ChildRun, RunResult } from './types' */

// The default and the maximum of get_run's max_chars.
const defaultChars = 2000;
const maxChars = 50_000;

// The number of shown steps of a failed trace; failed ones come first.
const maxSteps = 8;

let previewCount = 0; // for the ids of previews

/** @param {{ status?: string, error?: string }} run */
function isFailed({ status, error }) {
  return status === 'error' || Boolean(error);
}

/**
 * @typedef {object} RunLine
 * @property {string} id
 * @property {string} title
 * @property {string} [status]
 * @property {string} [start]
 * @property {string} [error]
 * @property {string} [url]
 * @property {unknown} [session] the id of its project, if known
 * @property {Record<string, unknown>} [attributes]
 * @property {HTMLElement | null} [note] a further remark
 */

/**
 * @param {Host} host
 * @param {RunLine} run
 */
export function runItem(host, run) {
  const preview = h('div', { className: 'preview', id: `preview-${++previewCount}`, hidden: true });
  const toggle = h(
    'button',
    { type: 'button', className: 'run-title', aria: { expanded: false, controls: preview.id }, on: { click: () => show(toggle.getAttribute('aria-expanded') === 'false') } },
    h('span', { className: 'twisty', aria: { hidden: true } }),
    foreign(run.title || run.id),
  );
  let asked = false;
  const show = (/** @type {boolean} */ open) => {
    setAria(toggle, 'expanded', open);
    preview.hidden = !open;
    if (!open || asked) return;
    asked = true;
    load(host, run, preview, defaultChars).catch((error) => {
      asked = false; // opening it again retries
      preview.replaceChildren(notice('bad', errorText(error)), pageLink(host, run.url, run.title) ?? '');
    });
  };
  const facts = [isFailed(run) ? h('span', { className: 'bad-word' }, '✕ failed') : run.status ? h('span', {}, run.status === 'success' ? '✓ success' : run.status) : null, run.start ? h('span', {}, formatTime(run.start)) : null];
  return h(
    'li',
    { className: isFailed(run) ? 'run failed' : 'run' },
    toggle,
    h('div', { className: 'run-facts' }, ...facts, run.note ?? null),
    run.error ? h('div', { className: 'run-error' }, foreign(run.error)) : null,
    preview,
  );
}

/**
 * @param {Host} host
 * @param {RunLine} run
 * @param {HTMLElement} preview
 * @param {number} chars
 */
async function load(host, run, preview, chars) {
  if (!host.callsTools) {
    preview.replaceChildren(notice('note', 'This host lets the page call no tools. Ask the model for get_run with run_id ', h('code', {}, run.id), '.'), pageLink(host, run.url, run.title) ?? '');
    return;
  }
  if (preview.childElementCount === 0) preview.append(h('p', { className: 'quiet' }, 'Loading the trace …'));
  try {
    const found = await host.call('get_run', { run_id: run.id, ...(run.session ? { session_id: run.session } : {}), ...(chars > defaultChars ? { max_chars: chars } : {}) });
    preview.replaceChildren(...previewOf(host, run, found, preview, chars));
  } catch (error) {
    if (!isAbort(error)) throw error;
  }
}

/**
 * @param {Host} host
 * @param {RunLine} run
 * @param {RunResult} found
 * @param {HTMLElement} preview
 * @param {number} chars
 */
function previewOf(host, run, found, preview, chars) {
  const facts = [found.name, found.run_type, found.latency_seconds === undefined ? '' : `took ${seconds(found.latency_seconds)}`, found.total_cost === undefined ? '' : `cost ${usd(found.total_cost)}`];
  /** @type {HTMLElement[]} */
  const parts = [h('p', { className: 'quiet' }, ...facts.filter(Boolean).flatMap((fact, i) => [i > 0 ? ' · ' : '', foreign(String(fact))]))];
  if (run.attributes && Object.keys(run.attributes).length > 0) parts.push(h('dl', { className: 'attributes' }, ...Object.entries(run.attributes).map(([key, value]) => h('div', {}, h('dt', {}, foreign(key)), h('dd', {}, foreign(typeof value === 'string' ? value : JSON.stringify(value)))))));
  if (found.error) parts.push(h('h3', {}, 'Error'), h('pre', { className: 'error', dir: 'auto', tabIndex: 0, role: 'region', aria: { label: 'Error' } }, found.error));
  if (isFailed(found) && found.children?.length) parts.push(...stepList(host, run, found.children));
  if (found.inputs !== undefined) parts.push(h('h3', {}, 'Input'), contentView(found.inputs));
  if (found.outputs !== undefined) parts.push(h('h3', {}, 'Output'), contentView(found.outputs));
  if (found.inputs === undefined && found.outputs === undefined) parts.push(h('p', { className: 'quiet' }, 'No input and no output is given: there are none, or this server’s operator hides them.'));
  const outlet = h('span', { className: 'outlet' });
  if (found.cut?.length) {
    const more = button('Show more of it', () => attempt(more, outlet, () => load(host, run, preview, Math.min(chars * 10, maxChars))));
    parts.push(h('p', { className: 'quiet' }, `Shortened: ${found.cut.join(', ')}. `, chars < maxChars ? more : 'That is the most one result can hold; LangSmith shows the whole.', outlet));
  }
  const way = pageLink(host, found.url ?? run.url, run.title);
  return way ? [...parts, h('p', {}, way)] : parts;
}

/**
 * Returns the steps of a failed trace, each with its own preview.
 *
 * @param {Host} host
 * @param {RunLine} run
 * @param {ChildRun[]} children
 */
function stepList(host, { session }, children) {
  const line = (/** @type {ChildRun} */ { id, name = '', run_type = '', status, error, latency_seconds }) => {
    const facts = [run_type, latency_seconds === undefined ? '' : `took ${seconds(latency_seconds)}`].filter(Boolean).join(' · ');
    return runItem(host, { id, session, title: name || id, status, error, note: h('span', {}, facts) });
  };
  const left = children.length - maxSteps;
  return [
    h('h3', {}, 'Steps'),
    h('ol', { className: 'runs steps' }, ...children.slice(0, maxSteps).map(line)),
    ...(left > 0 ? [h('p', { className: 'quiet' }, `${formatCount(left, 'more step')} not shown.`)] : []),
  ];
}
