// A report's flat list of categories as a tree.

import { metric } from './metrics.js';

/** @import { Cluster, Node } from './types' */

/**
 * Puts categories below their parents, the largest figure first and unknown
 * ones last. A category whose parent is not loaded stands at the top, and so
 * does one of a ring of parents: none is lost.
 *
 * @param {Iterable<Cluster>} clusters
 * @param {string} order the metric to sort by
 */
export function plant(clusters, order) {
  /** @type {Map<string, Node>} */
  const byId = new Map();
  for (const cluster of clusters) byId.set(cluster.id, { ...cluster, parent: null, children: [], depth: 0 });
  /** @type {Node[]} */
  const roots = [];
  for (const node of byId.values()) {
    const parent = node.parent_id ? byId.get(node.parent_id) : undefined;
    if (parent && !within(parent, node)) {
      node.parent = parent;
      parent.children.push(node);
    } else roots.push(node);
  }
  const { of } = metric(order);
  const value = (/** @type {Node} */ node) => of(node) ?? -Infinity;
  const settle = (/** @type {Node[]} */ nodes, /** @type {number} */ depth) => {
    nodes.sort((a, b) => value(b) - value(a) || b.num_runs - a.num_runs);
    for (const node of nodes) {
      node.depth = depth;
      settle(node.children, depth + 1);
    }
  };
  settle(roots, 0);
  return { byId, roots };
}

/**
 * Whether a node is another, or below it.
 *
 * @param {Node | null} node
 * @param {Node} above
 */
export function within(node, above) {
  for (; node; node = node.parent) if (node === above) return true;
  return false;
}

/**
 * The way from the top to a node, that included.
 *
 * @param {Node | null} node
 */
export function path(node) {
  /** @type {Node[]} */
  const way = [];
  for (; node; node = node.parent) way.unshift(node);
  return way;
}
