// The traces that a job reads, as far as they are known.

import { foreign, h } from './dom.js';
import { formatCount, formatSpan } from './format.js';

/** @import { JobResult } from './types' */

/**
 * Returns the time window of a report's traces; empty if unknown. The job's own times are those
  * of its work.
 *
 * @param {JobResult} job
 */
export function scopeWindow({ scope }) {
  return formatSpan(scope?.start_time, scope?.end_time);
}

/**
 * Returns the filter and the sample of a job; null if it has none.
 *
 * @param {JobResult} job
 */
export function scopeFilter({ scope }) {
  if (!scope?.filter && !scope?.sample) return null;
  const parts = [
    scope.filter ? h('span', {}, 'only traces that match ', h('code', {}, foreign(scope.filter))) : null,
    scope.filter && scope.sample ? ' · ' : null,
    scope.sample ? `a sample of at most ${formatCount(scope.sample, 'trace')}` : null,
  ];
  return h('p', { className: 'quiet scope' }, ...parts);
}
