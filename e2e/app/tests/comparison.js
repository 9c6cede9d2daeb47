// Comparisons of two reports.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, lastWeek, sandbox, showResult, thisWeek, until } from '../harness.js';

const compared = async () => {
  const args = { ...(await thisWeek()), baseline_job_id: (await lastWeek()).job_id };
  return { args, found: await call(await sandbox(), 'compare_insights_jobs', args) };
};

const kinds = { appeared: 'Appeared', grew: 'Grew', shrank: 'Shrank', vanished: 'Vanished', unchanged: 'Steady, within chance' };

test('a comparison shows what appeared, vanished, grew and shrank, and by how much', async () => {
  const { args, found } = await compared();
  const view = await showResult(await sandbox(), 'compare_insights_jobs', args);
  assert.equal(await view.heading(), 'What changed');
  for (const [kind, title] of Object.entries(kinds)) {
    assert.equal(await view.app.locator(`.tally .${kind} strong`).innerText(), String(found[kind].length));
    if (found[kind].length === 0) continue;
    if (kind === 'unchanged') await view.app.getByRole('button', { name: title }).click();
    const rows = view.app.getByRole('table', { name: title }).getByRole('row');
    assert.equal(await rows.count(), found[kind].length + 1);
    for (const [i, change] of found[kind].entries()) {
      const row = rows.nth(i + 1);
      assert.equal(await row.locator('th .foreign').first().innerText(), change.name);
      const share = change.share ?? (change.num_runs ?? 0) / found.job.num_runs;
      const before = change.baseline_share ?? (change.baseline_num_runs ?? 0) / found.baseline.num_runs;
      const points = Number((100 * (share - before)).toFixed(1)) || 0;
      assert.equal(await row.locator('[data-title="Points"]').innerText(), (points > 0 ? '+' : '') + String(points).replace('-', '−'));
      const traces = await row.locator('[data-title="Traces"]').textContent();
      const want = kind === 'appeared' ? `${change.num_runs}` : kind === 'vanished' ? `was ${change.baseline_num_runs}` : `${change.baseline_num_runs} →  to ${change.num_runs}`;
      assert.equal(traces.trim(), want);
    }
  }
  const [grown] = found.grew;
  const dots = view.app.getByRole('table', { name: 'Grew' }).locator('tbody tr').first();
  const [before, now] = await Promise.all(['before', 'now'].map(async (name) => (await dots.locator(`.dot.${name}`).boundingBox()).x));
  assert.ok(now > before, `${grown.name} grew, and its mark stands at ${now} after ${before}`);
  assert.deepEqual(await view.app.locator('.caution li').allInnerTexts(), found.caution);
  await view.done();
});

test('a comparison has two columns down to 600 pixels, and no number wraps', async () => {
  const { args, found } = await compared();
  for (const width of [1000, 860, 700, 600]) {
    const view = await showResult(await sandbox(), 'compare_insights_jobs', args, { viewport: { width, height: 900 } });
    await view.app.getByRole('button', { name: 'Steady' }).click();
    const rows = await view.app.locator('.changes tbody tr').evaluateAll((all) =>
      all.map((row) => {
        const cells = [...row.children].map((cell) => ({ box: cell.getBoundingClientRect(), wide: cell.scrollWidth > cell.clientWidth }));
        return { name: row.innerText, side: cells.every(({ box }, i) => i === 0 || (box.top === cells[0].box.top && box.left >= cells[i - 1].box.right)), wide: cells.some(({ wide }) => wide), figures: [...row.querySelectorAll('.figure')].some((figure) => figure.getClientRects().length > 1) };
      }),
    );
    assert.equal(rows.length, Object.keys(kinds).reduce((sum, kind) => sum + found[kind].length, 0));
    assert.deepEqual(rows.filter(({ side, wide, figures }) => !side || wide || figures), [], `at ${width} px`);
    assert.ok(await view.app.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await view.done();
  }
});

test('a category of a comparison opens in its report, with a link back', async () => {
  const { args, found } = await compared();
  const view = await showResult(await sandbox(), 'compare_insights_jobs', args);
  const [grown] = found.grew;
  await view.app.getByRole('button', { name: grown.name }).first().click();
  await until(view.heading, (text) => text === grown.name);
  assert.equal(view.calls[0].arguments.job_id, args.job_id);
  await until(() => view.app.locator('section', { hasText: 'Traces of this category' }).locator('.run').count(), (n) => n > 0);
  await view.app.getByRole('button', { name: 'The comparison' }).click();
  await until(view.heading, (text) => text === 'What changed');
  assert.equal(await view.app.evaluate(() => document.activeElement.tagName), 'H1');
  const [gone] = found.vanished;
  await view.app.getByRole('button', { name: gone.name }).first().click();
  await until(view.heading, (text) => text === gone.name);
  assert.ok(view.calls.some(({ name, arguments: { job_id } }) => name === 'get_insights_job' && job_id === args.baseline_job_id));
  await view.done();
});

test('without tool calls a comparison has no links to reports', async () => {
  const { args } = await compared();
  const view = await showResult(await sandbox(), 'compare_insights_jobs', args, { capabilities: {} });
  await view.app.locator('.changes').first().waitFor();
  assert.equal(await view.app.locator('.comparison .link').count(), 0);
  await view.done();
});
