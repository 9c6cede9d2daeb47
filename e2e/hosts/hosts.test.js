// Agent hosts read the entries that install writes, connect to the server as far as they can
// without an account, and install this repository's plugin and extension.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const repository = join(here, "../..");
const program = process.env.PROGRAM ?? assert.fail("PROGRAM names no program; use the run script");
const run = promisify(execFile);

/** Returns a machine with an empty home, an empty environment, and the hosts on the PATH. */
async function machine(t, environment = {}) {
  const home = await mkdtemp(join(tmpdir(), "insights-hosts-"));
  t.after(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const env = { HOME: home, PATH: `${dirname(program)}:${join(here, "node_modules/.bin")}:/usr/bin:/bin`, ...environment };
  return {
    home,
    call: async (command, ...args) => {
      const called = run(command, args, { cwd: home, env, timeout: 120_000, maxBuffer: 10 << 20 });
      called.child.stdin.end(); // nobody answers questions
      const { stdout, stderr } = await called;
      return stdout + stderr;
    },
  };
}

/** Says why a host cannot be tested here; false if it can. */
async function cannotStart(command) {
  const home = await mkdtemp(join(tmpdir(), "insights-hosts-"));
  try {
    await run(join(here, "node_modules/.bin", command), ["--version"], { env: { HOME: home, PATH: process.env.PATH }, timeout: 120_000 });
    return false;
  } catch (failed) {
    return `${command} does not start here: ${String(failed.message).split("\n")[0]}`;
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Serves the sandbox over HTTP and returns the address for clients. */
async function serve(t) {
  const server = spawn(program, ["http", "--sandbox", "--addr", "127.0.0.1:0"], { env: {}, stdio: ["ignore", "ignore", "pipe"] });
  t.after(async () => {
    server.kill("SIGTERM");
    await once(server, "exit");
  });
  for await (const line of createInterface(server.stderr)) {
    const { message, addr } = JSON.parse(line);
    if (message === "serving") {
      server.stderr.resume();
      return `http://${addr}/mcp`;
    }
  }
  assert.fail("the server does not say where it listens");
}

/** Gemini CLI starts servers only in folders that its user trusts, and asks about others. */
async function trust({ home }, ...folders) {
  const trusted = Object.fromEntries([home, ...folders].map((folder) => [folder, "TRUST_FOLDER"]));
  await mkdir(join(home, ".gemini"), { recursive: true });
  await writeFile(join(home, ".gemini/trustedFolders.json"), JSON.stringify(trusted));
}

const hosts = {
  "claude-code": { command: "claude", connected: /ls-insights: .*Connected/, list: ["mcp", "list"], config: ".claude.json", prepare: async () => {} },
  "gemini-cli": { command: "gemini", connected: /ls-insights: .*Connected/, list: ["mcp", "list"], config: ".gemini/settings.json", prepare: trust },
  // Codex lists the servers and connects to none.
  "codex-cli": { command: "codex", connected: /ls-insights .*enabled/, list: ["mcp", "list"], config: ".codex/config.toml", prepare: async () => {} },
};

/** Returns a folder with the parts of the repository that hosts install. */
async function offered(t) {
  const folder = join((await machine(t)).home, "repository");
  for (const part of [".claude-plugin", "skills", "gemini-extension.json"]) {
    await cp(join(repository, part), join(folder, part), { recursive: true });
  }
  return folder;
}

const missing = {};
for (const { command } of Object.values(hosts)) missing[command] = await cannotStart(command);

// Hosts mostly wait, so they are tested concurrently.
suite("agent hosts", { concurrency: 4 }, () => {
  for (const [client, host] of Object.entries(hosts)) {
    const skip = missing[host.command];
    test(`${client} reads the entry that install writes`, { skip }, async (t) => {
      const at = await machine(t);
      await host.prepare(at);
      // First without an account, except for Gemini CLI, which takes ten seconds to list its servers.
      await at.call("langsmith-insights-mcp", "install", "--client", client, "--sandbox");
      if (client !== "gemini-cli") assert.match(await at.call(host.command, ...host.list), host.connected);
      assert.ok(!(await readFile(join(at.home, host.config), "utf8")).includes("LANGSMITH"), "the entry names a key");
      await at.call("langsmith-insights-mcp", "install", "--client", client);
      assert.match(await at.call(host.command, ...host.list), host.connected);

      await at.call("langsmith-insights-mcp", "uninstall", "--client", client);
      assert.doesNotMatch(await at.call(host.command, ...host.list), /ls-insights/);
    });

    test(`${client} reads the entry for a server at an address`, { skip }, async (t) => {
      const at = await machine(t, { LANGSMITH_API_KEY: "lsv2_pt_not_a_key" });
      const url = await serve(t);
      await host.prepare(at);
      await at.call("langsmith-insights-mcp", "install", "--client", client, "--url", url);
      const list = await at.call(host.command, ...host.list);
      assert.match(list, host.connected);
      assert.ok(list.includes(url), list);
      assert.ok(!(await readFile(join(at.home, host.config), "utf8")).includes("lsv2_pt_not_a_key"), "the key is written");
    });
  }

  test("codex-cli knows the variable and the header of the key", { skip: missing.codex }, async (t) => {
    for (const [address, want] of [
      [[], { command: program, args: ["stdio"], env_vars: ["LANGSMITH_API_KEY"] }],
      [["--url", "https://mcp.example.com/mcp"], { url: "https://mcp.example.com/mcp", env_http_headers: { "X-API-Key": "LANGSMITH_API_KEY" } }],
    ]) {
      const at = await machine(t);
      await at.call("langsmith-insights-mcp", "install", "--client", "codex-cli", ...address);
      const listed = await at.call("codex", "mcp", "get", "ls-insights", "--json");
      const { transport } = JSON.parse(listed.slice(listed.indexOf("{")).replace(/}[^}]*$/, "}"));
      assert.deepEqual(Object.fromEntries(Object.keys(want).map((key) => [key, transport[key]])), want);
    }
  });

  test("Claude Code installs the plugin, with its server and its skill", { skip: missing.claude }, async (t) => {
    const at = await machine(t);
    const folder = await offered(t);
    assert.match(await at.call("claude", "plugin", "validate", folder), /Validation passed\s*$/);
    await at.call("claude", "plugin", "marketplace", "add", folder);
    await at.call("claude", "plugin", "install", "insights@langsmith-insights-mcp");
    assert.match(await at.call("claude", "mcp", "list"), /plugin:insights:ls: .*Connected/);
  });

  test("Gemini CLI installs the extension, with its server and its skill", { skip: missing.gemini }, async (t) => {
    const at = await machine(t);
    const folder = await offered(t);
    await trust(at, folder);
    await at.call("gemini", "extensions", "install", folder, "--consent", "--skip-settings");
    assert.match(await at.call("gemini", "mcp", "list"), /ls-insights .*Connected/);
    assert.match(await at.call("gemini", "skills", "list"), /langsmith-insights \[Enabled\]/);
  });
});
