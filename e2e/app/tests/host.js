// What the page does with the capabilities and the appearance of its host.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { able, call, lastWeek, sandbox, show, showResult, specialReports, thisWeek, until } from '../harness.js';

test('a selected category is sent to the model as a message with the ids for further calls', async () => {
  const client = await sandbox();
  const job = await thisWeek();
  const { clusters } = await call(client, 'get_insights_job', job);
  const view = await showResult(client, 'get_insights_job', job);
  await view.app.locator(`.tree [data-id="${clusters[0].id}"]`).click();
  await view.app.getByRole('button', { name: 'Tell the model' }).click();
  const { messages } = await until(view.seen, ({ messages }) => messages.length > 0);
  assert.equal(messages[0].role, 'user');
  const [{ type, text }] = messages[0].content;
  assert.equal(type, 'text');
  for (const part of [JSON.stringify(clusters[0].name), clusters[0].id, job.job_id, job.session_id, `${clusters[0].num_runs} traces`, 'data, not instructions']) assert.ok(text.includes(part), `${part} is not in: ${text}`);
  await view.app.locator('main').getByText('Sent to the conversation.').waitFor();
  await view.done();
});

test('a host without messages gets the category as context', async () => {
  const client = await sandbox();
  const job = await thisWeek();
  const { clusters } = await call(client, 'get_insights_job', job);
  const view = await showResult(client, 'get_insights_job', job, { capabilities: { ...able, message: undefined } });
  await view.app.locator(`.tree [data-id="${clusters[0].id}"]`).click();
  await view.app.getByRole('button', { name: 'Give to the model' }).click();
  const { contexts, messages } = await until(view.seen, ({ contexts }) => contexts.length > 0);
  assert.equal(messages.length, 0);
  assert.equal(contexts[0].structuredContent.cluster_id, clusters[0].id);
  assert.match(contexts[0].content[0].text, new RegExp(clusters[0].id));
  await view.app.locator('main').getByText('with your next message').waitFor();
  await view.done();
});

test('a refusal of the host is shown', async () => {
  const view = await showResult(await sandbox(), 'get_insights_job', await thisWeek());
  await view.page.evaluate(() => (window.declines = true));
  await view.app.getByRole('button', { name: 'Tell the model' }).click();
  await view.app.getByText('the host declined').first().waitFor();
  await view.app.getByRole('button', { name: /^Open in LangSmith/ }).click();
  await until(() => view.app.getByText('the host declined').count(), (n) => n === 2);
  await view.done();
});

test('a missing capability of the host is shown and is no error', async () => {
  const client = await sandbox();
  const job = await thisWeek();
  const { url } = await call(client, 'get_insights_job', job);
  const view = await showResult(client, 'get_insights_job', job, { capabilities: {} });
  await view.app.getByText('lets the page tell the model nothing').waitFor();
  await view.app.getByText('cannot be listed here').waitFor();
  assert.equal(await view.app.getByLabel('Address in LangSmith').inputValue(), url);
  assert.equal(await view.app.getByRole('button', { name: /LangSmith|Load|Show \d+ more|Full screen/ }).count(), 0);
  await view.app.locator('.tree [data-id]').first().click();
  const first = (await view.rows())[0][0];
  assert.equal(await view.heading(), first, 'a category can still be looked at');
  await view.app.locator('.run-title').first().click();
  await view.app.getByText('Ask the model for get_run').waitFor();
  assert.deepEqual(view.calls, []);
  await view.done();
  const { client: other, session_id, jobs } = await specialReports();
  const many = await showResult(other, 'get_insights_job', { session_id, job_id: jobs.many }, { capabilities: {} });
  await many.app.getByText('so the others cannot be loaded').waitFor();
  assert.equal(await many.app.locator('.map button.unloaded').count(), 0);
  assert.equal(await many.app.locator('.map .unloaded').count(), 1);
  await many.done();
});

test('the theme follows the host, at the start and later', async () => {
  const job = await thisWeek();
  const view = await showResult(await sandbox(), 'get_insights_job', job, { context: { theme: 'dark' }, browser: { colorScheme: 'light' } });
  const colours = () => view.app.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]);
  const light = (colour) => colour.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3 > 128;
  assert.deepEqual((await colours()).map(light), [false, true]);
  await view.send('sendHostContextChange', { theme: 'light' });
  await until(colours, (found) => light(found[0]));
  assert.deepEqual((await colours()).map(light), [true, false]);
  await view.done();
});

test('without a theme of the host, that of the browser is used', async () => {
  const view = await showResult(await sandbox(), 'get_insights_job', await thisWeek(), { context: { theme: undefined }, browser: { colorScheme: 'dark' } });
  assert.equal(await view.app.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(27, 28, 30)');
  await view.done();
});

test('colours, fonts and insets of the host are used', async () => {
  const font = 'data:font/woff2;base64,d09GMgABAAAAAA==';
  const view = await showResult(await sandbox(), 'get_insights_job', await thisWeek(), {
    context: {
      styles: { variables: { '--color-background-primary': 'light-dark(#fafaf0, #101010)', '--color-text-primary': '#202030', '--font-sans': '"Host Sans", serif' }, css: { fonts: `@font-face { font-family: "Host Sans"; src: url("${font}"); }` } },
      safeAreaInsets: { top: 0, right: 0, bottom: 30, left: 11 },
    },
  });
  const worn = () => view.app.evaluate(() => {
    const { backgroundColor, color, fontFamily, paddingLeft, paddingBottom } = getComputedStyle(document.body);
    return { backgroundColor, color, fontFamily, paddingLeft, paddingBottom, faces: [...document.fonts].map(({ family }) => family) };
  });
  assert.deepEqual(await worn(), { backgroundColor: 'rgb(250, 250, 240)', color: 'rgb(32, 32, 48)', fontFamily: '"Host Sans", serif', paddingLeft: '31px', paddingBottom: '50px', faces: ['Host Sans'] });
  await view.done({ expected: /OTS|decode|font/i });
});

test('numbers and times are formatted for the locale of the host', async () => {
  const view = await showResult(await sandbox(), 'get_insights_job', await thisWeek(), { context: { locale: 'de-DE', timeZone: 'Asia/Tokyo' } });
  const rows = await view.rows();
  assert.ok(rows.some((row) => /^\d,\d\u00a0%$/.test(row[2])), JSON.stringify(rows[0]));
  await view.done();
  const odd = await showResult(await sandbox(), 'get_insights_job', await thisWeek(), { context: { locale: 'not a locale', timeZone: 'Nowhere/At_All' } });
  assert.ok((await odd.rows()).length > 0);
  await odd.done();
});

test('nothing overflows from 320 to 1600 pixels, and areas stay inside the map', async () => {
  const client = await sandbox();
  const job = await thisWeek();
  const { client: other, session_id, jobs } = await specialReports();
  const views = [
    await showResult(client, 'get_insights_job', job),
    await showResult(client, 'compare_insights_jobs', { ...job, baseline_job_id: (await lastWeek()).job_id }),
    await showResult(other, 'get_insights_job', { session_id, job_id: jobs.hostile }),
  ];
  await views[0].app.locator('.tree [data-id]').first().click();
  await views[0].app.locator('.run-title').first().waitFor();
  await views[0].app.locator('.run-title').first().click();
  await views[0].app.locator('.preview .said').first().waitFor();
  for (const view of views) {
    for (const width of [320, 360, 480, 600, 768, 919, 1024, 1600]) {
      await view.page.setViewportSize({ width, height: 900 });
      const over = await until(
        () => view.app.evaluate((width) => {
          const field = document.querySelector('.map')?.getBoundingClientRect();
          const areas = [...document.querySelectorAll('.area')].map((area) => area.getBoundingClientRect());
          return {
            width: window.innerWidth - width,
            page: document.documentElement.scrollWidth - window.innerWidth,
            table: [...document.querySelectorAll('.tree, .changes')].map((table) => table.scrollWidth - table.clientWidth).find((over) => over > 0) ?? 0,
            areas: field ? areas.filter((area) => area.right > field.right + 1 || area.bottom > field.bottom + 1).length : 0,
          };
        }, width),
        (found) => found.width === 0 && found.areas === 0,
      );
      assert.deepEqual(over, { width: 0, page: 0, table: 0, areas: 0 }, `at ${width} pixels`);
    }
    await view.done();
  }
});

test('the page reports its size when it grows and when it shrinks', async () => {
  const view = await showResult(await sandbox(), 'get_insights_job', await thisWeek(), { viewport: { width: 700, height: 900 } });
  const height = () => view.app.evaluate(() => Math.ceil(document.body.getBoundingClientRect().height));
  const last = async () => (await view.seen()).sizes.at(-1);
  await until(async () => [await last(), await height()], ([reported, is]) => reported === is && is > 500);
  const before = await last();
  await view.app.locator('.run-title').first().click();
  await until(last, (reported) => reported > before);
  await view.app.locator('.run-title').first().click();
  await until(last, (reported) => reported === before);
  await view.done();
});

test('full screen is requested if the host has it, and left again', async () => {
  const view = await showResult(await sandbox(), 'get_insights_job', await thisWeek(), { context: { availableDisplayModes: ['inline', 'fullscreen'] } });
  await view.app.getByRole('button', { name: 'Full screen' }).press('Enter');
  await view.app.getByRole('button', { name: 'Leave full screen' }).waitFor();
  assert.equal(await view.focused(), 'Leave full screen', 'the focus stays where it was');
  await view.app.getByRole('button', { name: 'Leave full screen' }).click();
  await view.app.getByRole('button', { name: 'Full screen', exact: true }).waitFor();
  assert.deepEqual((await view.seen()).modes, ['fullscreen', 'inline']);
  await view.done();
});

test('the page responds to ping and teardown, and with an error to unknown requests', async () => {
  const view = await show();
  const answers = await view.page.evaluate(async () => {
    const frame = document.querySelector('iframe').contentWindow;
    const ask = (id, method) => new Promise((resolve) => {
      window.addEventListener('message', ({ data }) => data.id === id && resolve(data.result ?? data.error.code));
      frame.postMessage({ jsonrpc: '2.0', id, method, params: {} }, '*');
    });
    return [await ask('a', 'ping'), await ask('b', 'ui/resource-teardown'), await ask('c', 'tools/list')];
  });
  assert.deepEqual(answers, [{}, {}, -32601]);
  await view.done({ expected: /unknown message/i });
});
