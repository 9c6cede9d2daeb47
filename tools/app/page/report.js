// One report, as far as it is loaded: pages of categories come from
// get_insights_job, each inside its budget, and are put together here.

import { plant, within } from './forest.js';
import { Host } from './host.js';

/** @import { Arguments, Cluster, Highlight, JobResult, Node } from './types' */

// The most that a call may ask for; how many of them come is the tool's to say.
const largestPage = 100;

export class Report {
  #host;
  /** @type {Map<string, Cluster>} */
  #clusters = new Map();
  /** @type {Map<string, Highlight[]>} */
  #highlights = new Map();
  /** @type {Set<string>} */
  #described = new Set();
  /** @type {number | null} where the next page begins; null when all are loaded */
  #next = null;
  /** @type {Map<string, Node>} */
  #byId = new Map();

  /** @type {Node[]} */
  roots = [];
  order = 'num_runs';
  total = 0;
  /** @type {Node | null} the category that is looked at; null for the whole report */
  place = null;
  /** The category that the result was limited to, until the whole report is asked for. */
  scope = '';

  /**
   * @param {Host} host
   * @param {JobResult} job
   * @param {Arguments} input of the call that gave it
   */
  constructor(host, job, input) {
    this.#host = host;
    this.job = job;
    this.order = typeof input.sort_by === 'string' ? input.sort_by : this.order;
    this.scope = typeof input.cluster_id === 'string' ? input.cluster_id : '';
    this.#absorb(job);
    this.place = this.#byId.get(this.scope) ?? null;
  }

  get loaded() {
    return this.#clusters.size;
  }

  get complete() {
    return this.#next === null;
  }

  /** How many categories can still be loaded. */
  get missing() {
    return this.complete ? 0 : Math.max(this.total - this.loaded, 1);
  }

  /** Every category that is loaded. */
  all() {
    return this.#byId.values();
  }

  /**
   * The traces worth opening at a place, as far as they are known.
   *
   * @param {Node | null} node
   */
  highlights(node) {
    const all = this.job.report?.highlighted_traces ?? [];
    if (!node) return all;
    return this.#highlights.get(node.id) ?? all.filter(({ cluster_id }) => within(this.find(cluster_id ?? ''), node));
  }

  /** @param {string} id */
  find(id) {
    return this.#byId.get(id) ?? null;
  }

  /**
   * Goes to a category, or to the whole report.
   *
   * @param {string} id empty for the whole report
   */
  go(id) {
    this.place = this.#byId.get(id) ?? null;
  }

  /** Loads the next page. */
  async more() {
    if (this.#next === null) return;
    const before = this.loaded;
    const next = this.#next;
    this.#absorb(await this.#ask({ offset: next, sort_by: this.order, cluster_id: this.scope || undefined, limit: largestPage }));
    if (this.loaded === before && (this.#next === null || this.#next <= next)) this.#next = null;
  }

  /** Loads the report that a part was shown of. */
  async whole() {
    this.scope = '';
    const first = await this.#ask({ sort_by: this.order });
    this.#absorb(first);
    this.job = first;
  }

  /**
   * Sorts by a figure: what is loaded here, and where there is more, the
   * largest of all by asking for them.
   *
   * @param {string} order
   */
  async sort(order) {
    this.order = order;
    this.#plant();
    if (this.complete || !this.#host.callsTools) return;
    this.#absorb(await this.#ask({ sort_by: order, cluster_id: this.scope || undefined, limit: largestPage }));
  }

  /**
   * Loads what a category has to say beyond its row: the whole of its
   * description, all its figures, its traces worth opening, and the categories
   * below it that are not loaded yet.
   *
   * @param {string} id
   * @param {AbortSignal} signal
   */
  async describe(id, signal) {
    if (this.#described.has(id)) return;
    const detailed = await this.#ask({ cluster_id: id, detail: 'detailed', limit: 1 }, signal);
    for (const cluster of detailed.clusters) this.#clusters.set(cluster.id, cluster);
    this.#highlights.set(id, detailed.report?.highlighted_traces ?? []);
    this.#described.add(id);
    let offset = detailed.next_offset;
    while (offset && !this.complete) {
      const below = await this.#ask({ cluster_id: id, offset, limit: largestPage }, signal);
      this.#keep(below.clusters);
      offset = below.next_offset && below.next_offset > offset ? below.next_offset : undefined;
    }
    this.#plant();
  }

  /**
   * Loads a category that no page has brought yet, with the way to it.
   *
   * @param {string} id
   */
  async reach(id) {
    for (let next = id; next && !this.#clusters.has(next); next = this.#clusters.get(next)?.parent_id ?? '') {
      this.#keep((await this.#ask({ cluster_id: next, limit: 1 })).clusters);
      if (!this.#clusters.has(next)) break;
    }
    this.#plant();
  }

  /** Loads the key points and traces that a concise report leaves out. */
  async inFull() {
    const detailed = await this.#ask({ detail: 'detailed', limit: 1 });
    this.job = { ...this.job, report: detailed.report ?? this.job.report };
  }

  /**
   * @param {Arguments} args
   * @param {AbortSignal} [signal]
   * @returns {Promise<JobResult>}
   */
  #ask(args, signal) {
    return this.#host.call('get_insights_job', { session_id: this.job.session_id, job_id: this.job.id, ...args }, signal);
  }

  /** @param {JobResult} page */
  #absorb(page) {
    this.total = page.total_clusters ?? page.clusters.length;
    this.#keep(page.clusters);
    // Pages that another order or an offset has left out are behind the start.
    this.#next = page.next_offset ?? (this.loaded < this.total ? 0 : null);
    if (this.loaded >= this.total) this.#next = null;
    this.#plant();
  }

  /** @param {Cluster[]} clusters concise ones, that take nothing from what is known in detail */
  #keep(clusters) {
    for (const cluster of clusters) if (!this.#described.has(cluster.id)) this.#clusters.set(cluster.id, cluster);
  }

  #plant() {
    const { byId, roots } = plant(this.#clusters.values(), this.order);
    this.#byId = byId;
    this.roots = roots;
    this.place = byId.get(this.place?.id ?? '') ?? null;
  }
}
