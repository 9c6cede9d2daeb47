// Accessibility, checked with axe.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { able, lastWeek, sandbox, showResult, specialReports, thisWeek } from '../harness.js';

const checker = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Every finding, of whatever weight, by rule and element.
 */
async function findings(view) {
  await view.app.evaluate(checker);
  return view.app.evaluate(async () => {
    const { violations, passes } = await window.axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
    if (passes.length < 10) return ['the checker has checked next to nothing'];
    return violations.flatMap(({ id, impact, nodes }) => nodes.map(({ target, failureSummary }) => `${impact} ${id} ${target.join(' ')}: ${failureSummary}`));
  });
}

/** @type {Record<string, (options: object) => Promise<any>>} */
const states = {
  'a report': async (options) => {
    const view = await showResult(await sandbox(), 'get_insights_job', await thisWeek(), options);
    await view.app.locator('.tree [data-id]').first().waitFor();
    return view;
  },
  'a category with a trace opened': async (options) => {
    const view = await states['a report'](options);
    await view.app.locator('.tree [data-id]').first().click();
    const run = view.app.locator('section', { hasText: 'Traces of this category' }).locator('.run-title').first();
    await run.click();
    await view.app.locator('.preview .said').first().waitFor();
    return view;
  },
  'a comparison': async (options) => {
    const view = await showResult(await sandbox(), 'compare_insights_jobs', { ...(await thisWeek()), baseline_job_id: (await lastWeek()).job_id }, options);
    await view.app.getByRole('button', { name: 'Steady' }).click();
    return view;
  },
  'a host that can do nothing': (options) => states['a report']({ ...options, capabilities: {} }),
};

for (const [name, open] of Object.entries(states)) {
  for (const theme of ['light', 'dark']) {
    test(`axe reports nothing for ${name}, ${theme}, wide and narrow`, async () => {
      const view = await open({ capabilities: able, context: { theme } });
      assert.deepEqual(await findings(view), []);
      await view.page.setViewportSize({ width: 360, height: 800 });
      assert.deepEqual(await findings(view), []);
      await view.done();
    });
  }
}

for (const name of ['failed', 'unfinished', 'hostile', 'empty', 'many']) {
  test(`axe reports nothing for a job that is ${name}`, async () => {
    const { client, session_id, jobs } = await specialReports();
    const view = await showResult(client, 'get_insights_job', { session_id, job_id: jobs[name] });
    await view.app.locator('h1').waitFor();
    assert.deepEqual(await findings(view), []);
    await view.done();
  });
}
