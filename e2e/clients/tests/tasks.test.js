// The TypeScript SDK's second major version and the client of the tasks extension: ordinary
// calls in both protocol eras, and waits that are tasks.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { createTaskSessionFromClient, resultFromTaskOutcome } from "@modelcontextprotocol/ext-tasks/client";

import { binary, environment, listen, serveHTTP } from "./harness.js";

const clientInfo = { name: "e2e", version: "1.0.0" };
const protocolVersion = "2026-07-28";

// Over the embedded sandbox, or the LangSmith in env.
const transports = {
  stdio: async (t, env) =>
    new StdioClientTransport({ command: binary, args: [...(env ? [] : ["--sandbox"]), "--log-level", "disabled"], env: await environment(env) }),
  "Streamable HTTP": async (t, env) => new StreamableHTTPClientTransport(new URL(`${await serveHTTP(t, env)}/mcp`)),
};

async function connect(t, transport, mode) {
  const client = new Client(clientInfo, { versionNegotiation: { mode } });
  await client.connect(transport);
  t.after(() => client.close());
  return client;
}

/** Starts a job and returns the arguments that name it. */
async function startJob(client) {
  const { structuredContent: job } = await client.callTool({ name: "create_insights_job", arguments: { project: "chat-prod", last_n_hours: 168 } });
  return { session_id: job.session_id, job_id: job.id };
}

for (const [name, open] of Object.entries(transports)) {
  for (const [era, mode] of Object.entries({ legacy: "legacy", modern: { pin: protocolVersion } })) {
    test(`ordinary calls of the ${era} era over ${name}`, { timeout: 60_000 }, async (t) => {
      const client = await connect(t, await open(t), mode);
      assert.equal(client.getProtocolEra(), era);
      assert.equal("io.modelcontextprotocol/tasks" in client.getServerCapabilities().extensions, era === "modern");
      const { tools } = await client.listTools();
      assert.ok(tools.some((tool) => tool.name === "wait_for_insights_job"));
      const job = await startJob(client);
      const progress = [];
      // The client checks structured content against the tool's schema.
      const report = await client.callTool({ name: "wait_for_insights_job", arguments: job }, { onprogress: (p) => progress.push(p) });
      assert.equal(report.structuredContent.status, "success");
      assert.ok(progress.length > 0, "progress was reported");
      const { contents } = await client.readResource({ uri: `insights://projects/${job.session_id}/jobs/${job.job_id}` });
      assert.match(contents[0].text, /finished/);
      assert.ok((await client.listPrompts()).prompts.length > 0);
      await assert.rejects(client.callTool({ name: "no_such_tool", arguments: {} }), /no_such_tool/);
    });
  }
}

/**
 * Returns a session for tasks over a client. The SDK has no types for results that are tasks,
 * so the session's requests bypass it, with ids of their own.
 */
function taskSession(t, client) {
  const { transport } = client;
  const waiting = new Map();
  const receive = transport.onmessage;
  transport.onmessage = (message, extra) => {
    const resolve = waiting.get(message.id);
    if (!resolve) return receive(message, extra);
    waiting.delete(message.id);
    resolve("error" in message ? { kind: "error", error: message.error } : { kind: "result", result: message.result });
  };
  let last = 0;
  const rawDispatch = async (request) => {
    const id = `tasks-${++last}`;
    const answered = new Promise((resolve) => waiting.set(id, resolve));
    await transport.send({ jsonrpc: "2.0", id, ...request });
    return answered;
  };
  const session = createTaskSessionFromClient(client, {
    endpointId: "e2e", rawDispatch, v2RequestFraming: { protocolVersion, clientInfo, clientCapabilities: {} },
  });
  t.after(() => session.close());
  return session;
}

for (const [name, open] of Object.entries(transports)) {
  test(`a wait is a task over ${name}`, { timeout: 60_000 }, async (t) => {
    const client = await connect(t, await open(t), { pin: protocolVersion });
    const session = taskSession(t, client);
    const job = await startJob(client);
    const execution = await session.callTool("wait_for_insights_job", job);
    assert.equal(execution.kind, "task");
    const seen = [];
    const { outcome } = await execution.settle({ onEvent: (event) => event.type === "task" && seen.push(event.task) });
    assert.ok(seen.some((task) => task.status === "working" && /^(queued|running)/.test(task.statusMessage) && task.suggestedPollIntervalMs === 2000));
    assert.ok(seen.every((task) => task.retentionMs === null));
    const report = resultFromTaskOutcome(outcome);
    assert.equal(report.structuredContent.status, "success");
    assert.ok(report.structuredContent.clusters.length > 1);

    // A job that has ended at the first look, and every other tool, gives no task.
    for (const [tool, args] of [["wait_for_insights_job", job], ["list_projects", {}]]) {
      const quick = await session.callTool(tool, args);
      assert.equal(quick.kind, "immediate", tool);
      assert.ok(resultFromTaskOutcome(await quick.result()).structuredContent);
    }
  });

  test(`a task is cancelled over ${name}, and its job continues`, { timeout: 60_000 }, async (t) => {
    const client = await connect(t, await open(t), { pin: protocolVersion });
    const session = taskSession(t, client);
    const job = await startJob(client);
    const execution = await session.callTool("wait_for_insights_job", job);
    await execution.cancel();
    assert.equal((await execution.result()).status, "cancelled");
    const report = await client.callTool({ name: "wait_for_insights_job", arguments: job });
    assert.equal(report.structuredContent.status, "success");
  });
}

test("a task is resumed at a server that has not seen it", { timeout: 60_000 }, async (t) => {
  const langsmith = await listen(t, ["sandbox"], "/api/v1/sessions");
  const env = { LANGSMITH_ENDPOINT: langsmith, LANGSMITH_API_KEY: "lsv2_pt_e2e_0000000000" };
  const began = await connect(t, await transports["Streamable HTTP"](t, env), { pin: protocolVersion });
  const execution = await taskSession(t, began).callTool("wait_for_insights_job", await startJob(began));
  let reference;
  await execution.handoff((kept) => { reference = JSON.parse(JSON.stringify(kept)); });
  await began.close();

  const client = await connect(t, await transports["Streamable HTTP"](t, env), { pin: protocolVersion });
  const session = taskSession(t, client);
  const resumed = await session.resumeTask(reference);
  assert.equal(resultFromTaskOutcome(await resumed.result()).structuredContent.status, "success");
  const unknown = await session.resumeTask({ ...reference, taskId: reference.taskId.slice(1) }).then((execution) => execution.result()).catch((error) => error);
  assert.match(String(unknown.error ?? unknown), /unknown task/);
});
