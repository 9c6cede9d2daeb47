// Texts of users and models that try to become markup.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, show, showResult, specialReports, until } from '../harness.js';

// Elements that the page never makes.
const foreignElements = 'main script, main img, main svg, main iframe, main b, main i, main a, main title';

test('hostile names are shown unchanged everywhere and have no effect', async () => {
  const { client, session_id, jobs } = await specialReports();
  const args = { session_id, job_id: jobs.hostile };
  const { clusters, report } = await call(client, 'get_insights_job', args);
  const view = await showResult(client, 'get_insights_job', args);
  assert.equal(await view.heading(), report.title);
  assert.deepEqual(await view.app.locator('.points li').allInnerTexts(), report.key_points);
  const names = (await view.rows()).map(([name]) => name);
  assert.deepEqual([...names].sort(), clusters.map(({ name }) => name).sort());
  for (const name of ['constructor', '__proto__']) assert.ok(names.includes(name));
  assert.equal(await view.app.locator(foreignElements).count(), 0);
  const run = view.app.locator('.traces .run').first();
  await run.locator('.run-title').click();
  await run.locator('.notice').first().waitFor(); // there is no such trace
  for (const cluster of clusters.slice(0, 3)) {
    await view.app.locator(`.tree [data-id="${cluster.id}"]`).click();
    await until(view.heading, (text) => text === cluster.name);
  }
  assert.equal(await view.app.locator(foreignElements).count(), 0);
  assert.equal(await view.app.evaluate(() => document.title.includes('<')), true);
  await view.done();
});

test('an uncleaned result of a host has no effect either', async () => {
  const mark = '<img src=x onerror="window.pwned = true">';
  const bidi = '\u202Esdrawkcab\u202C and \u2067right\u2069';
  const id = (n) => `00000000-0000-4000-8000-00000000000${n}`;
  const answers = {
    get_insights_job: { id: id(0), name: mark, status: 'success', session_id: id(9), total_clusters: 1, clusters: [{ id: id(1), name: bidi, description: mark, num_runs: 3, stats: { error_rate: 'NaN', [mark]: { [mark]: mark } } }] },
    list_insights_runs: { runs: [{ id: id(2), name: mark, summary: bidi + mark, error: mark, status: mark, start_time: mark, attributes: { [mark]: [mark] }, url: 'javascript:window.pwned = true' }] },
    get_run: { id: id(2), name: mark, run_type: mark, error: mark, children: [{ id: id(3), name: mark, run_type: mark, status: mark, error: mark }], inputs: { messages: [{ role: mark, content: mark, tool_calls: [{ name: mark }] }] }, outputs: { [mark]: [mark, { [mark]: bidi }] }, cut: [mark], url: 'data:text/html,' + mark },
  };
  const view = await show({ answer: async ({ name }) => ({ content: [], structuredContent: answers[name] }) });
  await view.send('sendToolInput', { arguments: {} });
  await view.send('sendToolResult', {
    content: [],
    structuredContent: { ...answers.get_insights_job, clusters: [{ id: id(1), name: bidi, num_runs: 3 }, { id: id(3), parent_id: id(4), name: mark, num_runs: 2 }, { id: id(4), parent_id: id(3), name: 'a ring', num_runs: 1 }], url: 'javascript:window.pwned = true', report: { title: mark, highlighted_traces: [{ run_id: id(2), rank: 1, cluster_id: id(1), cluster_name: mark, highlight_reason: mark }] } },
  });
  assert.equal((await view.rows()).length, 3, 'categories whose parents form a ring are not lost');
  assert.equal(await view.app.getByRole('button', { name: /LangSmith/ }).count(), 0, 'only addresses of the web are links');
  const row = view.app.locator(`.tree [data-id="${id(1)}"]`);
  await row.click();
  const isolation = () => row.locator('.foreign').evaluate((name) => [name.textContent, getComputedStyle(name).unicodeBidi, name.dir]);
  assert.deepEqual(await until(isolation, ([, bidi]) => bidi !== ''), [bidi, 'isolate', 'auto']); // '' of a row that has just been replaced
  await view.app.locator('section', { hasText: 'Traces of this category' }).locator('.run-title').click();
  await view.app.locator('.preview .said').waitFor();
  assert.equal(await view.app.locator(foreignElements).count(), 0);
  await view.app.getByRole('button', { name: 'Tell the model' }).click();
  const { messages } = await until(view.seen, ({ messages }) => messages.length > 0);
  assert.doesNotMatch(messages[0].content[0].text, /[\p{Cf}\p{Cc}]/u, 'nothing in a message changes the direction of what follows');
  assert.match(messages[0].content[0].text, /"sdrawkcab and right"/);
  await view.done();
});

test('messages of other windows are ignored', async () => {
  const { client, session_id, jobs } = await specialReports();
  const view = await showResult(client, 'get_insights_job', { session_id, job_id: jobs.hostile });
  await view.app.locator('.tree [data-id]').first().waitFor();
  const before = await view.heading();
  await view.app.evaluate(() => window.postMessage({ jsonrpc: '2.0', method: 'ui/notifications/tool-result', params: { isError: true, content: [{ type: 'text', text: 'forged' }] } }, '*'));
  await view.app.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
  assert.equal(await view.heading(), before);
  assert.equal(await view.app.getByText('forged').count(), 0);
  await view.done();
});

test('the page’s own policy prevents markup from text', async () => {
  const view = await show();
  const made = await view.app.evaluate(() => {
    try {
      document.body.innerHTML = '<b>markup</b>';
      return 'made';
    } catch (error) {
      return error.name;
    }
  });
  assert.equal(made, 'TypeError');
  await view.done({ expected: /TrustedHTML/ });
});
