// A job that is not finished: how it goes, and another look when LangSmith's
// answer says that one is worth it.

import { button, foreign, h } from './dom.js';
import { ago } from './format.js';
import { Host } from './host.js';
import { link } from './link.js';
import { announce, attempt, isAbort, notice, why } from './notice.js';
import { narrowing, windowOf } from './scope.js';

/** @import { JobResult } from './types' */

// Looks without being asked, about an hour of them: nobody may be watching.
const mostLooks = 120;

// When there is no word on when to look again, in seconds; and the longest
// pause after looks that failed.
const usualPause = 30;
const longestPause = 300;

export class Progress {
  #host;
  #job;
  #finished;
  #looks = 0;
  #failed = 0;
  #next = 0;
  #end = new AbortController();
  #state = h('p', { className: 'about' });
  #clock = h('p', { className: 'quiet' });
  #outlet = h('div', { className: 'outlet' });
  #look;

  /**
   * @param {Host} host
   * @param {JobResult} job
   * @param {(job: JobResult) => void} finished
   */
  constructor(host, job, finished) {
    this.#host = host;
    this.#job = job;
    this.#finished = finished;
    this.#look = button('Look now', () => attempt(this.#look, this.#outlet, () => this.#again()));
    const again = host.callsTools ? [this.#clock, this.#look] : [this.#clock, notice('note', 'This host lets the page call no tools. Ask the model to look again with wait_for_insights_job.')];
    this.element = h(
      'section',
      { className: 'progress' },
      h('p', { className: 'quiet' }, 'LangSmith Insights'),
      h('h1', { tabIndex: -1 }, foreign(job.name)),
      this.#state,
      asked(job),
      narrowing(job),
      h('div', { className: 'bar', role: 'progressbar', aria: { label: 'The report is being made' } }),
      ...again,
      this.#outlet,
      h('div', { className: 'actions' }, link(host, job.url, job.name)),
    );
    this.#heard(job);
    const ticking = setInterval(() => this.#tick(), 1000);
    this.#end.signal.addEventListener('abort', () => clearInterval(ticking));
  }

  close() {
    this.#end.abort();
  }

  /** @param {JobResult} job */
  #heard(job) {
    if (this.#looks > 0 && job.status !== this.#job.status) announce(`The job is ${job.status}.`);
    this.#job = job;
    this.#state.replaceChildren(foreign(job.status || 'unfinished'), ' · reports take up to 30 minutes');
    this.#pause(job.retry_after_seconds ?? usualPause);
  }

  /** @param {number} seconds */
  #pause(seconds) {
    this.#next = Date.now() + seconds * 1000;
    this.#tick();
  }

  #tick() {
    const { created_at } = this.#job;
    const begun = created_at ? `Started ${ago(Date.now() - Date.parse(created_at))} ago.` : '';
    const left = Math.ceil((this.#next - Date.now()) / 1000);
    if (!this.#host.callsTools) this.#clock.textContent = begun;
    else if (this.#looks >= mostLooks) this.#clock.textContent = `${begun} No longer looking by itself.`;
    else if (left === Infinity) this.#clock.textContent = `${begun} Looking …`;
    else if (left > 0 || document.hidden) this.#clock.textContent = `${begun} Looking again in ${Math.max(left, 0)} s.`;
    else attempt(this.#look, this.#outlet, () => this.#again());
  }

  async #again() {
    this.#looks++;
    this.#next = Infinity; // until there is an answer
    this.#tick();
    try {
      const { session_id, id } = this.#job;
      /** @type {JobResult} */
      const job = await this.#host.call('get_insights_job', { session_id, job_id: id }, this.#end.signal);
      this.#failed = 0;
      if (job.retry_after_seconds === undefined) this.#finished(job);
      else this.#heard(job);
    } catch (error) {
      if (isAbort(error)) return;
      this.#pause(Math.min(usualPause * 2 ** this.#failed++, longestPause));
      this.#outlet.replaceChildren(notice('note', 'The last look failed: ', why(error)));
    }
  }
}

/**
 * The window that a job was asked for.
 *
 * @param {JobResult} job
 */
function asked(job) {
  const window = windowOf(job);
  return window ? h('p', { className: 'quiet' }, `Traces of ${window}`) : null;
}

/**
 * A job that failed.
 *
 * @param {Host} host
 * @param {JobResult} job
 */
export function failure(host, job) {
  return h(
    'section',
    { className: 'progress' },
    h('p', { className: 'quiet' }, 'LangSmith Insights'),
    h('h1', { tabIndex: -1 }, foreign(job.name)),
    asked(job),
    narrowing(job),
    notice('bad', h('strong', {}, 'This job failed. '), job.error ? h('bdi', { className: 'why', dir: 'auto' }, job.error) : 'LangSmith gave no reason.'),
    h('div', { className: 'actions' }, link(host, job.url, job.name)),
  );
}
