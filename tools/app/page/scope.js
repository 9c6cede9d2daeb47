// Which traces a job reads, as far as the result says.

import { foreign, h } from './dom.js';
import { counted, span } from './format.js';

/** @import { JobResult } from './types' */

/**
 * The window of a report's traces; empty where the result does not say it. The times of
 * the job itself are those of its work.
 *
 * @param {JobResult} job
 */
export function windowOf({ scope }) {
  return span(scope?.start_time, scope?.end_time);
}

/**
 * What narrows a job down beside its window; null where nothing does.
 *
 * @param {JobResult} job
 */
export function narrowing({ scope }) {
  if (!scope?.filter && !scope?.sample) return null;
  const parts = [
    scope.filter ? h('span', {}, 'only traces that match ', h('code', {}, foreign(scope.filter))) : null,
    scope.filter && scope.sample ? ' · ' : null,
    scope.sample ? `a sample of at most ${counted(scope.sample, 'trace')}` : null,
  ];
  return h('p', { className: 'quiet scope' }, ...parts);
}
