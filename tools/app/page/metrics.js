// The figures of a report's categories, with their names and formats.

import { count, percent, seconds, usd } from './format.js';

/** @import { Cluster, Stats } from './types' */

/**
 * @typedef {object} Metric
 * @property {string} key the value of sort_by
 * @property {string} title
 * @property {string} short for the head of a column
 * @property {(stats: Cluster) => number | null} of
 * @property {(value: number) => string} write
 */

/**
 * Returns a statistic that is a number, or a text that can be read as one; null if unknown.
 *
 * @param {Stats | undefined} stats
 * @param {string} key
 */
export function stat(stats, key) {
  const value = stats?.[key];
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : null;
}

/** @type {Metric[]} */
export const metrics = [
  { key: 'num_runs', title: 'Traces', short: 'Traces', of: (c) => c.num_runs, write: count },
  { key: 'error_rate', title: 'Error rate', short: 'Errors', of: (c) => stat(c.stats, 'error_rate'), write: percent },
  { key: 'latency', title: 'Median latency', short: 'Latency', of: (c) => stat(c.stats, 'latency_p50'), write: seconds },
  { key: 'cost', title: 'Median cost', short: 'Cost', of: (c) => stat(c.stats, 'cost_p50'), write: usd },
];

/**
 * @param {string} key
 * @returns {Metric}
 */
export function metric(key) {
  return metrics.find((each) => each.key === key) ?? metrics[0];
}

/**
 * Formats a category's figure; null if it is unknown.
 *
 * @param {Metric} metric
 * @param {Cluster} cluster
 */
export function formatStat(metric, cluster) {
  const value = metric.of(cluster);
  return value === null ? null : metric.write(value);
}
