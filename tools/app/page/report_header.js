// The head of the page: the report or category that is shown, the path to it, its figures,
// and the actions.

import { button, foreign, h, setAria } from './dom.js';
import { pathTo } from './category_tree.js';
import { formatCount, valueOrDash, percent } from './format.js';
import { Host } from './host.js';
import { pageLink } from './link.js';
import { metrics, formatStat } from './metrics.js';
import { attempt } from './notice.js';
import { Report } from './report.js';
import { scopeFilter, scopeWindow } from './scope.js';
import { tellButton } from './tell.js';

/** @import { Node } from './types' */

/** @typedef {{ go: (id: string) => void, whole: () => Promise<void>, back: (() => void) | null }} PlaceActions */

/**
 * @param {Host} host
 * @param {Report} report
 * @param {PlaceActions} actions
 */
export function reportHeader(host, report, actions) {
  const { job, selected } = report;
  const outlet = h('div', { className: 'outlet' });
  const title = selected?.name ?? job.report?.title ?? job.name;
  return h(
    'header',
    { className: 'report-header' },
    breadcrumbs(report, actions, outlet),
    h('h1', { tabIndex: -1 }, foreign(title)),
    selected ? statList(selected) : summaryLine(report),
    selected ? null : scopeFilter(job),
    selected?.description ? h('p', { className: 'lead' }, foreign(selected.description)) : null,
    selected ? null : keyPoints(host, report, outlet, actions),
    h('div', { className: 'actions' }, tellButton(host, job, selected), pageLink(host, job.url, job.name), fullScreen(host, outlet)),
    selected ? moreStats(selected) : null,
    outlet,
  );
}

/**
 * @param {Report} report
 * @param {PlaceActions} actions
 * @param {HTMLElement} outlet
 */
function breadcrumbs(report, actions, outlet) {
  const { selected, scope, job } = report;
  const whole = button('Whole report', () => (scope ? attempt(whole, outlet, actions.whole) : actions.go('')));
  const steps = pathTo(selected).map((node) => {
    const step = h('button', { type: 'button', on: { click: () => actions.go(node.id) } }, foreign(node.name));
    if (node === selected) setAria(step, 'current', 'page');
    return step;
  });
  const trail = selected || scope ? h('nav', { aria: { label: 'The way here' } }, h('ol', { className: 'way' }, ...[whole, ...steps].map((step) => h('li', {}, step)))) : null;
  return h(
    'div',
    { className: 'above' },
    actions.back ? button('← The comparison', actions.back) : null,
    trail ?? h('p', { className: 'quiet' }, 'LangSmith Insights · ', foreign(job.name)),
  );
}

/** @param {Report} report */
function summaryLine({ job, total }) {
  const parts = [job.num_runs === undefined ? '' : formatCount(job.num_runs, 'trace'), total > 0 ? formatCount(total, 'category', 'categories') : '', scopeWindow(job)];
  return h('p', { className: 'about' }, parts.filter(Boolean).join(' · '));
}

/** @param {Node} node */
function statList(node) {
  const pairs = [
    ['Traces', formatStat(metrics[0], node)],
    ['Of all', node.share === undefined ? null : percent(node.share)],
    ...metrics.slice(1).map((each) => [each.title, formatStat(each, node)]),
  ];
  return h('dl', { className: 'figures' }, ...pairs.map(([name, text]) => h('div', {}, h('dt', {}, name ?? ''), h('dd', {}, valueOrDash(text)))));
}

/**
 * @param {Host} host
 * @param {Report} report
 * @param {HTMLElement} outlet
 * @param {PlaceActions} actions
 */
function keyPoints(host, report, outlet, actions) {
  const points = report.job.report?.key_points ?? [];
  const hidden = report.job.report?.left_out ?? 0;
  const more = button(`Show ${formatCount(hidden, 'more point or trace', 'more points and traces')}`, async () => {
    if (await attempt(more, outlet, () => report.loadFullReport())) actions.go('');
  });
  return h('div', {}, points.length > 0 ? h('ul', { className: 'points' }, ...points.map((point) => h('li', {}, foreign(point)))) : null, hidden > 0 && host.callsTools ? more : null);
}

/**
 * @param {Host} host
 * @param {HTMLElement} outlet
 */
function fullScreen(host, outlet) {
  if (!host.canResize) return null;
  const large = host.context.displayMode === 'fullscreen';
  const toggle = button(large ? 'Leave full screen' : 'Full screen', () => attempt(toggle, outlet, () => host.resize()));
  return toggle;
}

/**
 * Returns the statistics that only some reports have.
 *
 * @param {Node} node
 */
function moreStats(node) {
  const known = ['error_rate', 'latency_p50', 'cost_p50', 'run_count'];
  const rest = Object.entries(node.stats ?? {}).filter(([key]) => !known.includes(key));
  if (rest.length === 0) return null;
  return h(
    'details',
    {},
    h('summary', {}, 'More figures'),
    h('dl', { className: 'attributes' }, ...rest.map(([key, value]) => h('div', {}, h('dt', {}, foreign(key)), h('dd', {}, foreign(typeof value === 'object' ? JSON.stringify(value) : String(value)))))),
  );
}
