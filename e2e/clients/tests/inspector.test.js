// The MCP Inspector's command line, as in the README.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { binary, environment, serveHTTP } from "./harness.js";

const here = dirname(fileURLToPath(import.meta.url));
const inspector = join(here, "../node_modules/.bin/mcp-inspector");
const example = join(here, "../../../mcp.json.example");

async function inspect(...args) {
  const { stdout } = await promisify(execFile)(inspector, ["--cli", ...args], {
    env: await environment({ MCP_INSPECTOR_SECRET_STORE: "memory", PATH: `${dirname(binary)}:${process.env.PATH}` }),
    maxBuffer: 10 << 20,
  }).catch((failed) => {
    // The Inspector ends with code 5 for a result with isError, and prints the result.
    if (failed.code !== 5) throw failed;
    return failed;
  });
  return JSON.parse(stdout.slice(stdout.indexOf("{")));
}

const call = (tool, ...args) => ["--method", "tools/call", "--tool-name", tool, ...args.flatMap((arg) => ["--tool-arg", arg])];

async function walk(...target) {
  const { tools } = await inspect(...target, "--method", "tools/list");
  assert.ok(tools.some((tool) => tool.name === "create_insights_job"), "create_insights_job is listed");

  const created = await inspect(...target, ...call("create_insights_job", "project=chat-prod", "sample=50"));
  assert.equal(created.isError ?? false, false, JSON.stringify(created));
  assert.equal(created.structuredContent.status, "queued");
  assert.match(created.content[0].text, new RegExp(created.structuredContent.id));

  const refused = await inspect(...target, ...call("create_insights_job", "project=chat-prod", "sample=5000"));
  assert.equal(refused.isError, true);
  assert.match(refused.content[0].text, /sample.*1000/);
  return created.structuredContent;
}

// Only a running server knows the job of an earlier call. The command line cannot cancel a
// wait.
async function walkAndWait(...target) {
  const job = await walk(...target);
  const waited = await inspect(...target, ...call("wait_for_insights_job", `session_id=${job.session_id}`, `job_id=${job.id}`));
  assert.equal(waited.isError ?? false, false, JSON.stringify(waited));
  assert.equal(waited.structuredContent.status, "success");
  assert.ok(waited.structuredContent.clusters.length > 1);
  assert.match(waited.content[0].text, /finished: \d+ traces, one per thread, in \d+ categories/);
}

test("over stdio", () => walk(binary, "--sandbox"));

test("over stdio, by the example configuration", () => walk("--config", example, "--server", "ls-sandbox"));

test("the example configuration without a key lists the tools", async () => {
  const { tools } = await inspect("--config", example, "--server", "ls-insights", "--method", "tools/list");
  assert.ok(tools.length > 10);
});

// update_insights_config publishes null, which clears a saved field. A message's content and
// a run's inputs and outputs are any JSON.
const portability = [
  "analyze_chat_histories inputSchema.properties.chats.items.items.properties.content",
  "get_run outputSchema.properties.inputs",
  "get_run outputSchema.properties.outputs",
  ...["config", "description", "name", "schedule_cron"].map((name) => `update_insights_config inputSchema.properties.${name}`),
];

test("warns only of schemas where null clears and where any JSON is meant", async () => {
  const { stderr } = await promisify(execFile)(inspector, ["--cli", binary, "--sandbox", "--method", "tools/list", "--strict"], {
    env: await environment({ MCP_INSPECTOR_SECRET_STORE: "memory" }),
    maxBuffer: 10 << 20,
  });
  const warned = [...stderr.matchAll(/^(Warning|Error): tool "(.*)"\n  Path: (.*)$/gm)].map(([, , tool, path]) => `${tool} ${path}`);
  assert.deepEqual(warned.sort(), portability);
});

test("over Streamable HTTP", async (t) => walkAndWait(`${await serveHTTP(t)}/mcp`, "--transport", "http"));

test("over HTTP+SSE", async (t) => walkAndWait(`${await serveHTTP(t)}/sse`, "--transport", "sse"));
