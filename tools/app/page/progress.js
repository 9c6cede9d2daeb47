// An unfinished job: its state, and the next poll when LangSmith's response suggests it.

import { button, foreign, h } from './dom.js';
import { formatAge } from './format.js';
import { Host } from './host.js';
import { pageLink } from './link.js';
import { announce, attempt, isAbort, notice, errorText } from './notice.js';
import { scopeFilter, scopeWindow } from './scope.js';

/** @import { JobResult } from './types' */

// The maximum number of polls, about an hour of them.
const maxPolls = 120;

// The pause without retry_after_seconds, and the longest pause after failed polls, in seconds.
const defaultPause = 30;
const maxPause = 300;

export class Progress {
  #host;
  #job;
  #finished;
  #polls = 0;
  #failed = 0;
  #next = 0;
  #end = new AbortController();
  #state = h('p', { className: 'about' });
  #clock = h('p', { className: 'quiet' });
  #outlet = h('div', { className: 'outlet' });
  #pollButton;

  /**
   * @param {Host} host
   * @param {JobResult} job
   * @param {(job: JobResult) => void} finished
   */
  constructor(host, job, finished) {
    this.#host = host;
    this.#job = job;
    this.#finished = finished;
    this.#pollButton = button('Look now', () => attempt(this.#pollButton, this.#outlet, () => this.#poll()));
    const again = host.callsTools ? [this.#clock, this.#pollButton] : [this.#clock, notice('note', 'This host lets the page call no tools. Ask the model to look again with wait_for_insights_job.')];
    this.element = h(
      'section',
      { className: 'progress' },
      h('p', { className: 'quiet' }, 'LangSmith Insights'),
      h('h1', { tabIndex: -1 }, foreign(job.name)),
      this.#state,
      scopeText(job),
      scopeFilter(job),
      h('div', { className: 'bar', role: 'progressbar', aria: { label: 'The report is being made' } }),
      ...again,
      this.#outlet,
      h('div', { className: 'actions' }, pageLink(host, job.url, job.name)),
    );
    this.#showJob(job);
    const ticking = setInterval(() => this.#showCountdown(), 1000);
    this.#end.signal.addEventListener('abort', () => clearInterval(ticking));
  }

  close() {
    this.#end.abort();
  }

  /** @param {JobResult} job */
  #showJob(job) {
    if (this.#polls > 0 && job.status !== this.#job.status) announce(`The job is ${job.status}.`);
    this.#job = job;
    this.#state.replaceChildren(foreign(job.status || 'unfinished'), ' · reports take up to 30 minutes');
    this.#pause(job.retry_after_seconds ?? defaultPause);
  }

  /** @param {number} seconds */
  #pause(seconds) {
    this.#next = Date.now() + seconds * 1000;
    this.#showCountdown();
  }

  #showCountdown() {
    const { created_at } = this.#job;
    const begun = created_at ? `Started ${formatAge(Date.now() - Date.parse(created_at))} ago.` : '';
    const left = Math.ceil((this.#next - Date.now()) / 1000);
    if (!this.#host.callsTools) this.#clock.textContent = begun;
    else if (this.#polls >= maxPolls) this.#clock.textContent = `${begun} No longer looking by itself.`;
    else if (left === Infinity) this.#clock.textContent = `${begun} Looking …`;
    else if (left > 0 || document.hidden) this.#clock.textContent = `${begun} Looking again in ${Math.max(left, 0)} s.`;
    else attempt(this.#pollButton, this.#outlet, () => this.#poll());
  }

  async #poll() {
    this.#polls++;
    this.#next = Infinity; // until there is a response
    this.#showCountdown();
    try {
      const { session_id, id } = this.#job;
      /** @type {JobResult} */
      const job = await this.#host.call('get_insights_job', { session_id, job_id: id }, this.#end.signal);
      this.#failed = 0;
      if (job.retry_after_seconds === undefined) this.#finished(job);
      else this.#showJob(job);
    } catch (error) {
      if (isAbort(error)) return;
      this.#pause(Math.min(defaultPause * 2 ** this.#failed++, maxPause));
      this.#outlet.replaceChildren(notice('note', 'The last look failed: ', errorText(error)));
    }
  }
}

/**
 * Returns the requested window of a job.
 *
 * @param {JobResult} job
 */
function scopeText(job) {
  const window = scopeWindow(job);
  return window ? h('p', { className: 'quiet' }, `Traces of ${window}`) : null;
}

/**
 * Returns the view of a failed job.
 *
 * @param {Host} host
 * @param {JobResult} job
 */
export function failureView(host, job) {
  return h(
    'section',
    { className: 'progress' },
    h('p', { className: 'quiet' }, 'LangSmith Insights'),
    h('h1', { tabIndex: -1 }, foreign(job.name)),
    scopeText(job),
    scopeFilter(job),
    notice('bad', h('strong', {}, 'This job failed. '), job.error ? h('bdi', { className: 'why', dir: 'auto' }, job.error) : 'LangSmith gave no reason.'),
    h('div', { className: 'actions' }, pageLink(host, job.url, job.name)),
  );
}
