// The areas of a map of categories: two levels, none too small to click.

import { squarify } from './squarify.js';

/** @import { Box, Node } from './types' */

/**
 * @typedef {object} Tile
 * @property {'category' | 'smaller' | 'unloaded' | 'unsorted'} kind
 * @property {Node[]} nodes the category, or the smaller ones of an area together
 * @property {number} runs
 * @property {Box} box
 * @property {boolean} framed whether it has areas inside, below a line for the name
 * @property {number} depth
 */

// In pixels: the minimum side of an area (the target size of WCAG 2.2), of an area inside
// another, and the minimum size of an area with others inside.
const least = [24, 20];
const roomy = { width: 96, height: 72 };
const head = 22;
const edge = 3;

/**
 * @param {Node[]} nodes
 * @param {number} total the runs of the whole, which may be more than those of the nodes
 * @param {boolean} complete whether the nodes are all there are
 * @param {Box} box
 * @returns {Tile[]}
 */
export function layOutTiles(nodes, total, complete, box) {
  return layOut(nodes, total, complete, box, 0);
}

/**
 * @param {Node[]} nodes
 * @param {number} total
 * @param {boolean} complete
 * @param {Box} box
 * @param {number} depth
 * @returns {Tile[]}
 */
function layOut(nodes, total, complete, box, depth) {
  const sized = nodes.filter((node) => node.num_runs > 0).sort((a, b) => b.num_runs - a.num_runs);
  const left = total - sized.reduce((sum, node) => sum + node.num_runs, 0);
  for (let shown = sized.length; ; shown -= Math.max(1, shown >> 3)) {
    const areas = listAreas(sized, Math.max(shown, 0), left, complete, depth);
    const boxes = squarify(areas.map((area) => area.runs), box);
    areas.forEach((area, i) => (area.box = boxes[i]));
    const cramped = areas.some(({ kind, box }) => kind === 'category' && Math.min(box.width, box.height) < least[depth]);
    if (cramped && shown > 1) continue;
    return areas.flatMap((area) => [area, ...layOutInside(area)]);
  }
}

/**
 * Returns the areas of the largest categories, with one for the smaller ones and one for runs
  * without a loaded category.
 *
 * @param {Node[]} sized
 * @param {number} shown
 * @param {number} left
 * @param {boolean} complete
 * @param {number} depth
 */
function listAreas(sized, shown, left, complete, depth) {
  const common = { box: { x: 0, y: 0, width: 0, height: 0 }, framed: false, depth };
  /** @type {Tile[]} */
  const areas = sized.slice(0, shown).map((node) => ({ ...common, kind: 'category', nodes: [node], runs: node.num_runs }));
  const others = sized.slice(shown);
  if (others.length > 0) areas.push({ ...common, kind: 'smaller', nodes: others, runs: others.reduce((sum, node) => sum + node.num_runs, 0) });
  if (left > 0) areas.push({ ...common, kind: complete ? 'unsorted' : 'unloaded', nodes: [], runs: left });
  return areas.sort((a, b) => b.runs - a.runs);
}

/** @param {Tile} area */
function layOutInside(area) {
  const [node] = area.nodes;
  const { x, y, width, height } = area.box;
  if (area.kind !== 'category' || area.depth > 0 || node.children.length === 0 || width < roomy.width || height < roomy.height) return [];
  area.framed = true;
  return layOut(node.children, node.num_runs, true, { x: x + edge, y: y + head, width: width - 2 * edge, height: height - head - edge }, 1);
}
