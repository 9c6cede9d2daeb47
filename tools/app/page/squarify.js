// Squarified treemaps (Bruls, Huizing, van Wijk 2000): areas proportional to values, as
// square as possible.

/** @import { Box } from './types' */

/**
 * Divides a box among values, the largest first.
 *
 * @param {number[]} values
 * @param {Box} box
 * @returns {Box[]}
 */
export function squarify(values, box) {
  const total = values.reduce((sum, value) => sum + value, 0);
  /** @type {Box[]} */
  const boxes = [];
  if (total <= 0 || box.width <= 0 || box.height <= 0) return values.map(() => ({ ...box, width: 0, height: 0 }));
  const scale = (box.width * box.height) / total;
  const areas = values.map((value) => value * scale);
  let free = { ...box };
  for (let start = 0; start < areas.length; ) {
    const side = Math.min(free.width, free.height);
    let end = start + 1;
    let sum = areas[start];
    while (end < areas.length && worstRatio(areas[start], areas[end], sum + areas[end], side) <= worstRatio(areas[start], areas[end - 1], sum, side)) {
      sum += areas[end++];
    }
    free = layOutRow(areas.slice(start, end), sum, free, boxes);
    start = end;
  }
  return boxes;
}

/**
 * Returns the worst aspect ratio of a row's boxes.
 *
 * @param {number} largest
 * @param {number} smallest
 * @param {number} sum
 * @param {number} side
 */
function worstRatio(largest, smallest, sum, side) {
  const thickness = sum / side;
  return Math.max((largest / thickness) / thickness, thickness / (smallest / thickness));
}

/**
 * Lays out a row along the shorter side and returns the rest of the box.
 *
 * @param {number[]} areas
 * @param {number} sum
 * @param {Box} free
 * @param {Box[]} boxes
 */
function layOutRow(areas, sum, free, boxes) {
  const upright = free.width >= free.height;
  const side = upright ? free.height : free.width;
  const thickness = side > 0 ? sum / side : 0;
  let at = upright ? free.y : free.x;
  for (const area of areas) {
    const length = thickness > 0 ? area / thickness : 0;
    boxes.push(upright ? { x: free.x, y: at, width: thickness, height: length } : { x: at, y: free.y, width: length, height: thickness });
    at += length;
  }
  return upright
    ? { x: free.x + thickness, y: free.y, width: Math.max(0, free.width - thickness), height: free.height }
    : { x: free.x, y: free.y + thickness, width: free.width, height: Math.max(0, free.height - thickness) };
}
