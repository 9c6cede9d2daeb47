// The map: an area for each category, as large as its share of the traces, coloured by a
// figure. It is one tab stop; the arrow keys move between areas.

import { h, setAria, unseen } from './dom.js';
import { count, formatCount, percent } from './format.js';
import { metric, metrics, formatStat } from './metrics.js';
import { layOutTiles } from './tiles.js';
import { Report } from './report.js';

/** @import { Node } from './types' */
/** @import { Tile } from './tiles' */

/**
 * @typedef {object} MapActions
 * @property {(node: Node, byKey: boolean) => void} open
 * @property {(node: Node) => void} show a category in the table
 * @property {(() => void) | null} more loads missing categories; null if that is not possible
 */

export class AreaMap {
  #actions;
  #field = h('div', { className: 'map', role: 'group', aria: { label: 'Map of categories', describedby: 'map-help' } });
  /** @type {{ element: HTMLButtonElement, x: number, y: number }[]} */
  #areas = [];
  /** @type {Report | null} */
  #report = null;
  #focused = '';
  tint = 'error_rate';

  /** @param {MapActions} actions */
  constructor(actions) {
    this.#actions = actions;
    this.element = h(
      'div',
      {},
      this.#field,
      h('p', { id: 'map-help', className: 'unseen' }, 'Arrow keys go from area to area, Enter opens one. The table below holds the same categories.'),
    );
    this.#field.addEventListener('keydown', (event) => this.#handleKey(event));
    let width = 0;
    new ResizeObserver(() => {
      if (this.#field.clientWidth === width) return;
      width = this.#field.clientWidth;
      requestAnimationFrame(() => this.#draw());
    }).observe(this.#field);
  }

  /** @param {Report} report */
  update(report) {
    this.#report = report;
    this.#draw();
  }

  #draw() {
    const report = this.#report;
    const width = this.#field.clientWidth;
    if (!report || width === 0) return;
    const place = report.selected;
    const around = place && place.children.length === 0 ? place.parent : place;
    const nodes = around ? around.children : report.roots;
    const total = around ? around.num_runs : report.scope ? 0 : (report.job.num_runs ?? 0);
    const height = Math.round(width < 520 ? Math.min(Math.max(width * 0.85, 220), 340) : Math.min(Math.max(width * 0.46, 240), 420));
    const tiles = nodes.length > 0 ? layOutTiles(nodes, total, report.complete, { x: 0, y: 0, width, height }) : [];
    const hadFocus = this.#field.contains(document.activeElement);
    const most = this.#largest(report);
    this.#field.style.height = tiles.length > 0 ? `${height}px` : '0';
    this.#areas = [];
    this.#field.replaceChildren(...tiles.map((each) => this.#area(each, most, place)));
    const stop = this.#areas.find(({ element }) => element.dataset.key === this.#focused) ?? this.#areas[0];
    this.#areas.forEach(({ element }) => (element.tabIndex = element === stop?.element ? 0 : -1));
    if (hadFocus) stop?.element.focus({ preventScroll: true });
  }

  /** @param {Report} report */
  #largest(report) {
    const { of } = metric(this.tint);
    let most = 0;
    for (const node of report.all()) most = Math.max(most, of(node) ?? 0);
    return most;
  }

  /**
   * @param {Tile} tile
   * @param {number} most the largest of the figures that areas are tinted by
   * @param {Node | null} place
   */
  #area(tile, most, place) {
    const { kind, box, nodes, runs, framed } = tile;
    const [node] = nodes;
    const { of, write } = metric(this.tint);
    const value = kind === 'category' ? of(node) : null;
    const large = box.width >= 64 && box.height >= 20;
    const tall = box.height >= (framed ? 0 : 40) && box.width >= (framed ? 150 : 46);
    const wording = kind === 'category' ? node.name : areaLabel(kind, nodes.length, runs);
    const short = kind === 'smaller' ? `+${count(nodes.length)} smaller` : wording;
    const label = h('span', { className: 'area-name' }, h('bdi', { dir: 'auto' }, short));
    if (!framed) label.style.setProperty('--lines', String(Math.max(1, Math.floor((box.height - (tall ? 26 : 8)) / 16))));
    const figure = kind === 'category' && tall ? h('span', { className: 'area-figure', aria: { hidden: true } }, value === null ? '–' : write(value)) : null;
    const props = {
      className: ['area', kind, framed ? 'framed' : '', value === null ? 'unknown' : '', node && node === place ? 'here' : '', tile.depth > 0 ? 'inner' : ''].join(' '),
      title: wording,
    };
    /** @type {HTMLElement} */
    let element;
    if (kind === 'unsorted' || (kind === 'unloaded' && !this.#actions.more)) {
      element = h('div', { ...props, title: areaLabel(kind, 0, runs) }, large ? label : unseen(wording));
    } else {
      const area = h('button', { ...props, type: 'button', dataset: { key: node?.id ?? kind }, on: { click: this.#clickHandler(tile) } }, large ? label : unseen(short), figure, unseen(kind === 'category' ? `, ${listFigures(node)}` : kind === 'smaller' ? `, ${formatCount(runs, 'trace')}` : ''));
      setAria(area, 'current', node && node === place ? 'true' : null);
      area.addEventListener('focus', () => this.#focus(area));
      this.#areas.push({ element: area, x: box.x + box.width / 2, y: framed ? box.y + 11 : box.y + box.height / 2 });
      element = area;
    }
    if (kind === 'category') element.title = describeNode(node);
    if (kind === 'smaller' && !large) element.dataset.short = `+${count(nodes.length)}`;
    if (value !== null) element.style.setProperty('--t', String(most > 0 ? value / most : 0));
    for (const [side, length] of Object.entries({ left: box.x, top: box.y, width: box.width, height: box.height })) element.style.setProperty(side, `${length}px`);
    return element;
  }

  /** @param {Tile} tile */
  #clickHandler({ kind, nodes: [node] }) {
    return (/** @type {MouseEvent} */ event) => {
      if (kind === 'category') this.#actions.open(node, event.detail === 0);
      else if (kind === 'smaller') this.#actions.show(node);
      else this.#actions.more?.();
    };
  }

  /** @param {HTMLButtonElement} area */
  #focus(area) {
    this.#focused = area.dataset.key ?? '';
    for (const { element } of this.#areas) element.tabIndex = element === area ? 0 : -1;
  }

  /** @param {KeyboardEvent} event */
  #handleKey(event) {
    const from = this.#areas.find(({ element }) => element === event.target);
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (!from) return;
    let to;
    if (event.key === 'Home') to = this.#areas[0];
    else if (event.key === 'End') to = this.#areas.at(-1);
    else if (way) to = this.#findNearest(from, way);
    else return;
    event.preventDefault();
    to?.element.focus();
  }

  /**
   * Returns the next area in a direction. Areas straight ahead are preferred.
   *
   * @param {{ x: number, y: number }} from
   * @param {number[]} way
   */
  #findNearest(from, [x, y]) {
    let nearest;
    let least = Infinity;
    for (const area of this.#areas) {
      const ahead = (area.x - from.x) * x + (area.y - from.y) * y;
      const aside = Math.abs((area.x - from.x) * y) + Math.abs((area.y - from.y) * x);
      if (ahead < 1 || ahead + 2 * aside >= least) continue;
      least = ahead + 2 * aside;
      nearest = area;
    }
    return nearest;
  }
}

/**
 * Describes a category with its figures.
 *
 * @param {Node} node
 */
export function describeNode(node) {
  return `${node.name}, ${listFigures(node)}`;
}

/** @param {Node} node */
function listFigures(node) {
  const [, ...figures] = metrics;
  const parts = [formatCount(node.num_runs, 'trace')];
  if (node.share !== undefined) parts.push(percent(node.share));
  for (const each of figures) parts.push(`${each.title.toLowerCase()} ${formatStat(each, node) ?? 'not known'}`);
  if (node.children.length > 0) parts.push(`${formatCount(node.children.length, 'category', 'categories')} inside`);
  return parts.join(', ');
}

/**
 * @param {Tile['kind']} kind
 * @param {number} categories
 * @param {number} runs
 */
function areaLabel(kind, categories, runs) {
  if (kind === 'smaller') return `+${count(categories)} smaller, ${formatCount(runs, 'trace')}`;
  if (kind === 'unloaded') return `${formatCount(runs, 'trace')} in categories not loaded yet`;
  return `${formatCount(runs, 'trace')} in none of these`;
}
