// The TypeScript SDK's client, which most hosts use, over all transports. Ajv validates every
// schema and structured result as such hosts do.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

import { binary, environment, serveHTTP, upstream } from "./harness.js";
import { compileAll } from "./schemas.js";

// Over the embedded sandbox, or the LangSmith in env.
const transports = {
  stdio: async (t, env) =>
    new StdioClientTransport({ command: binary, args: [...(env ? [] : ["--sandbox"]), "--log-level", "disabled"], env: await environment(env) }),
  "Streamable HTTP": async (t, env) => new StreamableHTTPClientTransport(new URL(`${await serveHTTP(t, env)}/mcp`)),
  "HTTP+SSE": async (t, env) => new SSEClientTransport(new URL(`${await serveHTTP(t, env)}/sse`)),
};

async function connect(t, transport) {
  const client = new Client({ name: "e2e", version: "1.0.0" });
  await client.connect(transport);
  t.after(() => client.close());
  return client;
}

for (const [name, open] of Object.entries(transports)) {
  test(`a job's life over ${name}`, { timeout: 60_000 }, async (t) => {
    const client = await connect(t, await open(t));
    const { tools } = await client.listTools();
    const schemas = compileAll(tools);
    const call = async (tool, args, options) => {
      const result = await client.callTool({ name: tool, arguments: args }, undefined, options);
      if (!result.isError) {
        const valid = schemas.get(tool).output;
        assert.ok(valid(result.structuredContent), `${tool}: ${JSON.stringify(valid.errors)}`);
        assert.ok(result.content[0].text.length > 0, `${tool} has a text`);
      }
      return result;
    };

    // List and create.
    const projects = await call("list_projects", {});
    assert.ok(projects.structuredContent.projects.some((project) => project.name === "chat-prod"));
    const { structuredContent: job } = await call("create_insights_job", { project: "chat-prod", last_n_hours: 168 });
    assert.equal(job.status, "queued");
    const again = await call("create_insights_job", { project: "chat-prod", last_n_hours: 168 });
    assert.equal(again.structuredContent.id, job.id, "the same call gives the same job");
    assert.equal(again.structuredContent.already_running, true);

    // Wait with progress.
    const progress = [];
    const names = { session_id: job.session_id, job_id: job.id };
    const report = await call("wait_for_insights_job", names, { onprogress: (p) => progress.push(p), resetTimeoutOnProgress: true });
    assert.equal(report.structuredContent.status, "success");
    assert.ok(report.structuredContent.clusters.length > 1);
    assert.ok(progress.length > 0, "progress was reported");
    assert.ok(progress.every((p, i) => i === 0 || p.progress > progress[i - 1].progress), "progress grows");
    assert.ok(progress.every((p) => p.message), "progress has a message");

    // Every other tool that reads, validated with its schema.
    const cluster_id = report.structuredContent.clusters[0].id;
    await call("get_insights_job", { ...names, detail: "detailed" });
    await call("list_insights_jobs", { project: "chat-prod" });
    const runs = await call("list_insights_runs", { ...names, cluster_id });
    await call("get_run", { run_id: runs.structuredContent.runs[0].id });
    await call("list_insights_configs", { project: "chat-prod", include_prebuilts: true });
    const second = await call("create_insights_job", { project: "chat-prod", last_n_hours: 24, name: "yesterday" });
    await call("wait_for_insights_job", { session_id: job.session_id, job_id: second.structuredContent.id });
    await call("compare_insights_jobs", { ...names, baseline_job_id: second.structuredContent.id });
    await call("rename_insights_job", { ...names, name: "renamed" });
    await call("create_insights_job", { project: "chat-prod", dry_run: true });

    const third = await call("create_insights_job", { project: "chat-prod", last_n_hours: 48 });
    await call("delete_insights_job", { session_id: job.session_id, job_id: third.structuredContent.id });

    // Refusals.
    const refused = await call("create_insights_job", { project: "chat-prod", sampel: 3 });
    assert.equal(refused.isError, true);
    assert.match(refused.content[0].text, /sampel.*sample/);
    assert.equal(schemas.get("create_insights_job").input({ project: "chat-prod", sampel: 3 }), false, "Ajv refuses it too");
    await assert.rejects(client.callTool({ name: "no_such_tool", arguments: {} }), /no_such_tool/);
  });
}

for (const [name, open] of Object.entries(transports)) {
  test(`a cancelled wait ends in the server over ${name}`, { timeout: 60_000 }, async (t) => {
    const langsmith = await upstream(t);
    const client = await connect(t, await open(t, langsmith.env));
    const { structuredContent: job } = await client.callTool({ name: "create_insights_job", arguments: { project: "chat-prod" } });
    const wait = { name: "wait_for_insights_job", arguments: { session_id: job.session_id, job_id: job.id, timeout_seconds: 600 } };

    // After the client has cancelled, no message may belong to the wait: the SDK reports a
        // response or progress of an unknown request.
    const late = [];
    client.onerror = (error) => late.push(error.message);
    const look = langsmith.withhold(job.id);
    const abort = new AbortController();
    const reported = Promise.withResolvers();
    const cancelled = assert.rejects(client.callTool(wait, undefined, { signal: abort.signal, onprogress: reported.resolve }), /enough/);
    const answer = await look;
    await reported.promise;
    // Without a response the poll would take the server's 60 s; the cancellation ends it.
    const dropped = once(answer, "close", { signal: AbortSignal.timeout(20_000) });
    abort.abort("enough");
    await cancelled;
    await dropped;

    // Two of the pauses between polls: no poll, and no late message.
    await setTimeout(2 * 2_000 + 500);
    const { structuredContent } = await client.callTool({ name: "list_projects", arguments: {} });
    assert.ok(structuredContent.projects.length > 0, "the server goes on serving");
    assert.equal(langsmith.looks(), 1);
    // A POST needs a response: over Streamable HTTP an error ends it.
    const ends = name === "Streamable HTTP" ? /"error":\{[^{}]*"message":"context canceled"\}/ : /$^/;
    assert.deepEqual(late.filter((message) => !ends.test(message)), []);
  });
}

test("hosts accept the schemas", async (t) => {
  const client = await connect(t, await transports.stdio(t));
  const { tools } = await client.listTools();
  compileAll(tools);
  for (const tool of tools) {
    assert.match(tool.name, /^[a-z_]{1,64}$/);
    for (const schema of [tool.inputSchema, tool.outputSchema]) {
      assert.equal(schema.type, "object");
      const text = JSON.stringify(schema);
      assert.ok(!text.includes("$ref"), `${tool.name} has no $ref`);
      assert.ok(!/"(items|[a-z_]+)":true[,}]/.test(text.replace(/"(additionalProperties|default)":true/g, "")), `${tool.name} has no boolean subschema`);
      for (const root of ["anyOf", "oneOf", "allOf"]) assert.ok(!(root in schema), `${tool.name} has no root ${root}`);
    }
  }
});
