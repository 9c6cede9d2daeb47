// A trace in a list. Opened, it shows a preview, which is asked for then.

import { button, foreign, h, setAria } from './dom.js';
import { content } from './content.js';
import { counted, moment, seconds, usd } from './format.js';
import { Host } from './host.js';
import { link } from './link.js';
import { attempt, isAbort, notice, why } from './notice.js';

/** @import { ChildRun, RunResult } from './types' */

// The bounds of get_run's max_chars: what it takes if not told, and the most.
const usual = 2000;
const largest = 50_000;

// Steps of a failed trace, those that failed first.
const mostSteps = 8;

let made = 0; // gives previews their ids

/** @param {{ status?: string, error?: string }} run */
function failed({ status, error }) {
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
 * @property {unknown} [session] the id of its project, where that is known
 * @property {Record<string, unknown>} [attributes]
 * @property {HTMLElement | null} [note] what else is to be said of it
 */

/**
 * @param {Host} host
 * @param {RunLine} run
 */
export function runItem(host, run) {
  const preview = h('div', { className: 'preview', id: `preview-${++made}`, hidden: true });
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
    load(host, run, preview, usual).catch((error) => {
      asked = false; // opening it once more tries again
      preview.replaceChildren(notice('bad', why(error)), link(host, run.url, run.title) ?? '');
    });
  };
  const facts = [failed(run) ? h('span', { className: 'bad-word' }, '✕ failed') : run.status ? h('span', {}, run.status === 'success' ? '✓ success' : run.status) : null, run.start ? h('span', {}, moment(run.start)) : null];
  return h(
    'li',
    { className: failed(run) ? 'run failed' : 'run' },
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
    preview.replaceChildren(notice('note', 'This host lets the page call no tools. Ask the model for get_run with run_id ', h('code', {}, run.id), '.'), link(host, run.url, run.title) ?? '');
    return;
  }
  if (preview.childElementCount === 0) preview.append(h('p', { className: 'quiet' }, 'Loading the trace …'));
  try {
    const found = await host.call('get_run', { run_id: run.id, ...(run.session ? { session_id: run.session } : {}), ...(chars > usual ? { max_chars: chars } : {}) });
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
  if (failed(found) && found.children?.length) parts.push(...steps(host, run, found.children));
  if (found.inputs !== undefined) parts.push(h('h3', {}, 'Input'), content(found.inputs));
  if (found.outputs !== undefined) parts.push(h('h3', {}, 'Output'), content(found.outputs));
  if (found.inputs === undefined && found.outputs === undefined) parts.push(h('p', { className: 'quiet' }, 'No input and no output is given: there are none, or this server’s operator hides them.'));
  const outlet = h('span', { className: 'outlet' });
  if (found.cut?.length) {
    const more = button('Show more of it', () => attempt(more, outlet, () => load(host, run, preview, Math.min(chars * 10, largest))));
    parts.push(h('p', { className: 'quiet' }, `Shortened: ${found.cut.join(', ')}. `, chars < largest ? more : 'That is the most one result can hold; LangSmith shows the whole.', outlet));
  }
  const way = link(host, found.url ?? run.url, run.title);
  return way ? [...parts, h('p', {}, way)] : parts;
}

/**
 * What a failed trace did, each step with a preview of its own.
 *
 * @param {Host} host
 * @param {RunLine} run
 * @param {ChildRun[]} children
 */
function steps(host, { session }, children) {
  const line = (/** @type {ChildRun} */ { id, name = '', run_type = '', status, error, latency_seconds }) => {
    const facts = [run_type, latency_seconds === undefined ? '' : `took ${seconds(latency_seconds)}`].filter(Boolean).join(' · ');
    return runItem(host, { id, session, title: name || id, status, error, note: h('span', {}, facts) });
  };
  const left = children.length - mostSteps;
  return [
    h('h3', {}, 'Steps'),
    h('ol', { className: 'runs steps' }, ...children.slice(0, mostSteps).map(line)),
    ...(left > 0 ? [h('p', { className: 'quiet' }, `${counted(left, 'more step')} not shown.`)] : []),
  ];
}
