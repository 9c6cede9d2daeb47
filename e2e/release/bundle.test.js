// The bundle as a host uses it: unpacked by the official tool, with the configuration that the
// official tool's code derives, and with a nearly empty environment.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, globSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";

const { MCPB, FIRST, UNPACKED } = process.env;
const { getMcpConfigForManifest, unpackExtension } = await import(pathToFileURL(`${MCPB}/dist/index.js`));
let manifest;

before(async () => {
  const [file, ...more] = globSync(`${FIRST}/*.mcpb`);
  assert.equal(more.length, 0);
  assert.ok(await unpackExtension({ mcpbPath: file, outputDir: UNPACKED, silent: true }));
  manifest = JSON.parse(readFileSync(`${UNPACKED}/manifest.json`));
});

// onHost derives the configuration as a host on a system does.
async function onHost(platform, userConfig) {
  const real = Object.getOwnPropertyDescriptor(process, "platform");
  Object.defineProperty(process, "platform", { value: platform });
  try {
    return await getMcpConfigForManifest({ manifest, extensionPath: UNPACKED, systemDirs: {}, userConfig, pathSeparator: "/" });
  } finally {
    Object.defineProperty(process, "platform", real);
  }
}

// converse starts the configured program, sends requests one after the other, and returns
// their results by method, and its stderr.
async function converse(config, requests) {
  const program = spawn(config.command, config.args, { cwd: "/", env: { ...config.env } });
  const ended = once(program, "exit");
  let log = "";
  program.stderr.on("data", (text) => (log += text));
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  const send = (message) => program.stdin.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n");
  const results = {};
  for (const [id, [method, params]] of requests.entries()) {
    send({ id, method, params });
    for (let answer; answer?.id !== id; results[method] = answer?.result) {
      const { value, done } = await lines.next();
      assert.ok(!done, `it ended at ${method}: ${log}`);
      answer = JSON.parse(value);
      assert.equal(answer.error, undefined);
    }
    if (method === "initialize") send({ method: "notifications/initialized" });
  }
  program.stdin.end();
  assert.deepEqual((await ended)[0], 0, log);
  return results;
}

const initialize = [
  "initialize",
  { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "host", version: "1" } },
];

test("each system has its own executable program", async () => {
  const kinds = { darwin: "cafebabe", linux: "7f454c46", win32: "4d5a" };
  assert.deepEqual(manifest.compatibility.platforms.toSorted(), Object.keys(kinds));
  for (const [platform, magic] of Object.entries(kinds)) {
    const { command } = await onHost(platform, {});
    assert.ok(command.startsWith(UNPACKED), command);
    accessSync(command, constants.X_OK);
    assert.ok(readFileSync(command).toString("hex", 0, 4).startsWith(magic), command);
  }
});

test("the manifest lists the program's tools", async () => {
  const got = await converse(await onHost("linux", {}), [initialize, ["tools/list", {}]]);
  assert.equal(got.initialize.serverInfo.version, manifest.version);
  assert.deepEqual(
    manifest.tools.map((tool) => tool.name).toSorted(),
    got["tools/list"].tools.map((tool) => tool.name).toSorted(),
  );
});

test("the key is the only secret, and every option reaches the program", () => {
  const sensitive = Object.keys(manifest.user_config).filter((key) => manifest.user_config[key].sensitive);
  assert.deepEqual(sensitive, ["langsmith_api_key"]);
  for (const key of Object.keys(manifest.user_config)) {
    assert.equal(manifest.server.mcp_config.env[key.toUpperCase()], `\${user_config.${key}}`);
  }
});

const call = ["tools/call", { name: "list_projects", arguments: {} }];
const empty = () => Object.fromEntries(Object.entries(manifest.user_config).map(([key, o]) => [key, o.type === "boolean" ? false : ""]));

test("an option that a host passes on unreplaced counts as unset", async () => {
  const config = await onHost("linux", {});
  assert.equal(config.env.LANGSMITH_API_KEY, "${user_config.langsmith_api_key}");
  const got = await converse(config, [initialize, call]);
  assert.ok(got["tools/call"].isError);
  assert.match(got["tools/call"].content[0].text, /No LangSmith credentials are configured\. Set LANGSMITH_API_KEY/);
});

test("an option that a host passes on empty counts as unset", async () => {
  const config = await onHost("linux", empty());
  assert.equal(config.env.LANGSMITH_API_KEY, "");
  const got = await converse(config, [initialize, call]);
  assert.match(got["tools/call"].content[0].text, /Set LANGSMITH_API_KEY/);
});

test("a switch can be turned on", async () => {
  const config = await onHost("linux", { ...empty(), langsmith_insights_mcp_read_only: true });
  const got = await converse(config, [initialize, ["tools/list", {}]]);
  const names = got["tools/list"].tools.map((tool) => tool.name);
  assert.ok(names.includes("get_insights_job") && !names.includes("create_insights_job"), names);
});
