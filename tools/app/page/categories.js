// The categories: the map and the table, with the controls to sort, colour and load them.

import { labelledSelect } from './choice.js';
import { button, h } from './dom.js';
import { count, formatCount } from './format.js';
import { Host } from './host.js';
import { AreaMap } from './map.js';
import { metric, metrics } from './metrics.js';
import { announce, attempt, notice } from './notice.js';
import { Report } from './report.js';
import { Tree } from './tree.js';

/** @import { Node } from './types' */

export class CategoriesSection {
  #host;
  #report;
  #map;
  #tree;
  #outlet = h('div', { className: 'outlet' });
  #rest = h('div', { className: 'rest' });
  #legend = h('p', { className: 'legend', aria: { hidden: true } });

  /**
   * @param {Host} host
   * @param {Report} report
   * @param {(node: Node, byKey: boolean) => void} open
   */
  constructor(host, report, open) {
    this.#host = host;
    this.#report = report;
    this.#tree = new Tree(open);
    this.#map = new AreaMap({ open, show: (node) => this.#tree.focus(node), more: host.callsTools ? () => this.#loadNextPage() : null });
    const sort = labelledSelect('Sort by', metrics, report.order, async (key) => {
      await attempt(sort, this.#outlet, () => report.sort(key));
      this.update();
    });
    const tint = labelledSelect('Tint by', metrics.slice(1), this.#map.tint, (key) => {
      this.#map.tint = key;
      this.update();
    });
    this.element = h(
      'section',
      { className: 'categories', aria: { labelledby: 'categories-title' } },
      h('div', { className: 'categories-head' }, h('h2', { id: 'categories-title' }, 'Categories'), sort, tint),
      this.#map.element,
      this.#legend,
      this.#tree.help,
      this.#tree.element,
      this.#tree.more,
      this.#rest,
      this.#outlet,
    );
  }

  update() {
    const report = this.#report;
    this.#map.update(report);
    this.#tree.update(report);
    this.#tree.element.hidden = report.loaded === 0;
    this.#legend.hidden = report.loaded === 0;
    this.#legend.replaceChildren(...this.#legendText().map((part) => h('span', {}, ...part)));
    this.#rest.replaceChildren(...this.#remaining());
  }

  /** Returns the legend of the map. */
  #legendText() {
    const { title, of, write } = metric(this.#map.tint);
    const nodes = [...this.#report.all()];
    const known = nodes.map(of).filter((value) => value !== null);
    /** @type {(string | HTMLElement)[][]} */
    const parts = [['Area: number of traces']];
    if (known.length > 0) parts.push([`${title}: ${write(0)} `, h('span', { className: 'scale' }), ` ${write(Math.max(...known))}`]);
    if (known.length < nodes.length) parts.push([h('span', { className: 'swatch unknown' }), ' not known']);
    return [...parts, [h('span', { className: 'swatch share' }), ' below a row: share of all traces']];
  }

  #remaining() {
    const { loaded, total, missing } = this.#report;
    if (loaded === 0) return [h('p', { className: 'quiet' }, 'This report holds no categories.')];
    if (missing === 0) return [];
    const said = h('span', { className: 'quiet' }, `${count(loaded)} of ${formatCount(total, 'category', 'categories')} loaded. `);
    if (!this.#host.callsTools) return [notice('note', `${count(loaded)} of ${formatCount(total, 'category', 'categories')} are here. This host lets the page call no tools, so the others cannot be loaded; ask the model for them.`)];
    const more = button('Load more', () => this.#loadNextPage());
    const all = button('Load all', () => this.#loadAll(all));
    return [said, more, all];
  }

  async #loadNextPage() {
    await attempt(this.#rest, this.#outlet, () => this.#report.loadNextPage());
    this.update();
    announce(`${formatCount(this.#report.loaded, 'category', 'categories')} loaded.`);
  }

  /** @param {HTMLElement} button */
  async #loadAll(button) {
    await attempt(button, this.#outlet, async () => {
      while (!this.#report.complete && this.element.isConnected) {
        await this.#report.loadNextPage();
        button.textContent = `Loading: ${count(this.#report.loaded)} of ${count(this.#report.total)}`;
      }
    });
    this.update();
    announce(`${formatCount(this.#report.loaded, 'category', 'categories')} loaded.`);
  }
}
