// The common parts of the tests: the real server over its sandbox, a client of it, a host
// page with the official AppBridge, and Debian's Chromium.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { getToolUiResourceUri, RESOURCE_MIME_TYPE } from '@modelcontextprotocol/ext-apps/app-bridge';
import { buildSync } from 'esbuild';
import { chromium } from 'playwright-core';

const server = need('SERVER');
const reportsProgram = need('REPORTS');

/** @param {string} name */
function need(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; start the tests with e2e/app/run`);
  return value;
}

/** Every capability that a host can have. */
export const able = {
  serverTools: {},
  openLinks: {},
  message: { text: {} },
  updateModelContext: { text: {}, structuredContent: {} },
};

// The policy that the specification requires of hosts if a page declares no domains.
const policy = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' data:; object-src 'none'; connect-src 'none'; frame-src 'none'; base-uri 'self'";

const closing = [];

/** Ends everything that was started. */
export async function close() {
  for (const end of closing.reverse()) await end();
}

/**
 * Connects a client to the real server.
 *
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @param {object} capabilities of the client
 */
export async function connect(args, env = {}, capabilities = { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: [RESOURCE_MIME_TYPE] } } }) {
  const client = new Client({ name: 'app-tests', version: '1' }, { capabilities });
  await client.connect(new StdioClientTransport({ command: server, args, env: { HOME: '/nonexistent', ...env }, stderr: 'ignore' }));
  closing.push(() => client.close());
  return client;
}

/** @type {Map<string, Promise<any>>} */
const started = new Map();

/**
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} start
 * @returns {Promise<T>}
 */
function shared(name, start) {
  if (!started.has(name)) started.set(name, start());
  return started.get(name);
}

/** A client of the server over its embedded sandbox. */
export const sandbox = () => shared('sandbox', () => connect(['--sandbox', '--state', 'memory']));

/** The sandbox with special reports: its address and its jobs. */
const specialSandbox = () =>
  shared('special sandbox', async () => {
    const child = spawn(reportsProgram, { stdio: ['pipe', 'pipe', 'inherit'] });
    closing.push(async () => {
      child.stdin.end();
      await once(child, 'exit');
    });
    const [line] = await once(createInterface(child.stdout), 'line');
    return JSON.parse(line);
  });

/** A client of the server over the special reports, with the ids of their jobs. */
export const specialReports = () =>
  shared('special reports', async () => {
    const { url, ...ids } = await specialSandbox();
    const client = await connect(['--state', 'memory'], { LANGSMITH_ENDPOINT: url, LANGSMITH_API_KEY: 'lsv2_pt_test' });
    return { client, ...ids };
  });

/**
 * Returns the ids of a finished report over the sandbox's sample traces.
 *
 * @param {string} name
 * @param {object} request what create_insights_job is asked for
 */
const report = (name, request) =>
  shared(`report ${name}`, async () => {
    const client = await sandbox();
    const created = await call(client, 'create_insights_job', { project: 'chat-prod', name, ...request });
    await call(client, 'wait_for_insights_job', { project: 'chat-prod', job_id: created.id, timeout_seconds: 60 });
    return { session_id: created.session_id, job_id: created.id };
  });

const day = 86_400_000;
const daysAgo = (/** @type {number} */ n) => new Date(Date.now() - n * day).toISOString();

/** A report over the last week of the sandbox's traces, and one over the week before. */
export const thisWeek = () => report('Weekly report', { start_time: daysAgo(7), end_time: daysAgo(0) });
export const lastWeek = () => report('The week before', { start_time: daysAgo(14), end_time: daysAgo(7) });

/**
 * @param {Client} client
 * @param {string} name
 * @param {object} args
 */
export async function call(client, name, args) {
  const result = await client.callTool({ name, arguments: args });
  assert.ok(!result.isError, `${name}: ${JSON.stringify(result.content)}`);
  return result.structuredContent;
}

/** The browser of all pages. */
export const browser = () =>
  shared('browser', async () => {
    const found = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--force-color-profile=srgb'] });
    closing.push(() => found.close());
    return found;
  });

/**
 * Serves files by their paths.
 *
 * @param {Record<string, { type: string, body: string | Buffer, policy?: string }>} files
 */
async function serve(files) {
  const http = createServer((request, response) => {
    const file = files[request.url ?? ''];
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': file.type, ...(file.policy ? { 'content-security-policy': file.policy } : {}) }).end(file.body);
  });
  await new Promise((resolve) => http.listen(0, '127.0.0.1', () => resolve(null)));
  closing.push(async () => {
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${http.address().port}`;
}

const hostPage = () =>
  shared('host page', async () => {
    const file = (/** @type {string} */ name) => new URL(`host/${name}`, import.meta.url);
    const { outputFiles } = buildSync({ entryPoints: [file('host.js').pathname], bundle: true, write: false, format: 'esm', minify: true, platform: 'browser', logLevel: 'error' });
    return serve({ '/': { type: 'text/html', body: await readFile(file('host.html')) }, '/host.js': { type: 'text/javascript', body: outputFiles[0].text } });
  });

/** The page as a host gets it: named by a tool's _meta, read as a resource, with its own origin. */
const frame = () =>
  shared('frame', async () => {
    const client = await sandbox();
    const { tools } = await client.listTools();
    const uri = getToolUiResourceUri(tools.find(({ name }) => name === 'get_insights_job') ?? {});
    assert.equal(uri, 'ui://langsmith-insights/report');
    const { contents } = await client.readResource({ uri });
    assert.equal(contents[0].mimeType, RESOURCE_MIME_TYPE);
    return serve({ '/': { type: 'text/html; charset=utf-8', body: contents[0].text, policy } });
  });

/**
 * Shows the page in a host.
 *
 * @param {object} [options]
 * @param {object} [options.capabilities] of the host
 * @param {object} [options.context] of the host
 * @param {{ width: number, height: number }} [options.viewport]
 * @param {(params: { name: string, arguments?: any }) => Promise<any>} [options.answer] to the page's calls
 * @param {object} [options.browser] settings of the browser
 * @param {boolean} [options.clock] whether the test controls the time
 * @param {'whole' | 'silent' | 'none'} [options.host]
 */
export async function show({ capabilities = able, context = {}, viewport = { width: 1100, height: 900 }, answer, browser: settings = {}, clock = false, host = 'whole' } = {}) {
  const context_ = await (await browser()).newContext({ viewport, reducedMotion: 'reduce', ...settings });
  const page = await context_.newPage();
  if (clock) await page.clock.install();
  const url = await frame();
  const trouble = [];
  const requests = [];
  const calls = [];
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
  page.on('console', (message) => message.type() === 'error' && trouble.push(`console: ${message.text()}`));
  page.on('dialog', (dialog) => (trouble.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on('request', (request) => request.frame() !== page.mainFrame() && requests.push(request.url()));
  await page.exposeFunction('callTool', (params) => (calls.push(params), answer ? answer(params) : Promise.reject(new Error('no tools here'))));
  const alone = host === 'none';
  await page.goto(alone ? `${url}/` : await hostPage());
  if (!alone) await page.waitForFunction(() => window.startHost);
  if (!alone) await page.evaluate((options) => window.startHost(options), { url: `${url}/`, silent: host === 'silent', capabilities, context: { theme: 'light', displayMode: 'inline', ...context } });
  const app = page.frames().find((each) => each.url().startsWith(url));
  assert.ok(app, 'the frame has not loaded');
  return {
    page,
    app,
    calls,
    /** The requests of the page to its host. */
    seen: () => page.evaluate(() => window.seen),
    /** The rows of the table of categories, as text. */
    rows: () => app.locator('.tree [data-id]').evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.innerText.replaceAll('\n', ' ').trim()))),
    heading: () => app.locator('h1').innerText(),
    /** The label or text of the focused element. */
    focused: () => app.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? ''),
    /** @param {string} method @param {object} params */
    send: (method, params) => page.evaluate(([method, params]) => window.bridge[method](params), [method, params]),
    /**
     * Ends the test: no error and no other request may have occurred.
     *
     * @param {{ expected?: RegExp }} [but] the errors that the test causes
     */
    async done({ expected } = {}) {
      assert.equal(await app.evaluate(() => 'pwned' in window), false, 'a text has run as a script');
      await context_.close();
      assert.deepEqual(trouble.filter((each) => !expected?.test(each)), []);
      assert.deepEqual(requests, alone ? [] : [`${url}/`], 'the page has asked for more than itself');
    },
  };
}

/**
 * Waits until a value fulfils a condition, and fails with the last value.
 *
 * @template T
 * @param {() => Promise<T> | T} look
 * @param {(seen: T) => boolean} so
 * @returns {Promise<T>}
 */
export async function until(look, so) {
  const end = Date.now() + 20_000;
  for (;;) {
    const seen = await look();
    if (so(seen)) return seen;
    if (Date.now() > end) assert.fail(`after twenty seconds it is still ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/**
 * Shows the result of a tool, as a host does after a model's call. The page's calls go to
 * the same server.
 *
 * @param {Client} client
 * @param {string} name
 * @param {object} args
 * @param {object} [options] as of {@link show}
 */
export async function showResult(client, name, args, options = {}) {
  const view = await show({ answer: ({ name, arguments: args }) => client.callTool({ name, arguments: args ?? {} }), context: {}, ...options });
  await view.send('sendToolInput', { arguments: args });
  await view.send('sendToolResult', await client.callTool({ name, arguments: args }));
  return view;
}
