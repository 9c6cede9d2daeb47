// The page: the host's notifications decide what it shows.

import { comparisonView, isComparison } from './compare.js';
import { h } from './dom.js';
import { setLocale } from './format.js';
import { Host, textOf } from './host.js';
import { announce, announcer, notice } from './notice.js';
import { failureView, Progress } from './progress.js';
import { Report } from './report.js';
import { ReportView } from './report_view.js';
import { reportSize } from './size.js';
import { applyTheme } from './theme.js';

/** @import { Arguments, Comparison, JobResult, ToolResult } from './types' */

/** @typedef {{ close?: () => void, refresh?: () => void }} Shown */

// How long a host may take to respond before the page says that there is none, in
// milliseconds. A later response is still handled.
const hostTimeout = 10_000;

const main = h('main', {});
/** @type {Shown} */
let shown = {};
/** @type {Arguments} */
let input = {};

/**
 * Replaces the content of the page.
 *
 * @param {HTMLElement} element
 * @param {Shown} [view]
 */
function showElement(element, view = {}) {
  shown.close?.();
  shown = view;
  main.replaceChildren(element);
}

/** @param {ToolResult} result */
function showResult(result) {
  const { structuredContent: content } = result;
  if (result.isError) showElement(messageView('bad', 'The tool did not succeed.', textOf(result)));
  else if (isComparison(content)) showComparison(/** @type {Comparison} */ (content));
  else if (isJob(content)) showJob(/** @type {JobResult} */ (content), input);
  else showElement(messageView('note', 'This result holds no report to look at.', textOf(result)));
}

/** @param {unknown} content */
function isJob(content) {
  return typeof content === 'object' && content !== null && 'clusters' in content && 'session_id' in content;
}

/**
 * @param {JobResult} job
 * @param {Arguments} args of the call that gave it
 * @param {(() => void) | null} [back]
 */
function showJob(job, args, back = null) {
  document.title = job.report?.title ?? job.name;
  if (job.retry_after_seconds !== undefined) {
    const progress = new Progress(host, job, (done) => {
      showJob(done, {}, back);
      announce(done.status === 'success' ? 'The report is ready.' : 'The job has ended without a report.');
    });
    return showElement(progress.element, progress);
  }
  if (job.status !== 'success') return showElement(failureView(host, job));
  const view = new ReportView(host, new Report(host, job, args), back);
  showElement(view.element, view);
  return view;
}

/** @param {Comparison} comparison */
function showComparison(comparison) {
  document.title = `${comparison.job.name}: what changed`;
  const around = { session_id: input.session_id, project: input.project };
  const baseline = { session_id: input.baseline_session_id, project: input.baseline_project };
  const element = comparisonView(host, comparison, async (side, cluster) => {
    const project = side === 'baseline' && (baseline.session_id || baseline.project) ? baseline : around;
    const job = await host.call('get_insights_job', { ...project, job_id: comparison[side].id });
    const view = showJob(job, {}, () => {
      showElement(element);
      element.querySelector('h1')?.focus();
    });
    await view?.go(cluster, true);
  });
  showElement(element);
}

/**
 * Returns a message instead of a report.
 *
 * @param {'bad' | 'note'} kind
 * @param {string} text
 * @param {string} [details]
 */
function messageView(kind, text, details = '') {
  return h('section', { className: 'progress' }, h('h1', { className: 'unseen' }, 'LangSmith Insights'), notice(kind, h('p', {}, text), details ? h('pre', { className: 'why', dir: 'auto' }, details) : null));
}

function waitingView() {
  const tool = host.context.toolInfo?.tool?.name ?? '';
  const text = tool.includes('compare') ? 'Comparing two reports …' : tool.includes('wait') ? 'Waiting for the report …' : 'Reading the report …';
  return h('section', { className: 'progress' }, h('h1', { className: 'unseen' }, 'LangSmith Insights'), h('p', { className: 'about', role: 'status' }, text), h('div', { className: 'bar', role: 'progressbar', aria: { label: text } }));
}

const host = new Host({
  input: (args, complete) => {
    if (complete) input = args;
  },
  result: showResult,
  cancelled: (reason) => showElement(messageView('note', 'The call was cancelled, so there is no report to look at.', reason)),
  context: (context) => {
    applyTheme(context);
    setLocale(context);
    shown.refresh?.();
  },
  teardown: () => shown.close?.(),
});

document.body.append(main, announcer);
reportSize(host);
showElement(waitingView());
const showNoHost = (/** @type {string} */ details) => showElement(messageView('note', 'No host answers. This page is the report of the LangSmith Insights server; a client that shows MCP Apps fills it.', details));
const timer = setTimeout(showNoHost, hostTimeout, '');
host.connect().then(
  () => showElement(waitingView()), // by now it is known for what
  (error) => showNoHost(window.parent === window ? '' : error.message),
).finally(() => clearTimeout(timer));
