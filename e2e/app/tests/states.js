// Unfinished and failed jobs, empty reports, calls that fail or are cancelled, and no host.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, sandbox, show, showResult, specialReports, thisWeek, until } from '../harness.js';

const openReport = async (name) => {
  const { client, session_id, jobs } = await specialReports();
  return { client, args: { session_id, job_id: jobs[name] } };
};

test('an unfinished job shows its state, is polled, and becomes the report', async () => {
  const { client, args } = await openReport('unfinished'); // queued, then twice running, then done
  const looks = [];
  const view = await showResult(client, 'wait_for_insights_job', { ...args, timeout_seconds: 0 }, {
    clock: true,
    answer: async ({ name, arguments: given }) => {
      const result = await client.callTool({ name, arguments: given });
      looks.push(result.structuredContent);
      return result;
    },
  });
  assert.equal(await view.heading(), 'Unfinished');
  assert.match(await view.app.locator('.about').innerText(), /^queued/);
  assert.equal(await view.app.getByRole('progressbar').count(), 1);
  const pause = Number((await view.app.getByText(/Looking again in/).innerText()).match(/in (\d+) s/)[1]);
  assert.equal(pause, 30, 'as long as retry_after_seconds says of a job of four minutes');
  await view.page.clock.runFor(28_000);
  assert.equal(view.calls.length, 0, 'it looks no sooner');
  await view.page.clock.runFor(3_000);
  await until(() => looks.length, (n) => n === 1);
  assert.deepEqual(view.calls[0], { name: 'get_insights_job', arguments: args });
  await until(() => view.app.locator('.about').innerText(), (text) => text.startsWith('running'));
  await view.app.getByRole('button', { name: 'Look now' }).click();
  await until(() => looks.length, (n) => n === 2);
  await view.page.clock.runFor(31_000);
  await until(view.heading, (text) => text === 'Finished');
  assert.match(await view.app.locator('body > [role="status"]').textContent(), /ready/);
  const { length } = view.calls;
  await view.page.clock.runFor(120_000);
  assert.equal(view.calls.length, length, 'a finished job is not looked at again');
  await view.done();
});

test('a failed poll is shown, and repeated later', async () => {
  const { args } = await openReport('failed');
  let answers = 0;
  const view = await show({
    clock: true,
    answer: async () => {
      answers++;
      return { content: [{ type: 'text', text: 'LangSmith does not answer.' }], isError: true };
    },
  });
  await view.send('sendToolInput', { arguments: args });
  await view.send('sendToolResult', { content: [], structuredContent: { id: args.job_id, name: 'Slow', status: 'running', session_id: args.session_id, clusters: [], retry_after_seconds: 10 } });
  await view.app.getByText('Looking again in 10 s').waitFor();
  await view.page.clock.runFor(11_000);
  await view.app.getByText('LangSmith does not answer.').waitFor();
  assert.equal(answers, 1);
  await view.page.clock.runFor(31_000);
  await until(() => answers, (n) => n === 2);
  await view.send('teardownResource', {});
  await view.page.clock.runFor(600_000);
  assert.equal(answers, 2, 'a page that goes asks no more');
  await view.done();
});

test('a failed job says why', async () => {
  const { client, args } = await openReport('failed');
  const view = await showResult(client, 'get_insights_job', args);
  assert.equal(await view.heading(), 'Nightly');
  const said = await view.app.getByRole('alert').innerText();
  assert.match(said, /This job failed\. No runs matched <b>the filter<\/b>/);
  assert.equal(await view.app.locator('.notice b').count(), 0);
  await view.done();
});

test('a report without categories is named as such', async () => {
  const { client, args } = await openReport('empty');
  const view = await showResult(client, 'get_insights_job', args);
  await view.app.getByText('This report holds no categories.').waitFor();
  assert.equal(await view.heading(), 'Empty');
  await view.done();
});

test('while the tool runs the page says what it waits for; a cancelled call is shown', async () => {
  const view = await show({ context: { toolInfo: { tool: { name: 'compare_insights_jobs', inputSchema: { type: 'object' } } } } });
  await view.send('sendToolInputPartial', { arguments: { job_id: 'half of' } });
  await view.app.getByText('Comparing two reports …').waitFor();
  await view.send('sendToolCancelled', { reason: 'user action' });
  await view.app.getByText('The call was cancelled').waitFor();
  await view.app.getByText('user action').waitFor();
  await view.done();
});

test('an error of the tool is shown unchanged', async () => {
  const client = await sandbox();
  const { session_id } = await thisWeek();
  const view = await showResult(client, 'get_insights_job', { session_id, job_id: '00000000-0000-4000-8000-000000000000' });
  const said = await view.app.getByRole('alert').innerText();
  assert.match(said, /The tool did not succeed\./);
  assert.ok(said.length > 60, said);
  await view.done();
});

test('a failed call of the page is shown at its button, and can be repeated', async () => {
  const client = await sandbox();
  const job = await thisWeek();
  let broken = true;
  const view = await showResult(client, 'get_insights_job', job, {
    answer: ({ name, arguments: args }) => (broken && name !== 'get_insights_job' ? { content: [{ type: 'text', text: 'A passing fault.' }], isError: true } : client.callTool({ name, arguments: args })),
  });
  await view.app.locator('.tree [data-id]').first().click();
  const section = view.app.locator('section', { hasText: 'Traces of this category' });
  await section.getByText('A passing fault.').waitFor();
  broken = false;
  await section.getByRole('button', { name: 'List the traces' }).click();
  await until(() => section.locator('.run').count(), (n) => n === 10);
  assert.equal(await section.getByText('A passing fault.').count(), 0);
  await view.done();
});

test('a repeated result of the host replaces the previous one', async () => {
  const client = await sandbox();
  const job = await thisWeek();
  const { client: other, args } = await openReport('empty');
  const view = await showResult(client, 'get_insights_job', job);
  await view.app.locator('.tree [data-id]').first().waitFor();
  await view.send('sendToolResult', { content: [], structuredContent: await call(other, 'get_insights_job', args) });
  await until(view.heading, (text) => text === 'Empty');
  await view.done();
});

test('without a host the page says what it is', async () => {
  const view = await show({ host: 'none' });
  await view.app.getByText('No host answers.').waitFor();
  await view.done();
});

test('a host that does not respond gets some time', async () => {
  const view = await show({ host: 'silent', clock: true });
  await view.app.getByText('Reading the report').waitFor();
  await view.page.clock.runFor(9_000);
  assert.equal(await view.app.getByText('No host answers.').count(), 0);
  await view.page.clock.runFor(2_000);
  await view.app.getByText('No host answers.').waitFor();
  await view.done();
});
