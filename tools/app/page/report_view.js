// The view of a report: the head, the categories and the traces.

import { h } from './dom.js';
import { TracesSection } from './traces.js';
import { Host } from './host.js';
import { describeNode } from './map.js';
import { announce, isAbort, notice, errorText } from './notice.js';
import { reportHeader } from './report_header.js';
import { Report } from './report.js';
import { CategoriesSection } from './categories.js';

export class ReportView {
  #host;
  #report;
  #back;
  #categories;
  #traces;
  #header = h('div', {});
  #errors = h('div', { className: 'outlet' });
  #pending = new AbortController();

  /**
   * @param {Host} host
   * @param {Report} report
   * @param {(() => void) | null} back to where the report was opened from
   */
  constructor(host, report, back) {
    this.#host = host;
    this.#report = report;
    this.#back = back;
    this.#categories = new CategoriesSection(host, report, (node, byKey) => this.go(node.id, byKey));
    this.#traces = new TracesSection(host, report, (id) => this.go(id, true));
    this.element = h('div', { className: 'report' }, this.#header, this.#errors, h('div', { className: 'columns' }, this.#categories.element, this.#traces.element));
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !report.selected || event.defaultPrevented) return;
      this.go(report.selected.parent?.id ?? '', true);
    });
    this.#showSelected();
  }

  /** Cancels the pending requests. */
  close() {
    this.#pending.abort();
  }

  /** Redraws after a change of the host's context. */
  refresh() {
    this.#draw();
  }

  /**
   * Shows a category, or the whole report.
   *
   * @param {string} id
   * @param {boolean} byKey whether to move the focus
   */
  async go(id, byKey) {
    this.close();
    this.#pending = new AbortController();
    if (id && !this.#report.find(id) && this.#host.callsTools) await this.#report.loadWithAncestors(id).catch((error) => this.#showError(error));
    this.#report.select(id);
    this.#showSelected();
    const heading = this.element.querySelector('h1');
    heading?.scrollIntoView({ block: 'nearest' });
    if (byKey) heading?.focus();
    const { selected } = this.#report;
    announce(selected ? describeNode(selected) : 'The whole report');
  }

  async #showSelected() {
    const { signal } = this.#pending;
    const { selected } = this.#report;
    this.#errors.replaceChildren();
    this.#draw();
    this.#traces.show(signal);
    if (!selected || !this.#host.callsTools) return;
    try {
      await this.#report.loadDetails(selected.id, signal);
      if (!signal.aborted) this.#draw();
    } catch (error) {
      this.#showError(error);
    }
  }

  #draw() {
    const stops = () => /** @type {HTMLElement[]} */ ([...this.#header.querySelectorAll('h1, button, input, summary')]);
    const focused = stops().findIndex((stop) => stop === document.activeElement);
    this.#header.replaceChildren(reportHeader(this.#host, this.#report, { go: (id) => this.go(id, true), whole: () => this.#showWhole(), back: this.#back }));
    if (focused >= 0) stops()[focused]?.focus({ preventScroll: true });
    this.element.classList.toggle('leaf', this.#report.selected?.children.length === 0);
    this.#categories.update();
    this.#traces.update();
  }

  async #showWhole() {
    await this.#report.loadWhole();
    await this.go('', true);
  }

  /** @param {unknown} error */
  #showError(error) {
    if (!isAbort(error)) this.#errors.replaceChildren(notice('bad', 'Some of it could not be loaded: ', errorText(error)));
  }
}
