// The animation at the top of the README: the command demo in a terminal, then a report as a
// host shows it. The output and the page are the program's; the terminal, the pointer, the
// captions and the timing are made here.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import sharp from 'sharp';
import { browser, sandbox, showResult, thisWeek } from './harness.js';

const viewport = { width: 960, height: 620 };
const screen = { viewport, deviceScaleFactor: 1.25, reducedMotion: 'reduce' };
const captionHeight = 36;

/** @typedef {{ image: Buffer, milliseconds: number }} Frame */

/**
 * Writes the animation.
 *
 * @param {string} path
 * @param {string[]} demo the lines that the command demo writes
 * @param {object} look of the host: its theme and typefaces
 */
export async function makeMovie(path, demo, look) {
  const frames = [...(await showDemo(demo)), ...(await showApp(look))];
  await sharp(frames.map(({ image }) => image), { join: { animated: true } })
    .webp({ lossless: true, effort: 6, minSize: true, loop: 0, delay: frames.map(({ milliseconds }) => milliseconds) })
    .toFile(path);
}

/** @param {import('playwright-core').Page} page */
function record(page) {
  /** @type {Frame[]} */
  const frames = [];
  return {
    frames,
    /** @param {number} milliseconds how long the page is shown as it is now */
    hold: async (milliseconds) => frames.push({ image: await page.screenshot(), milliseconds }),
  };
}

/**
 * Shows a caption above a page.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} text
 */
const caption = (page, text) =>
  page.evaluate(
    ([text, height]) => {
      const bar = document.createElement('div');
      bar.textContent = text;
      bar.style.cssText = `position: fixed; inset: 0 0 auto; height: ${height}px; line-height: ${height}px; padding: 0 24px; background: #2b2d30; color: #d7d9dc; font: 500 14px/${height}px Inter, system-ui, sans-serif; z-index: 1`;
      document.body.style.paddingTop = `${height}px`;
      document.body.prepend(bar);
    },
    [text, captionHeight],
  );

/**
 * Records the command demo, typed and run.
 *
 * @param {string[]} lines
 */
async function showDemo(lines) {
  const index = (/** @type {string} */ start) => lines.findIndex((line) => line.startsWith(start));
  const [list, create, wait, report] = [index('→ list'), index('→ create'), index('→ wait'), index('  Job ')];
  const end = lines.findIndex((line, i) => i > report && /^\S/.test(line));

  const context = await (await browser()).newContext(screen);
  const page = await context.newPage();
  await page.setContent(`<style>
    body { margin: 0; background: #1b1c1e; }
    pre { margin: 13px 24px; height: calc(31 * 18px); overflow: hidden; color: #c8cacd; font: 12.5px/18px "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
    b { color: #8ab4f8; } i { color: #f0f1f2; font-style: normal; }
  </style><pre><b>$</b> <i></i>\n</pre>`);
  await caption(page, 'The demo: an agent’s calls, against an embedded sandbox. No account, no network.');
  const type = (/** @type {string} */ text) => page.locator('pre i').first().evaluate((line, text) => line.append(text), text);
  /** Writes lines, and scrolls to the end, or to the first line that begins with top. */
  const write = (/** @type {string[]} */ lines, top = '') =>
    page.locator('pre').evaluate(
      (screen, [lines, top]) => {
        screen.append(
          ...lines.map((line) => {
            const written = document.createElement('span');
            const [called] = line.match(/^→ \S+/) ?? [''];
            const emphasis = document.createElement('b');
            emphasis.textContent = called;
            written.append(emphasis, `${line.slice(called.length)}\n`);
            return written;
          }),
        );
        const first = top && [...screen.children].find(({ textContent }) => textContent?.startsWith(top));
        screen.scrollTop = first ? first.offsetTop - screen.offsetTop : screen.scrollHeight;
      },
      /** @type {const} */ ([lines, top]),
    );

  const { frames, hold } = record(page);
  await hold(600);
  for (const part of ['lang', 'smith', '-insights', '-mcp', ' demo']) {
    await type(part);
    await hold(140);
  }
  await write(lines.slice(0, list));
  await hold(1600);
  await write(lines.slice(list, create));
  await hold(1800);
  await write(lines.slice(create, wait));
  await hold(2600);
  await write(lines.slice(wait, wait + 2));
  for (const line of lines.slice(wait + 2, report)) {
    await write([line]);
    await hold(900);
  }
  await write(lines.slice(report, end), lines[report]);
  await hold(4000);
  await write([]);
  await hold(3000);
  await context.close();
  return frames;
}

/** Returns the output lines of the command demo. */
export async function runDemo() {
  const child = spawn(process.env.SERVER ?? '', ['demo'], { stdio: ['ignore', 'pipe', 'inherit'] });
  /** @type {string[]} */
  const lines = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the demo ended with ${code}`);
  return lines;
}

/**
 * Records the report page: the report, one of its categories, and a trace.
 *
 * @param {object} look
 */
async function showApp(look) {
  const view = await showResult(await sandbox(), 'get_insights_job', await thisWeek(), { context: { ...look, theme: 'dark' }, viewport, browser: screen });
  const { page, app } = view;
  await page.evaluate(() => (document.documentElement.style.background = '#1b1c1e'));
  await caption(page, 'The report in a host with MCP Apps: categories, what fails, the traces behind it.');
  const { frames, hold } = record(page);

  /** Shows a pointer over an element, then clicks it. */
  const click = async (/** @type {import('playwright-core').Locator} */ target) => {
    const box = await target.boundingBox();
    if (!box) throw new Error('nothing to click');
    const [x, y] = [box.x + Math.min(box.width / 2, 120), box.y + Math.min(box.height / 2, 40)];
    await page.evaluate(
      ([x, y]) => {
        const pointer = document.createElement('div');
        pointer.id = 'pointer';
        pointer.style.cssText = `position: fixed; left: ${x - 11}px; top: ${y - 11}px; width: 18px; height: 18px; border: 2px solid white; border-radius: 50%; background: rgb(255 255 255 / 35%); pointer-events: none; z-index: 2`;
        document.body.append(pointer);
      },
      [x, y],
    );
    await hold(900);
    await page.mouse.click(x, y);
    await page.mouse.move(0, 0);
    await page.evaluate(() => document.querySelector('#pointer')?.remove());
  };
  /** Scrolls until an element is below the caption. */
  const scrollTo = async (/** @type {import('playwright-core').Locator} */ target) => {
    const box = await target.boundingBox();
    await page.evaluate((by) => new Promise((done) => (window.scrollBy(0, by), requestAnimationFrame(() => requestAnimationFrame(done)))), (box?.y ?? 0) - captionHeight - 12);
  };

  const tile = app.locator('.map .area', { hasText: 'Identity check' }).last();
  await tile.waitFor();
  await page.evaluate(() => document.fonts.ready);
  await hold(3000);
  await scrollTo(app.locator('section', { hasText: 'Categories' }).first());
  await click(tile);
  await app.locator('section', { hasText: 'Traces of this category' }).locator('.run').first().waitFor();
  await scrollTo(app.locator('body'));
  await hold(2400);
  await click(app.locator('.traces .run-title').first());
  await app.locator('.preview .said').first().waitFor();
  await scrollTo(app.locator('.traces').first());
  await hold(4000);
  await view.done();
  return frames;
}
