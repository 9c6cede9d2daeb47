// Use of the page by keyboard.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, sandbox, showResult, thisWeek, until } from '../harness.js';

const open = async () => {
  const job = await thisWeek();
  const view = await showResult(await sandbox(), 'get_insights_job', job);
  await view.app.locator('.tree [data-id]').first().waitFor();
  const { clusters } = await call(await sandbox(), 'get_insights_job', job);
  return { view, clusters };
};

test('Tab stops once at the map and once at the table, in reading order', async () => {
  const { view } = await open();
  const stops = [];
  await view.app.locator('body').press('Tab');
  for (let i = 0; i < 12; i++) {
    stops.push(await view.app.evaluate(() => {
      const at = document.activeElement;
      return at?.closest('.map') ? 'map' : at?.closest('.tree') ? 'table' : at?.tagName === 'SELECT' ? at.parentElement.innerText.split('\n')[0] : (at?.textContent ?? '');
    }));
    await view.page.keyboard.press('Tab');
  }
  assert.equal(stops.filter((stop) => stop === 'map').length, 1);
  assert.equal(stops.filter((stop) => stop === 'table').length, 1);
  const order = ['Tell the model', 'Open in LangSmith', 'Sort by', 'Tint by', 'map', 'table'].map((stop) => stops.indexOf(stop));
  assert.deepEqual(order, [...order].sort((a, b) => a - b), stops.join(' | '));
  assert.ok(!order.includes(-1), stops.join(' | '));
  await view.done();
});

test('the focus is always visible', async () => {
  const { view } = await open();
  await view.app.locator('body').press('Tab');
  for (let i = 0; i < 9; i++) {
    const outline = await view.app.evaluate(() => {
      const style = getComputedStyle(document.activeElement);
      return `${document.activeElement.tagName} ${style.outlineStyle} ${style.outlineWidth}`;
    });
    assert.match(outline, / solid [23]/);
    await view.page.keyboard.press('Tab');
  }
  await view.done();
});

test('arrow keys move in the table, open and close; Enter opens a category, Escape returns', async () => {
  const { view, clusters } = await open();
  const rows = view.app.locator('.tree [data-id]');
  await rows.first().focus();
  const [first] = await view.rows();
  const top = clusters.find(({ name }) => name === first[0]);
  const below = clusters.filter(({ parent_id }) => parent_id === top.id).length;
  const all = await rows.count();
  assert.ok(below > 1);
  await view.page.keyboard.press('ArrowLeft');
  assert.equal(await rows.count(), all - below);
  assert.equal(await rows.first().getAttribute('aria-expanded'), 'false');
  await view.page.keyboard.press('ArrowRight');
  assert.equal(await rows.count(), all);
  await view.page.keyboard.press('ArrowRight');
  assert.match(await view.focused(), /level|trace/);
  assert.equal(await view.app.evaluate(() => document.activeElement.getAttribute('aria-level')), '2');
  await view.page.keyboard.press('End');
  assert.equal(await view.app.evaluate(() => document.activeElement === document.activeElement.parentElement.lastElementChild), true);
  await view.page.keyboard.press('Home');
  await view.page.keyboard.press('ArrowDown');
  const name = (await view.rows())[1][0];
  await view.page.keyboard.press('Enter');
  await until(view.heading, (text) => text === name);
  assert.equal(await view.app.evaluate(() => document.activeElement.tagName), 'H1');
  assert.equal(await view.app.locator('.tree [aria-current]').count(), 1);
  await view.page.keyboard.press('Escape');
  await until(view.heading, (text) => text === top.name);
  await view.page.keyboard.press('Escape');
  await until(() => view.app.locator('.points').count(), (n) => n === 1);
  await view.done();
});

test('arrow keys move between areas of the map, Enter opens one', async () => {
  const { view } = await open();
  const at = () => view.app.evaluate(() => {
    const { left, top, width } = document.activeElement.getBoundingClientRect();
    return { x: left + width / 2, top, name: document.activeElement.textContent };
  });
  await view.app.locator('.map [tabindex="0"]').focus();
  const from = await at();
  await view.page.keyboard.press('ArrowRight');
  const right = await at();
  assert.ok(right.x > from.x, `${right.x} is not to the right of ${from.x}`);
  await view.page.keyboard.press('ArrowDown');
  assert.ok((await at()).top > right.top);
  await view.page.keyboard.press('Home');
  assert.deepEqual(await at(), from);
  await view.page.keyboard.press('End');
  assert.equal(await view.app.locator('.map [tabindex="0"]').count(), 1);
  await view.page.keyboard.press('Home');
  await view.page.keyboard.press('Enter');
  await until(view.heading, (text) => from.name.startsWith(text));
  assert.equal(await view.app.evaluate(() => document.activeElement.tagName), 'H1');
  await view.done();
});

test('a trace opens and closes by keyboard, and its state is exposed', async () => {
  const { view } = await open();
  const title = view.app.locator('.run-title').first();
  await title.focus();
  await view.page.keyboard.press('Enter');
  assert.equal(await title.getAttribute('aria-expanded'), 'true');
  await view.app.locator('.preview .said').first().waitFor();
  const preview = await title.getAttribute('aria-controls');
  assert.equal(await view.app.locator(`#${preview}`).isVisible(), true);
  await view.page.keyboard.press('Space');
  assert.equal(await title.getAttribute('aria-expanded'), 'false');
  await view.done();
});

test('changes are announced to screen readers', async () => {
  const { view } = await open();
  const status = view.app.locator('body > [role="status"]');
  await view.app.locator('.tree [data-id]').first().click();
  await until(() => status.textContent(), (text) => /traces? listed/.test(text));
  await view.app.getByRole('button', { name: 'Tell the model' }).click();
  await until(() => status.textContent(), (text) => text === 'Sent to the conversation.');
  await view.done();
});
