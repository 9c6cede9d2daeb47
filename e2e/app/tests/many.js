// A report of four hundred categories.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showResult, specialReports, until } from '../harness.js';

const open = async () => {
  const { client, session_id, jobs } = await specialReports();
  const view = await showResult(client, 'get_insights_job', { session_id, job_id: jobs.many });
  await view.app.locator('.tree [data-id]').first().waitFor();
  return view;
};

test('four hundred categories are loaded page by page, and stay responsive', async (t) => {
  const view = await open();
  await view.app.getByText(/\d+ of 400 categories loaded/).waitFor();
  assert.ok(await view.app.locator('.map .unloaded').count(), 'what is not loaded has its place on the map');
  await view.app.getByRole('button', { name: 'Load more' }).click();
  await until(() => view.calls.length, (n) => n === 1);
  await view.app.getByRole('button', { name: 'Load all' }).click();
  await until(() => view.app.locator('.rest').innerText(), (text) => text === '');
  for (const { name, arguments: args } of view.calls) {
    assert.equal(name, 'get_insights_job');
    assert.ok(args.limit <= 100 && args.detail === undefined, 'no page asks for more than a list may');
  }
  const offsets = view.calls.map(({ arguments: args }) => args.offset);
  assert.deepEqual(offsets, [...offsets].sort((a, b) => a - b));
  assert.equal((await view.rows()).length, 25, 'a large tree begins closed');
  const first = view.app.locator('.tree [data-id]').first();
  await first.focus();
  const timed = await view.app.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
    const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    for (let i = 0; i < 25; i++) {
      press('ArrowRight');
      for (let below = 0; below <= 15; below++) press('ArrowDown');
    }
    await frame();
    const begun = performance.now();
    press('Home');
    press('ArrowLeft');
    await frame();
    const closed = performance.now();
    press('ArrowRight');
    await frame();
    return { close: Math.round(closed - begun), open: Math.round(performance.now() - closed) };
  });
  assert.equal((await view.rows()).length, 400);
  t.diagnostic(`with 400 rows: a branch closes in ${timed.close} ms and opens in ${timed.open} ms, frame included`);
  await view.done();
});

test('before all are loaded, sorting requests the largest of all', async () => {
  const view = await open();
  await view.app.getByLabel('Sort by').selectOption({ label: 'Error rate' });
  await until(() => view.calls.length, (n) => n === 1);
  assert.equal(view.calls[0].arguments.sort_by, 'error_rate');
  await view.app.getByText(/\d+ of 400 categories loaded/).waitFor();
  const worst = await until(view.rows, (rows) => rows.some((row) => row[3] === '40\u00a0%'));
  const figures = worst.map((row) => parseFloat(row[3]) || 0);
  assert.equal(Math.max(...figures), 40);
  await view.done();
});

test('areas too small to click are one area, which leads to the table', async () => {
  const view = await open();
  await view.app.getByRole('button', { name: 'Load all' }).click();
  await until(() => view.app.locator('.rest').innerText(), (text) => text === '');
  const sizes = await view.app.locator('.map button').evaluateAll((areas) => areas.map((area) => Math.min(area.offsetWidth, area.offsetHeight)));
  assert.ok(Math.min(...sizes) >= 12, `the least area measures ${Math.min(...sizes)} px`);
  const together = view.app.locator('.map .smaller').first();
  const said = await together.textContent();
  assert.match(said, /^\+\d+ smaller, \d+ traces$/);
  await together.click();
  assert.equal(await view.app.evaluate(() => document.activeElement.getAttribute('role')), 'row');
  await view.done();
});

test('opening a category loads its subcategories', async () => {
  const view = await open();
  const row = view.app.locator('.tree [data-id]', { hasText: 'Topic 3' }).first();
  await row.click();
  await until(view.heading, (text) => text === 'Topic 3');
  await until(async () => (await view.rows()).filter(([name]) => name.endsWith('of topic 3')).length, (n) => n === 15);
  await view.done();
});
