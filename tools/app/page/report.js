// One report, as far as it is loaded, in pages of get_insights_job.

import { buildTree, isWithin } from './category_tree.js';
import { Host } from './host.js';

/** @import { Arguments, Cluster, Highlight, JobResult, Node } from './types' */

// The largest limit that get_insights_job accepts.
const maxPage = 100;

export class Report {
  #host;
  /** @type {Map<string, Cluster>} */
  #clusters = new Map();
  /** @type {Map<string, Highlight[]>} */
  #highlights = new Map();
  /** @type {Set<string>} */
  #detailed = new Set();
  /** @type {number | null} where the next page begins; null when all are loaded */
  #next = null;
  /** @type {Map<string, Node>} */
  #byId = new Map();

  /** @type {Node[]} */
  roots = [];
  order = 'num_runs';
  total = 0;
  /** @type {Node | null} the category that is looked at; null for the whole report */
  selected = null;
  /** The category that the result was limited to, until the whole report is loaded. */
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
    this.#addPage(job);
    this.selected = this.#byId.get(this.scope) ?? null;
  }

  get loaded() {
    return this.#clusters.size;
  }

  get complete() {
    return this.#next === null;
  }

  /** The number of categories that can still be loaded. */
  get missing() {
    return this.complete ? 0 : Math.max(this.total - this.loaded, 1);
  }

  /** The loaded categories. */
  all() {
    return this.#byId.values();
  }

  /**
   * Returns the known highlighted traces of a category, or of the report.
   *
   * @param {Node | null} node
   */
  highlights(node) {
    const all = this.job.report?.highlighted_traces ?? [];
    if (!node) return all;
    return this.#highlights.get(node.id) ?? all.filter(({ cluster_id }) => isWithin(this.find(cluster_id ?? ''), node));
  }

  /** @param {string} id */
  find(id) {
    return this.#byId.get(id) ?? null;
  }

  /**
   * Selects a category, or the whole report.
   *
   * @param {string} id empty for the whole report
   */
  select(id) {
    this.selected = this.#byId.get(id) ?? null;
  }

  /** Loads the next page. */
  async loadNextPage() {
    if (this.#next === null) return;
    const before = this.loaded;
    const next = this.#next;
    this.#addPage(await this.#fetch({ offset: next, sort_by: this.order, cluster_id: this.scope || undefined, limit: maxPage }));
    if (this.loaded === before && (this.#next === null || this.#next <= next)) this.#next = null;
  }

  /** Loads the whole report, if only a part was shown. */
  async loadWhole() {
    this.scope = '';
    const first = await this.#fetch({ sort_by: this.order });
    this.#addPage(first);
    this.job = first;
  }

  /**
   * Sorts by a figure. If not all categories are loaded, it loads the largest of all.
   *
   * @param {string} order
   */
  async sort(order) {
    this.order = order;
    this.#rebuildTree();
    if (this.complete || !this.#host.callsTools) return;
    this.#addPage(await this.#fetch({ sort_by: order, cluster_id: this.scope || undefined, limit: maxPage }));
  }

  /**
   * Loads the details of a category: its whole description, all its figures, its highlighted
      * traces, and its missing subcategories.
   *
   * @param {string} id
   * @param {AbortSignal} signal
   */
  async loadDetails(id, signal) {
    if (this.#detailed.has(id)) return;
    const detailed = await this.#fetch({ cluster_id: id, detail: 'detailed', limit: 1 }, signal);
    for (const cluster of detailed.clusters) this.#clusters.set(cluster.id, cluster);
    this.#highlights.set(id, detailed.report?.highlighted_traces ?? []);
    this.#detailed.add(id);
    let offset = detailed.next_offset;
    while (offset && !this.complete) {
      const below = await this.#fetch({ cluster_id: id, offset, limit: maxPage }, signal);
      this.#addClusters(below.clusters);
      offset = below.next_offset && below.next_offset > offset ? below.next_offset : undefined;
    }
    this.#rebuildTree();
  }

  /**
   * Loads a category that is in no loaded page, and its ancestors.
   *
   * @param {string} id
   */
  async loadWithAncestors(id) {
    for (let next = id; next && !this.#clusters.has(next); next = this.#clusters.get(next)?.parent_id ?? '') {
      this.#addClusters((await this.#fetch({ cluster_id: next, limit: 1 })).clusters);
      if (!this.#clusters.has(next)) break;
    }
    this.#rebuildTree();
  }

  /** Loads the key points and traces that a concise report leaves out. */
  async loadFullReport() {
    const detailed = await this.#fetch({ detail: 'detailed', limit: 1 });
    this.job = { ...this.job, report: detailed.report ?? this.job.report };
  }

  /**
   * @param {Arguments} args
   * @param {AbortSignal} [signal]
   * @returns {Promise<JobResult>}
   */
  #fetch(args, signal) {
    return this.#host.call('get_insights_job', { session_id: this.job.session_id, job_id: this.job.id, ...args }, signal);
  }

  /** @param {JobResult} page */
  #addPage(page) {
    this.total = page.total_clusters ?? page.clusters.length;
    this.#addClusters(page.clusters);
    // Pages that another order or an offset has skipped follow from the start.
    this.#next = page.next_offset ?? (this.loaded < this.total ? 0 : null);
    if (this.loaded >= this.total) this.#next = null;
    this.#rebuildTree();
  }

  /** @param {Cluster[]} clusters concise ones, which do not replace detailed ones */
  #addClusters(clusters) {
    for (const cluster of clusters) if (!this.#detailed.has(cluster.id)) this.#clusters.set(cluster.id, cluster);
  }

  #rebuildTree() {
    const { byId, roots } = buildTree(this.#clusters.values(), this.order);
    this.#byId = byId;
    this.roots = roots;
    this.selected = byId.get(this.selected?.id ?? '') ?? null;
  }
}
