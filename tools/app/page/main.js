// The page: what the host says decides what stands on the stage.

import { comparisonOf, isComparison } from './compare.js';
import { h } from './dom.js';
import { writeFor } from './format.js';
import { Host, textOf } from './host.js';
import { announce, announcer, notice } from './notice.js';
import { failure, Progress } from './progress.js';
import { Report } from './report.js';
import { ReportView } from './report_view.js';
import { reportSize } from './size.js';
import { wear } from './theme.js';

/** @import { Arguments, Comparison, JobResult, ToolResult } from './types' */

/** @typedef {{ close?: () => void, refresh?: () => void }} Shown */

// How long a host may take to answer before the page says that none does, in
// milliseconds. It goes on listening.
const patience = 10_000;

const stage = h('main', {});
/** @type {Shown} */
let shown = {};
/** @type {Arguments} */
let input = {};

/**
 * Puts something on the stage in the place of what was there.
 *
 * @param {HTMLElement} element
 * @param {Shown} [view]
 */
function put(element, view = {}) {
  shown.close?.();
  shown = view;
  stage.replaceChildren(element);
}

/** @param {ToolResult} result */
function showResult(result) {
  const { structuredContent: content } = result;
  if (result.isError) put(said('bad', 'The tool did not succeed.', textOf(result)));
  else if (isComparison(content)) showComparison(/** @type {Comparison} */ (content));
  else if (isJob(content)) showJob(/** @type {JobResult} */ (content), input);
  else put(said('note', 'This result holds no report to look at.', textOf(result)));
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
    return put(progress.element, progress);
  }
  if (job.status !== 'success') return put(failure(host, job));
  const view = new ReportView(host, new Report(host, job, args), back);
  put(view.element, view);
  return view;
}

/** @param {Comparison} comparison */
function showComparison(comparison) {
  document.title = `${comparison.job.name}: what changed`;
  const around = { session_id: input.session_id, project: input.project };
  const baseline = { session_id: input.baseline_session_id, project: input.baseline_project };
  const element = comparisonOf(host, comparison, async (side, cluster) => {
    const project = side === 'baseline' && (baseline.session_id || baseline.project) ? baseline : around;
    const job = await host.call('get_insights_job', { ...project, job_id: comparison[side].id });
    const view = showJob(job, {}, () => {
      put(element);
      element.querySelector('h1')?.focus();
    });
    await view?.go(cluster, true);
  });
  put(element);
}

/**
 * A message in the place of a report.
 *
 * @param {'bad' | 'note'} kind
 * @param {string} text
 * @param {string} [details]
 */
function said(kind, text, details = '') {
  return h('section', { className: 'progress' }, h('h1', { className: 'unseen' }, 'LangSmith Insights'), notice(kind, h('p', {}, text), details ? h('pre', { className: 'why', dir: 'auto' }, details) : null));
}

function waiting() {
  const tool = host.context.toolInfo?.tool?.name ?? '';
  const text = tool.includes('compare') ? 'Comparing two reports …' : tool.includes('wait') ? 'Waiting for the report …' : 'Reading the report …';
  return h('section', { className: 'progress' }, h('h1', { className: 'unseen' }, 'LangSmith Insights'), h('p', { className: 'about', role: 'status' }, text), h('div', { className: 'bar', role: 'progressbar', aria: { label: text } }));
}

const host = new Host({
  input: (args, complete) => {
    if (complete) input = args;
  },
  result: showResult,
  cancelled: (reason) => put(said('note', 'The call was cancelled, so there is no report to look at.', reason)),
  context: (context) => {
    wear(context);
    writeFor(context);
    shown.refresh?.();
  },
  teardown: () => shown.close?.(),
});

document.body.append(stage, announcer);
reportSize(host);
put(waiting());
const alone = (/** @type {string} */ details) => put(said('note', 'No host answers. This page is the report of the LangSmith Insights server; a client that shows MCP Apps fills it.', details));
const unanswered = setTimeout(alone, patience, '');
host.connect().then(
  () => put(waiting()), // by now it is known for what
  (error) => alone(window.parent === window ? '' : error.message),
).finally(() => clearTimeout(unanswered));
