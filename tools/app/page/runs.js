// The traces of a category, page by page.

import { labelledSelect } from './choice.js';
import { button, h } from './dom.js';
import { formatCount } from './format.js';
import { Host } from './host.js';
import { announce, attempt } from './notice.js';
import { runItem } from './run.js';

/** @import { Arguments, RunsResult } from './types' */

// A page has only the summary and the error of each trace.
const page = { limit: 10, max_chars: 300 };

const statuses = [
  { key: '', title: 'All' },
  { key: 'error', title: 'Failed' },
  { key: 'success', title: 'Succeeded' },
];

/**
 * @param {Host} host
 * @param {Arguments} args the job's, and the category's
 * @param {AbortSignal} signal
 * @param {boolean} atOnce whether to load the first page immediately
 */
export function runList(host, args, signal, atOnce) {
  const list = h('ol', { className: 'runs' });
  const outlet = h('div', { className: 'outlet' });
  let offset = 0;
  let status = '';
  const next = async () => {
    const asked = status;
    /** @type {RunsResult} */
    const found = await host.call('list_insights_runs', { ...args, ...page, ...(asked ? { status: asked } : {}), ...(offset ? { offset } : {}) }, signal);
    if (asked !== status) return next(); // another status was selected meanwhile
    list.append(...found.runs.map((run) => runItem(host, { ...run, session: args.session_id, title: run.summary || run.name || run.id, start: run.start_time })));
    const following = found.next_offset ?? 0;
    more.textContent = 'Show more traces';
    more.hidden = following <= offset || found.runs.length === 0;
    offset = following;
    if (list.childElementCount === 0) outlet.replaceChildren(h('p', { className: 'quiet' }, status ? 'No trace here has this status.' : 'No traces are listed here.'));
    announce(`${formatCount(list.childElementCount, 'trace')} listed.`);
  };
  const more = button(atOnce ? 'Loading traces …' : 'List the traces', () => attempt(more, outlet, next));
  if (atOnce) attempt(more, outlet, next).then((well) => well || (more.textContent = 'List the traces'));
  const filter = labelledSelect('Status', statuses, status, (key) => {
    status = key;
    offset = 0;
    list.replaceChildren();
    more.hidden = false;
    attempt(more, outlet, next);
  });
  return { filter, element: h('div', {}, list, outlet, more) };
}
