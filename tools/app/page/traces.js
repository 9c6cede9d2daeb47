// The traces of the shown report or category: the highlighted ones, and the list of all.

import { h } from './dom.js';
import { Host } from './host.js';
import { notice } from './notice.js';
import { Report } from './report.js';
import { runItem } from './run.js';
import { runList } from './runs.js';

/** @import { Highlight } from './types' */

export class TracesSection {
  #host;
  #report;
  #go;
  #highlights = h('div', {});
  #runs = h('div', {});
  #shown = '';

  /**
   * @param {Host} host
   * @param {Report} report
   * @param {(id: string) => void} go
   */
  constructor(host, report, go) {
    this.#host = host;
    this.#report = report;
    this.#go = go;
    this.element = h('div', { className: 'traces' }, this.#highlights, this.#runs);
  }

  /** @param {AbortSignal} signal cancels the requests of the previous selection */
  show(signal) {
    const { job, selected } = this.#report;
    const args = { session_id: job.session_id, job_id: job.id, ...(selected ? { cluster_id: selected.id } : {}) };
    const { filter, element } = this.#host.callsTools
      ? runList(this.#host, args, signal, selected !== null)
      : { filter: null, element: notice('note', 'This host lets the page call no tools, so traces cannot be listed here. Ask the model for list_insights_runs.') };
    const head = h('div', { className: 'traces-head' }, h('h2', { id: 'runs-title' }, selected ? 'Traces of this category' : 'All traces'), filter);
    this.#runs.replaceChildren(h('section', { aria: { labelledby: 'runs-title' } }, head, element));
    this.#shown = '';
    this.update();
  }

  /** Shows the known highlighted traces. */
  update() {
    const { selected } = this.#report;
    const worth = this.#report.highlights(selected);
    const shown = (selected?.id ?? '') + worth.map(({ run_id }) => run_id).join();
    if (shown === this.#shown) return; // so that an opened preview stays open
    this.#shown = shown;
    if (worth.length === 0) return this.#highlights.replaceChildren();
    this.#highlights.replaceChildren(
      h('section', { aria: { labelledby: 'worth-title' } }, h('h2', { id: 'worth-title' }, 'Worth opening'), h('ol', { className: 'runs' }, ...worth.map((each) => this.#highlightItem(each)))),
    );
  }

  /** @param {Highlight} highlight */
  #highlightItem({ run_id, highlight_reason, summary, url, cluster_id, cluster_name }) {
    const elsewhere = cluster_id && cluster_name && cluster_id !== this.#report.selected?.id;
    const note = elsewhere ? h('span', {}, 'in ', h('button', { type: 'button', className: 'link', on: { click: () => this.#go(cluster_id) } }, h('bdi', { dir: 'auto' }, cluster_name))) : null;
    return runItem(this.#host, { id: run_id, session: this.#report.job.session_id, title: highlight_reason || summary || run_id, url, note });
  }
}
