// A report on the stage: the place the reader is at, the survey of categories,
// and the evidence behind.

import { h } from './dom.js';
import { Evidence } from './evidence.js';
import { Host } from './host.js';
import { described } from './map.js';
import { announce, isAbort, notice, why } from './notice.js';
import { placeOf } from './place.js';
import { Report } from './report.js';
import { Survey } from './survey.js';

export class ReportView {
  #host;
  #report;
  #back;
  #survey;
  #evidence;
  #place = h('div', {});
  #trouble = h('div', { className: 'outlet' });
  #visit = new AbortController();

  /**
   * @param {Host} host
   * @param {Report} report
   * @param {(() => void) | null} back to where the report was opened from
   */
  constructor(host, report, back) {
    this.#host = host;
    this.#report = report;
    this.#back = back;
    this.#survey = new Survey(host, report, (node, byKey) => this.go(node.id, byKey));
    this.#evidence = new Evidence(host, report, (id) => this.go(id, true));
    this.element = h('div', { className: 'report' }, this.#place, this.#trouble, h('div', { className: 'columns' }, this.#survey.element, this.#evidence.element));
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !report.place || event.defaultPrevented) return;
      this.go(report.place.parent?.id ?? '', true);
    });
    this.#visited();
  }

  /** Ends what it is waiting for. */
  close() {
    this.#visit.abort();
  }

  /** What the host has said of itself has changed. */
  refresh() {
    this.#draw();
  }

  /**
   * Goes to a category, or to the whole report.
   *
   * @param {string} id
   * @param {boolean} byKey whether the focus goes along
   */
  async go(id, byKey) {
    this.close();
    this.#visit = new AbortController();
    if (id && !this.#report.find(id) && this.#host.callsTools) await this.#report.reach(id).catch((error) => this.#failed(error));
    this.#report.go(id);
    this.#visited();
    const heading = this.element.querySelector('h1');
    heading?.scrollIntoView({ block: 'nearest' });
    if (byKey) heading?.focus();
    const { place } = this.#report;
    announce(place ? described(place) : 'The whole report');
  }

  async #visited() {
    const { signal } = this.#visit;
    const { place } = this.#report;
    this.#trouble.replaceChildren();
    this.#draw();
    this.#evidence.show(signal);
    if (!place || !this.#host.callsTools) return;
    try {
      await this.#report.describe(place.id, signal);
      if (!signal.aborted) this.#draw();
    } catch (error) {
      this.#failed(error);
    }
  }

  #draw() {
    const stops = () => /** @type {HTMLElement[]} */ ([...this.#place.querySelectorAll('h1, button, input, summary')]);
    const focused = stops().findIndex((stop) => stop === document.activeElement);
    this.#place.replaceChildren(placeOf(this.#host, this.#report, { go: (id) => this.go(id, true), whole: () => this.#whole(), back: this.#back }));
    if (focused >= 0) stops()[focused]?.focus({ preventScroll: true });
    this.element.classList.toggle('leaf', this.#report.place?.children.length === 0);
    this.#survey.update();
    this.#evidence.update();
  }

  async #whole() {
    await this.#report.whole();
    await this.go('', true);
  }

  /** @param {unknown} error */
  #failed(error) {
    if (!isAbort(error)) this.#trouble.replaceChildren(notice('bad', 'Some of it could not be loaded: ', why(error)));
  }
}
