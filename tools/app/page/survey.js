// The categories as a whole: the map and the table, how they are sorted and
// tinted, and how more of them are loaded.

import { choice } from './choice.js';
import { button, h } from './dom.js';
import { count, counted } from './format.js';
import { Host } from './host.js';
import { AreaMap } from './map.js';
import { metric, metrics } from './metrics.js';
import { announce, attempt, notice } from './notice.js';
import { Report } from './report.js';
import { Tree } from './tree.js';

/** @import { Node } from './types' */

export class Survey {
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
    this.#map = new AreaMap({ open, show: (node) => this.#tree.focus(node), more: host.callsTools ? () => this.#more() : null });
    const sort = choice('Sort by', metrics, report.order, async (key) => {
      await attempt(sort, this.#outlet, () => report.sort(key));
      this.update();
    });
    const tint = choice('Tint by', metrics.slice(1), this.#map.tint, (key) => {
      this.#map.tint = key;
      this.update();
    });
    this.element = h(
      'section',
      { className: 'survey', aria: { labelledby: 'survey-title' } },
      h('div', { className: 'survey-head' }, h('h2', { id: 'survey-title' }, 'Categories'), sort, tint),
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
    this.#legend.replaceChildren(...this.#explained().map((part) => h('span', {}, ...part)));
    this.#rest.replaceChildren(...this.#remaining());
  }

  /** What areas, tints and lines stand for. */
  #explained() {
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
    const said = h('span', { className: 'quiet' }, `${count(loaded)} of ${counted(total, 'category', 'categories')} loaded. `);
    if (!this.#host.callsTools) return [notice('note', `${count(loaded)} of ${counted(total, 'category', 'categories')} are here. This host lets the page call no tools, so the others cannot be loaded; ask the model for them.`)];
    const more = button('Load more', () => this.#more());
    const all = button('Load all', () => this.#all(all));
    return [said, more, all];
  }

  async #more() {
    await attempt(this.#rest, this.#outlet, () => this.#report.more());
    this.update();
    announce(`${counted(this.#report.loaded, 'category', 'categories')} loaded.`);
  }

  /** @param {HTMLElement} button */
  async #all(button) {
    await attempt(button, this.#outlet, async () => {
      while (!this.#report.complete && this.element.isConnected) {
        await this.#report.more();
        button.textContent = `Loading: ${count(this.#report.loaded)} of ${count(this.#report.total)}`;
      }
    });
    this.update();
    announce(`${counted(this.#report.loaded, 'category', 'categories')} loaded.`);
  }
}
