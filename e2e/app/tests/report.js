// Reports: their content, their categories and their traces.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, sandbox, showResult, thisWeek, until } from '../harness.js';

const percent = (share) => (share * 100 < 9.95 ? `${Number((share * 100).toFixed(1))}\u00a0%` : `${Math.round(share * 100)}\u00a0%`);

test('a report shows its title, its key points and every category with its statistics', async () => {
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

test('a click opens a category: its statistics, its description, its traces, page by page', async () => {
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

test('a trace opens a preview, and links to LangSmith through the host', async () => {
  const client = await sandbox();
  const job = await thisWeek();
  const view = await showResult(client, 'get_insights_job', job);
  await view.app.locator('.tree [data-id]').first().click();
  const run = view.app.locator('section', { hasText: 'Traces of this category' }).locator('.run').first();
  await run.locator('.run-title').click();
  await run.locator('.said').first().waitFor();
  const asked = view.calls.filter(({ name }) => name === 'get_run');
  assert.equal(asked.length, 1);
  assert.deepEqual(Object.keys(asked[0].arguments), ['run_id', 'session_id'], 'a preview asks for no more than the tool gives by itself');
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

test('highlighted traces are shown with a link to their category, and more on demand', async () => {
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

test('the table sorts by a statistic, and the map is coloured by one', async () => {
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
  await until(() => figure.innerText(), (text) => text !== before && /\u00a0s$/.test(text));
  await view.done();
});

test('the legend explains areas, colours and lines, with numbers', async () => {
  const job = await thisWeek();
  const { clusters } = await call(await sandbox(), 'get_insights_job', job);
  const view = await showResult(await sandbox(), 'get_insights_job', job);
  const worst = Math.max(...clusters.map(({ stats }) => stats?.error_rate ?? 0));
  const legend = () => view.app.locator('.legend').innerText();
  assert.match(await legend(), new RegExp(`^Area: number of traces\\s+Error rate: 0.%\\s+${percent(worst)}\\s+below a row: share of all traces$`));
  await view.app.getByLabel('Tint by').selectOption({ label: 'Median cost' });
  assert.match(await legend(), /Median cost: \$0\.00\s+\$0\.\d+\s+not known/, 'some categories have no cost');
  for (const title of await view.app.locator('.map .category').evaluateAll((areas) => areas.map(({ title }) => title))) assert.match(title, /, \d+ traces?, .* error rate /);
  await view.done();
});

test('rows below the edge of the table are counted, and can all be shown', async () => {
  const view = await showResult(await sandbox(), 'get_insights_job', await thisWeek());
  const rows = view.app.locator('.tree [data-id]');
  await rows.first().waitFor();
  const hidden = () => view.app.locator('.tree').evaluate((table) => [...table.lastElementChild.children].filter((row) => row.getBoundingClientRect().bottom > table.getBoundingClientRect().bottom + 1).length);
  const n = await hidden();
  assert.ok(n > 0, 'the samples have more rows than fit');
  await view.app.getByText(`${n} more rows below`).waitFor();
  await view.app.locator('.tree').evaluate((table) => table.scrollTo(0, table.scrollHeight));
  await view.app.getByText('The end of the table').waitFor();
  await view.app.getByRole('button', { name: `Show all ${await rows.count()} rows` }).click();
  assert.equal(await hidden(), 0);
  await view.app.getByRole('button', { name: 'Show fewer rows' }).click();
  assert.ok((await hidden()) > 0);
  await view.done();
});

test('no number wraps, and nothing is wider than the page', async () => {
  for (const width of [1120, 700, 600, 380]) {
    const view = await showResult(await sandbox(), 'get_insights_job', await thisWeek(), { viewport: { width, height: 900 } });
    await view.app.locator('.tree [data-id]').first().waitFor();
    const figures = view.app.locator('.figure, .area-figure');
    assert.ok((await figures.count()) > 50);
    assert.deepEqual(await figures.evaluateAll((all) => all.filter((figure) => figure.getClientRects().length > 1).map((figure) => figure.innerText)), []);
    assert.ok(await view.app.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `at ${width} px the page scrolls sideways`);
    await view.done();
  }
});

test('traces are listed by status', async () => {
  const job = await thisWeek();
  const view = await showResult(await sandbox(), 'get_insights_job', job);
  await view.app.locator('.tree [data-id]', { hasText: 'Identity check' }).click();
  const runs = view.app.locator('section', { hasText: 'Traces of this category' }).locator('.run');
  await until(() => runs.count(), (n) => n === 10);
  for (const [label, status, failed] of [['Failed', 'error', 10], ['Succeeded', 'success', 0]]) {
    await view.app.getByLabel('Status').selectOption(label);
    await until(() => view.calls.at(-1).arguments.status, (asked) => asked === status);
    await until(async () => [await runs.count(), await runs.locator('xpath=self::*[contains(@class, "failed")]').count()], ([all, bad]) => all === 10 && bad === failed);
  }
  await view.done();
});

test('a failing trace shows its steps, the failed one first, and each opens', async () => {
  const client = await sandbox();
  const job = await thisWeek();
  const view = await showResult(client, 'get_insights_job', job);
  const run = view.app.locator('.run', { hasText: 'Fails like' }).first();
  await run.locator('.run-title').first().click();
  const steps = run.locator('.steps > .run');
  await steps.first().waitFor();
  const { children } = await call(client, 'get_run', view.calls.at(-1).arguments);
  assert.equal(await steps.count(), Math.min(children.length, 8));
  assert.equal(children[0].status, 'error');
  assert.match(await steps.first().innerText(), /failed/);
  assert.ok((await steps.first().innerText()).includes(children[0].error));
  await steps.first().locator('.run-title').click();
  await until(() => view.calls.at(-1).arguments.run_id, (id) => id === children[0].id);
  await steps.first().locator('.preview h3').first().waitFor();
  await view.done();
});

test('the scope of a report is shown if the result has it', async () => {
  const job = await call(await sandbox(), 'get_insights_job', await thisWeek());
  const view = await showResult(await sandbox(), 'get_insights_job', await thisWeek(), { context: { locale: 'en-GB', timeZone: 'UTC' } });
  await view.send('sendToolResult', { content: [], structuredContent: { ...job, scope: { start_time: '2026-03-01T00:00:00Z', end_time: '2026-03-08T00:00:00Z', filter: 'eq(status, "error")', sample: 100 } } });
  await until(() => view.app.locator('.about').innerText(), (text) => /· 1\s?–\s?8 Mar 2026$/.test(text));
  assert.equal(await view.app.locator('.scope').innerText(), 'only traces that match eq(status, "error") · a sample of at most 100 traces');
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

test('pending requests of a category are cancelled when another is opened', async () => {
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
