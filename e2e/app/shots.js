// Takes the pictures in docs/images (e2e/app/run shots). pngquant makes them smaller if it is
// installed. The digests of what they show are written too, so that tests find outdated
// pictures.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { lastWeek, sandbox, showResult, thisWeek, close } from './harness.js';
import { makeMovie, runDemo } from './movie.js';

const images = new URL('../../docs/images/', import.meta.url).pathname;
const look = { styles: { variables: { '--font-sans': 'Inter, system-ui, sans-serif' } }, timeZone: 'UTC', locale: 'en-GB' };

/**
 * @param {string} name
 * @param {{ width: number, height: number }} viewport
 * @param {string} theme
 * @param {object} [more] arguments of the tool
 */
async function open(name, viewport, theme, more = {}) {
  const tool = 'baseline_job_id' in more ? 'compare_insights_jobs' : 'get_insights_job';
  const view = await showResult(await sandbox(), tool, { ...(await thisWeek()), ...more }, { viewport, context: { ...look, theme }, browser: { deviceScaleFactor: 2 } });
  await view.app.locator('.area, .tally').first().waitFor();
  return {
    view,
    async take() {
      await view.page.mouse.move(0, 0);
      await view.page.evaluate(() => window.scrollTo(0, 0));
      await view.page.evaluate(() => document.fonts.ready);
      const path = `${images}${name}.png`;
      await view.page.screenshot({ path, clip: { x: 0, y: 0, ...viewport } });
      const { error } = spawnSync('pngquant', ['--force', '--skip-if-larger', '--ext', '.png', '--speed', '1', '--quality', '80-98', path]);
      console.log(name, error ? 'as Chromium wrote it' : 'reduced');
      await view.done();
    },
  };
}

try {
  const light = await open('app-light', { width: 1120, height: 1000 }, 'light');
  await light.take();

  const dark = await open('app-dark', { width: 1120, height: 860 }, 'dark');
  await dark.view.app.locator('.tree [data-id]', { hasText: 'Identity check' }).click();
  await dark.view.app.locator('.traces .run-title').first().click();
  await dark.view.app.locator('.preview .said').first().waitFor();
  await dark.view.app.locator('section', { hasText: 'Traces of this category' }).locator('.run').first().waitFor();
  await dark.take();

  const narrow = await open('app-narrow', { width: 380, height: 1100 }, 'light');
  await narrow.take();

  const comparison = await open('app-comparison', { width: 1000, height: 810 }, 'light', { baseline_job_id: (await lastWeek()).job_id });
  await comparison.take();

  const demo = await runDemo();
  await makeMovie(`${images}demo.webp`, demo, look);

  const page = await readFile(new URL('../../tools/app/page.html', import.meta.url));
  const calls = demo.filter((line) => line.startsWith('→ ')).map((line) => `${line}\n`);
  for (const [name, shown] of /** @type {const} */ ([['app', page], ['demo', calls.join('')]]))
    await writeFile(`${images}${name}.sha256`, createHash('sha256').update(shown).digest('hex') + '\n');
} finally {
  await close();
}
