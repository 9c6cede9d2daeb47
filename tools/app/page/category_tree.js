// The tree of a report's flat list of categories.

import { metric } from './metrics.js';

/** @import { Cluster, Node } from './types' */

/**
 * Puts categories below their parents, the largest figure first and unknown ones last. A
  * category whose parent is not loaded, and one of a cycle of parents, is at the top, so that
  * none is missing.
 *
 * @param {Iterable<Cluster>} clusters
 * @param {string} order the metric to sort by
 */
export function buildTree(clusters, order) {
  /** @type {Map<string, Node>} */
  const byId = new Map();
  for (const cluster of clusters) byId.set(cluster.id, { ...cluster, parent: null, children: [], depth: 0 });
  /** @type {Node[]} */
  const roots = [];
  for (const node of byId.values()) {
    const parent = node.parent_id ? byId.get(node.parent_id) : undefined;
    if (parent && !isWithin(parent, node)) {
      node.parent = parent;
      parent.children.push(node);
    } else roots.push(node);
  }
  const { of } = metric(order);
  const value = (/** @type {Node} */ node) => of(node) ?? -Infinity;
  const sortNodes = (/** @type {Node[]} */ nodes, /** @type {number} */ depth) => {
    nodes.sort((a, b) => value(b) - value(a) || b.num_runs - a.num_runs);
    for (const node of nodes) {
      node.depth = depth;
      sortNodes(node.children, depth + 1);
    }
  };
  sortNodes(roots, 0);
  return { byId, roots };
}

/**
 * Reports whether a node is another one, or below it.
 *
 * @param {Node | null} node
 * @param {Node} above
 */
export function isWithin(node, above) {
  for (; node; node = node.parent) if (node === above) return true;
  return false;
}

/**
 * Returns the nodes from the top to a node, which is the last.
 *
 * @param {Node | null} node
 */
export function pathTo(node) {
  /** @type {Node[]} */
  const way = [];
  for (; node; node = node.parent) way.unshift(node);
  return way;
}
