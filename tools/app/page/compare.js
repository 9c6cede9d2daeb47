// Comparisons of two reports: each category with two marks on one scale, and in figures.

import { foreign, h, setAria, unseen } from './dom.js';
import { count, formatCount, valueOrDash, percent, points } from './format.js';
import { Host } from './host.js';
import { stat } from './metrics.js';
import { attempt } from './notice.js';

/** @import { Change, ComparedJob, Comparison } from './types' */

/** @typedef {'appeared' | 'vanished' | 'grew' | 'shrank' | 'unchanged'} Kind */

/** @type {{ kind: Kind, sign: string, title: string }[]} */
const kinds = [
  { kind: 'appeared', sign: '+', title: 'Appeared' },
  { kind: 'grew', sign: '▲', title: 'Grew' },
  { kind: 'shrank', sign: '▼', title: 'Shrank' },
  { kind: 'vanished', sign: '−', title: 'Vanished' },
  { kind: 'unchanged', sign: '=', title: 'Steady, within chance' },
];

/**
 * @param {Host} host
 * @param {Comparison} comparison
 * @param {(side: 'job' | 'baseline', cluster: string) => Promise<void>} open a report, at a category if one is named
 */
export function comparisonView(host, comparison, open) {
  const { job, baseline, caution = [] } = comparison;
  const outlet = h('div', { className: 'outlet' });
  const visit = (/** @type {HTMLElement} */ from, /** @type {'job' | 'baseline'} */ side, cluster = '') => attempt(from, outlet, () => open(side, cluster));
  const report = (/** @type {'job' | 'baseline'} */ side) => {
    const name = h('bdi', { dir: 'auto' }, comparison[side].name);
    if (!host.callsTools) return name;
    const way = h('button', { type: 'button', className: 'link', on: { click: () => visit(way, side) } }, name);
    return way;
  };
  const most = Math.max(0.01, ...kinds.flatMap(({ kind }) => comparison[kind].flatMap((change) => Object.values(readShares(change)).map((share) => share ?? 0))));
  return h(
    'section',
    { className: 'comparison' },
    h('p', { className: 'quiet' }, 'LangSmith Insights · comparison'),
    h('h1', { tabIndex: -1 }, 'What changed'),
    h('p', { className: 'about' }, report('job'), ` (${totalsText(job)}) against `, report('baseline'), ` (${totalsText(baseline)})`),
    h('ul', { className: 'tally' }, ...kinds.map(({ kind, sign, title }) => h('li', { className: kind }, h('strong', {}, count(comparison[kind].length)), h('span', {}, h('span', { className: 'sign', aria: { hidden: true } }, sign), title.toLowerCase())))),
    caution.length > 0 ? h('ul', { className: 'caution', aria: { label: 'Beware' } }, ...caution.map((each) => h('li', {}, foreign(each)))) : null,
    outlet,
    h('p', { className: 'legend', aria: { hidden: true } }, h('span', {}, h('span', { className: 'dot before' }), ' before'), h('span', {}, h('span', { className: 'dot now' }), ' now'), `on a line of the share of all traces, from ${percent(0)} to ${percent(most)}`),
    ...kinds.filter(({ kind }) => comparison[kind].length > 0).map((each) => changeGroup(host, each, comparison, most, visit)),
  );
}

/** @param {ComparedJob} job */
function totalsText({ num_runs, error_rate }) {
  return [formatCount(num_runs, 'trace'), ...(error_rate === undefined ? [] : [`${percent(error_rate)}\u00a0errors`])].join(', ');
}

/**
 * Returns a category's share of all traces now and before; undefined where it does not exist.
 *
 * @param {Change} change
 */
function readShares({ share, baseline_share }) {
  return { now: share, before: baseline_share };
}

/**
 * @param {Host} host
 * @param {{ kind: Kind, sign: string, title: string }} kind
 * @param {Comparison} comparison
 * @param {number} most
 * @param {(from: HTMLElement, side: 'job' | 'baseline', cluster: string) => void} visit
 */
function changeGroup(host, { kind, sign, title }, comparison, most, visit) {
  const changes = comparison[kind];
  const heads = ['Category', 'Share before and now', 'Points', 'Traces', 'Errors'];
  const table = h(
    'table',
    { role: 'table', className: `changes ${kind}`, hidden: kind === 'unchanged' },
    h('caption', { className: 'unseen' }, title),
    h('colgroup', {}, ...heads.map(() => h('col', {}))),
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ...heads.map((head) => h('th', { role: 'columnheader', scope: 'col' }, head)))),
    h('tbody', { role: 'rowgroup' }, ...changes.map((change) => changeRow(host, kind, change, readShares(change), most, visit))),
  );
  const heading = [h('span', { className: 'sign', aria: { hidden: true } }, sign), `${title} `, h('span', { className: 'quiet' }, count(changes.length))];
  if (kind !== 'unchanged') return h('section', { className: kind }, h('h2', {}, ...heading), table);
  const fold = h('button', { type: 'button', aria: { expanded: false }, on: { click: () => {
    table.hidden = !table.hidden;
    setAria(fold, 'expanded', !table.hidden);
  } } }, h('span', { className: 'twisty', aria: { hidden: true } }), ...heading);
  return h('section', {}, h('h2', { className: 'fold' }, fold), table);
}

/**
 * @param {Host} host
 * @param {Kind} kind
 * @param {Change} change
 * @param {{ now?: number, before?: number }} share
 * @param {number} most
 * @param {(from: HTMLElement, side: 'job' | 'baseline', cluster: string) => void} visit
 */
function changeRow(host, kind, change, { now, before }, most, visit) {
  const { name, parent, baseline_name, similarity } = change;
  const side = change.cluster_id ? 'job' : 'baseline';
  const cluster = change.cluster_id ?? change.baseline_cluster_id;
  const title = cluster && host.callsTools ? h('button', { type: 'button', className: 'link', on: { click: () => visit(title, side, cluster) } }, foreign(name)) : foreign(name);
  const renamed = baseline_name && baseline_name !== name && kind !== 'vanished';
  const cell = (/** @type {string} */ head, /** @type {(Node | string | null)[]} */ ...children) => h('td', { role: 'cell', dataset: { title: head } }, ...children);
  return h(
    'tr',
    { role: 'row' },
    h('th', { role: 'rowheader', scope: 'row' }, title, parent ? h('span', { className: 'quiet' }, ' in ', foreign(parent)) : null, renamed ? h('span', { className: 'quiet' }, ' was ', foreign(baseline_name), similarity === undefined ? '' : ` (${percent(similarity)} alike)`) : null),
    cell('Share', h('span', { className: 'shares' }, shareScale(now, before, most), h('span', {}, ...valuePair(kind, before, now, percent)))),
    cell('Points', points((now ?? 0) - (before ?? 0))),
    cell('Traces', ...valuePair(kind, change.baseline_num_runs, change.num_runs, count)),
    cell('Errors', ...valuePair(kind, stat(change.baseline_stats, 'error_rate'), stat(change.stats, 'error_rate'), percent)),
  );
}

/**
 * Returns the shares before and now as two marks on a scale.
 *
 * @param {number | undefined} now
 * @param {number | undefined} before
 * @param {number} most
 */
function shareScale(now, before, most) {
  const at = (/** @type {number} */ share) => `${(100 * share) / most}%`;
  const values = [before === undefined ? '' : `before ${percent(before)}`, now === undefined ? '' : `now ${percent(now)}`].filter(Boolean).join(', ');
  const field = h('span', { className: 'dumbbell', title: `Share of all traces: ${values}`, aria: { hidden: true } }, h('span', { className: 'between' }));
  field.style.setProperty('--from', at(Math.min(now ?? 0, before ?? 0)));
  field.style.setProperty('--to', at(Math.max(now ?? 0, before ?? 0)));
  for (const [share, name] of /** @type {[number | undefined, string][]} */ ([[before, 'before'], [now, 'now']])) {
    if (share === undefined) continue;
    const dot = h('span', { className: `dot ${name}` });
    dot.style.setProperty('left', at(share));
    field.append(dot);
  }
  return field;
}

/**
 * Returns a figure before and now, or the only one of a category that has appeared or
  * vanished. A common unit is written once.
 *
 * @param {Kind} kind
 * @param {number | null | undefined} before
 * @param {number | null | undefined} now
 * @param {(value: number) => string} write
 */
function valuePair(kind, before, now, write) {
  const written = (/** @type {number | null | undefined} */ value) => (value === null || value === undefined ? null : write(value));
  const is = written(now);
  const was = written(before);
  if (kind === 'appeared') return [valueOrDash(is)];
  if (kind === 'vanished') return [h('span', { className: 'quiet' }, 'was '), valueOrDash(was)];
  const unit = is?.match(/\u00a0\D+$/)?.[0] ?? '';
  const short = was !== null && unit && was.endsWith(unit) ? was.slice(0, -unit.length) : was;
  return [valueOrDash(short), h('span', { className: 'quiet', aria: { hidden: true } }, ' → '), unseen(' to '), valueOrDash(is)];
}

/** @param {unknown} result */
export function isComparison(result) {
  return typeof result === 'object' && result !== null && 'job' in result && 'baseline' in result;
}
