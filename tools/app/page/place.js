// Where the reader is: the whole report or one of its categories, with the way
// there, what is to be said of it, and what can be done.

import { button, foreign, h, setAria } from './dom.js';
import { path } from './forest.js';
import { counted, figure, percent } from './format.js';
import { Host } from './host.js';
import { link } from './link.js';
import { metrics, written } from './metrics.js';
import { attempt } from './notice.js';
import { Report } from './report.js';
import { narrowing, windowOf } from './scope.js';
import { tell } from './tell.js';

/** @import { Node } from './types' */

/** @typedef {{ go: (id: string) => void, whole: () => Promise<void>, back: (() => void) | null }} PlaceActions */

/**
 * @param {Host} host
 * @param {Report} report
 * @param {PlaceActions} actions
 */
export function placeOf(host, report, actions) {
  const { job, place } = report;
  const outlet = h('div', { className: 'outlet' });
  const title = place?.name ?? job.report?.title ?? job.name;
  return h(
    'header',
    { className: 'place' },
    way(report, actions, outlet),
    h('h1', { tabIndex: -1 }, foreign(title)),
    place ? figures(place) : about(report),
    place ? null : narrowing(job),
    place?.description ? h('p', { className: 'lead' }, foreign(place.description)) : null,
    place ? null : keyPoints(host, report, outlet, actions),
    h('div', { className: 'actions' }, tell(host, job, place), link(host, job.url, job.name), fullScreen(host, outlet)),
    place ? others(place) : null,
    outlet,
  );
}

/**
 * @param {Report} report
 * @param {PlaceActions} actions
 * @param {HTMLElement} outlet
 */
function way(report, actions, outlet) {
  const { place, scope, job } = report;
  const whole = button('Whole report', () => (scope ? attempt(whole, outlet, actions.whole) : actions.go('')));
  const steps = path(place).map((node) => {
    const step = h('button', { type: 'button', on: { click: () => actions.go(node.id) } }, foreign(node.name));
    if (node === place) setAria(step, 'current', 'page');
    return step;
  });
  const trail = place || scope ? h('nav', { aria: { label: 'The way here' } }, h('ol', { className: 'way' }, ...[whole, ...steps].map((step) => h('li', {}, step)))) : null;
  return h(
    'div',
    { className: 'above' },
    actions.back ? button('← The comparison', actions.back) : null,
    trail ?? h('p', { className: 'quiet' }, 'LangSmith Insights · ', foreign(job.name)),
  );
}

/** @param {Report} report */
function about({ job, total }) {
  const parts = [job.num_runs === undefined ? '' : counted(job.num_runs, 'trace'), total > 0 ? counted(total, 'category', 'categories') : '', windowOf(job)];
  return h('p', { className: 'about' }, parts.filter(Boolean).join(' · '));
}

/** @param {Node} node */
function figures(node) {
  const pairs = [
    ['Traces', written(metrics[0], node)],
    ['Of all', node.share === undefined ? null : percent(node.share)],
    ...metrics.slice(1).map((each) => [each.title, written(each, node)]),
  ];
  return h('dl', { className: 'figures' }, ...pairs.map(([name, text]) => h('div', {}, h('dt', {}, name ?? ''), h('dd', {}, figure(text)))));
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
  const more = button(`Show ${counted(hidden, 'more point or trace', 'more points and traces')}`, async () => {
    if (await attempt(more, outlet, () => report.inFull())) actions.go('');
  });
  return h('div', {}, points.length > 0 ? h('ul', { className: 'points' }, ...points.map((point) => h('li', {}, foreign(point)))) : null, hidden > 0 && host.callsTools ? more : null);
}

/**
 * @param {Host} host
 * @param {HTMLElement} outlet
 */
function fullScreen(host, outlet) {
  if (!host.resizes) return null;
  const large = host.context.displayMode === 'fullscreen';
  const toggle = button(large ? 'Leave full screen' : 'Full screen', () => attempt(toggle, outlet, () => host.resize()));
  return toggle;
}

/**
 * The statistics that only some reports have.
 *
 * @param {Node} node
 */
function others(node) {
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
