// Looking at a report: what it shows, going into categories, and to the traces.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, sandbox, showResult, thisWeek, until } from '../harness.js';

const percent = (share) => (share * 100 < 9.95 ? `${Number((share * 100).toFixed(1))} %` : `${Math.round(share * 100)} %`);

test('a report shows its headline, its key points and every category with its figures', async () => {
  const job = await thisWeek();
  const found = await call(await sandbox(), 'get_insights_job', job);
  const view = await showResult(await sandbox(), 'get_insights_job', job);
  await view.app.locator('.tree [data-id]').first().waitFor();
  assert.equal(await view.heading(), found.report.title);
  assert.deepEqual(await view.app.locator('.points li').allInnerTexts(), found.report.key_points);
  const rows = await view.rows();
  assert.equal(rows.length, found.clusters.length);
  for (const cluster of found.clusters) {
    const row = rows.find(([name]) => name === cluster.name);
    assert.ok(row, `${cluster.name} has no row`);
    assert.equal(row[1], String(cluster.num_runs));
    assert.equal(row[2], percent(cluster.share));
    assert.equal(row[3], cluster.stats.error_rate === undefined ? '– not known' : percent(cluster.stats.error_rate));
    if (cluster.stats.cost_p50 === undefined) assert.match(row[5], /^–\s+not known$/);
    else assert.match(row[5], /^\$0\.\d+$/);
  }
  assert.ok(rows.some((row) => row[5].startsWith('–')), 'the samples hold categories without a cost');
  assert.deepEqual(view.calls, [], 'looking at what came with the result asks for nothing');
  await view.done();
});

test('the map has an area for every top category, as large as its share', async () => {
  const job = await thisWeek();
  const { clusters, num_runs } = await call(await sandbox(), 'get_insights_job', job);
  const view = await showResult(await sandbox(), 'get_insights_job', job);
  const field = await view.app.locator('.map').boundingBox();
  for (const top of clusters.filter(({ parent_id, share }) => !parent_id && share > 0.08)) {
    const area = view.app.locator(`.map [data-key="${top.id}"]`);
    const box = await area.boundingBox();
    const share = (box.width * box.height) / (field.width * field.height);
    assert.ok(Math.abs(share - top.num_runs / num_runs) < 0.01, `${top.name} takes ${share} of the map, and has ${top.num_runs} of ${num_runs} traces`);
    assert.match(await area.textContent(), new RegExp(`${top.num_runs} traces, .* error rate`));
  }
  await view.done();
});

test('a click goes into a category: its figures, its description, its traces, page by page', async () => {
  const client = await sandbox();
  const job = await thisWeek();
  const { clusters } = await call(client, 'get_insights_job', job);
  const top = clusters.find(({ num_runs, parent_id }) => !parent_id && num_runs > 20);
  const { clusters: [detailed] } = await call(client, 'get_insights_job', { ...job, cluster_id: top.id, detail: 'detailed', limit: 1 });
  const view = await showResult(client, 'get_insights_job', job);
  await view.app.locator(`.map [data-key="${top.id}"]`).click({ position: { x: 20, y: 8 } });
  assert.equal(await view.heading(), top.name);
  await until(() => view.app.locator('.lead').allInnerTexts(), ([text]) => text === detailed.description);
  const runs = view.app.locator('section', { hasText: 'Traces of this category' }).locator('.run');
  await until(() => runs.count(), (n) => n === 10);
  await view.app.getByRole('button', { name: 'Show more traces' }).click();
  await until(() => runs.count(), (n) => n === 20);
  const asked = view.calls.filter(({ name }) => name === 'list_insights_runs').map(({ arguments: args }) => args);
  assert.deepEqual(asked.map(({ offset, limit }) => [offset, limit]), [[undefined, 10], [10, 10]]);
  assert.ok(asked.every(({ cluster_id, job_id }) => cluster_id === top.id && job_id === job.job_id));
  await view.app.getByRole('navigation', { name: 'The way here' }).getByRole('button', { name: 'Whole report' }).click();
  await until(view.heading, (text) => text !== top.name);
  await view.done();
});

test('a trace opens into a preview, and leads to LangSmith through the host', async () => {
  const client = await sandbox();
  const job = await thisWeek();
  const view = await showResult(client, 'get_insights_job', job);
  await view.app.locator('.tree [data-id]').first().click();
  const run = view.app.locator('section', { hasText: 'Traces of this category' }).locator('.run').first();
  await run.locator('.run-title').click();
  await run.locator('.said').first().waitFor();
  const asked = view.calls.filter(({ name }) => name === 'get_run');
  assert.equal(asked.length, 1);
  assert.deepEqual(Object.keys(asked[0].arguments), ['run_id'], 'a preview asks for no more than the tool gives by itself');
  const found = await call(client, 'get_run', asked[0].arguments);
  const messages = [...found.inputs.messages, ...(found.outputs?.messages ?? [])];
  const said = await run.locator('.said').allTextContents();
  for (const { content } of messages) assert.ok(said.some((text) => text.startsWith(content)), `the preview lacks ${content}`);
  await run.getByRole('button', { name: /^Open in LangSmith/ }).click();
  assert.deepEqual((await until(view.seen, ({ links }) => links.length > 0)).links, [found.url]);
  await run.locator('.run-title').click();
  assert.equal(await run.locator('.preview').isVisible(), false);
  await run.locator('.run-title').click();
  assert.equal(await run.locator('.preview').isVisible(), true);
  assert.equal(view.calls.filter(({ name }) => name === 'get_run').length, 1, 'it is not asked for twice');
  await view.done();
});

test('traces worth opening are there, with the way to their category; more of them on demand', async () => {
  const client = await sandbox();
  const job = await thisWeek();
  const { report } = await call(client, 'get_insights_job', job);
  const { report: whole } = await call(client, 'get_insights_job', { ...job, detail: 'detailed', limit: 1 });
  const view = await showResult(client, 'get_insights_job', job);
  const worth = view.app.locator('section', { hasText: 'Worth opening' }).locator('.run');
  assert.equal(await worth.count(), report.highlighted_traces.length);
  await view.app.getByRole('button', { name: `Show ${report.left_out} more points and traces` }).click();
  await until(() => worth.count(), (n) => n === whole.highlighted_traces.length);
  assert.deepEqual(await view.app.locator('.points li').allInnerTexts(), whole.key_points);
  const [first] = whole.highlighted_traces;
  await worth.first().locator('.run-title').click();
  await worth.first().locator('.preview .said').first().waitFor();
  await worth.first().getByRole('button', { name: first.cluster_name }).click();
  await until(view.heading, (text) => text === first.cluster_name);
  await view.done();
});

test('the table sorts by a figure, and the map is tinted by one', async () => {
  const job = await thisWeek();
  const view = await showResult(await sandbox(), 'get_insights_job', job);
  await view.app.getByLabel('Sort by').selectOption({ label: 'Median latency' });
  const rows = await until(view.rows, (all) => all.length > 5);
  const levels = await view.app.locator('.tree [data-id]').evaluateAll((all) => all.map((row) => row.getAttribute('aria-level')));
  const top = rows.filter((_, i) => levels[i] === '1').map((row) => parseFloat(row[4]));
  assert.deepEqual(top, [...top].sort((a, b) => b - a));
  assert.equal(await view.app.getByRole('columnheader', { name: 'Latency' }).getAttribute('aria-sort'), 'descending');
  const figure = view.app.locator('.map .area-figure').first();
  const before = await figure.innerText();
  await view.app.getByLabel('Tint by').selectOption({ label: 'Median latency' });
  await until(() => figure.innerText(), (text) => text !== before && / s$/.test(text));
  await view.done();
});

test('a result limited to a category shows it, and the whole report on demand', async () => {
  const client = await sandbox();
  const job = await thisWeek();
  const { clusters, report } = await call(client, 'get_insights_job', job);
  const top = clusters.find(({ parent_id }) => !parent_id);
  const view = await showResult(client, 'get_insights_job', { ...job, cluster_id: top.id });
  assert.equal(await view.heading(), top.name);
  const inside = clusters.filter(({ parent_id }) => parent_id === top.id).length;
  assert.equal((await view.rows()).length, inside + 1);
  await view.app.getByRole('button', { name: 'Whole report' }).click();
  await until(view.heading, (text) => text === report.title);
  await until(async () => (await view.rows()).length, (n) => n >= clusters.length - 1);
  await view.done();
});

test('what a visit still waits for is cancelled when the reader goes on', async () => {
  const client = await sandbox();
  const job = await thisWeek();
  let release = () => {};
  const held = new Promise((resolve) => (release = resolve));
  const view = await showResult(client, 'get_insights_job', job, {
    answer: async ({ name, arguments: args }) => {
      if (name === 'list_insights_runs') await held;
      return client.callTool({ name, arguments: args });
    },
  });
  await view.page.evaluate(() => window.addEventListener('message', ({ data }) => data?.method === 'notifications/cancelled' && (window.cancelled = data.params.requestId)));
  await view.app.locator('.tree [data-id]').nth(0).click();
  await until(() => view.calls.length, (n) => n > 0);
  await view.app.locator('.tree [data-id]').nth(1).click();
  await until(() => view.page.evaluate(() => window.cancelled), (id) => id !== undefined);
  release();
  const list = view.app.locator('section', { hasText: 'Traces of this category' }).locator('.run');
  await until(() => list.count(), (n) => n > 0);
  const titles = await list.allInnerTexts();
  assert.equal(new Set(titles).size, titles.length, 'the traces of the first visit have not come too');
  assert.equal(await view.app.locator('.notice.bad').count(), 0);
  await view.done();
});
