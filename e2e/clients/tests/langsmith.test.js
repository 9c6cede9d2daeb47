// The sandbox with LangSmith's own JavaScript client.
import assert from "node:assert/strict";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { Client, Langsmith } from "langsmith";

import { listen } from "./harness.js";

test("lists, creates, polls and pages through the sandbox", { timeout: 60_000 }, async (t) => {
  const baseURL = await listen(t, ["sandbox"], "/api/v1/sessions");
  const client = new Langsmith({ baseURL, apiKey: "lsv2_pt_e2e_0000000000" });

  const projects = await client.get("/api/v1/sessions", { query: { name: "chat-prod", reference_free: true } });
  assert.equal(projects.length, 1);
  const insights = `/api/v1/sessions/${projects[0].id}/insights`;

  const job = await client.post(insights, { body: { last_n_hours: 168, name: "by the official client" } });
  assert.equal(job.status, "queued");
  const statuses = [];
  let report;
  do {
    report = await client.get(`${insights}/${job.id}`);
    statuses.push(report.status);
  } while (report.status !== "success" && statuses.length < 10);
  assert.deepEqual(statuses, ["queued", "running", "success"]);
  assert.ok(report.clusters.length > 1);
  assert.match(JSON.stringify(report.report), /sandbox/);

  const seen = new Set();
  let offset = 0;
  while (offset !== null) {
    const page = await client.get(`${insights}/${job.id}/runs`, { query: { limit: 50, offset } });
    for (const run of page.runs) seen.add(run.id);
    assert.ok(page.offset === null || page.offset > offset, "the offset grows");
    offset = page.offset;
  }
  const tops = report.clusters.filter((cluster) => cluster.parent_id === null);
  assert.equal(seen.size, tops.reduce((sum, cluster) => sum + cluster.num_runs, 0), "every run of the report was paged");

  const { clustering_jobs: jobs } = await client.get(insights, { query: { limit: 10 } });
  assert.ok(jobs.some((listed) => listed.id === job.id));
  await assert.rejects(client.get(`${insights}/${job.id}/clusters/not-a-uuid`), { status: 422 });
  await client.delete(`${insights}/${job.id}`);
  await assert.rejects(client.get(`${insights}/${job.id}`), { status: 404 });
});

const days = (n) => new Date(Date.now() - n * 24 * 60 * 60 * 1000).toISOString();

/** Reads all pages of a list. */
async function all(pages) {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
}

for (const routes of ["v2", "both"]) {
  test(`reads runs and fills a queue by the newer routes (--routes ${routes})`, { timeout: 60_000 }, async (t) => {
    const baseURL = await listen(t, ["sandbox", "--routes", routes], "/api/v1/info");
    const client = new Langsmith({ baseURL, apiKey: "lsv2_pt_e2e_0000000000" });
    const [project] = await all(client.sessions.listV2({ name: "chat-prod", type: ["PROJECT"] }));
    const here = { project_ids: [project.id], min_start_time: days(15), is_root: true };

    const runs = await all(client.runs.query({ ...here, page_size: 100, selects: ["START_TIME", "STATUS", "TRACE_ID"] }));
    assert.equal(new Set(runs.map((run) => run.id)).size, 451, "every root of two weeks, over five pages");
    const recent = await all(client.runs.query({ project_ids: [project.id], is_root: true, page_size: 1000 }));
    assert.ok(recent.length > 0 && recent.length < 200, `without a start a query sees one day, not ${recent.length} roots`);
    assert.deepEqual(Object.keys(recent[0]), ["id"], "and without selects ids alone");

    const failed = runs.find((run) => run.status === "ERROR");
    const run = await client.runs.retrieve(failed.id, { project_id: project.id, start_time: failed.start_time, selects: ["NAME", "ERROR", "METADATA", "LATENCY_SECONDS"] });
    assert.equal(run.name, "support-assistant");
    assert.match(run.error, /ToolError/);
    assert.ok(run.metadata.title && run.latency_seconds > 0);
    const children = await all(client.runs.query({ ...here, is_root: false, trace_id: failed.trace_id, selects: ["RUN_TYPE", "STATUS"] }));
    assert.ok(children.some((child) => child.run_type === "TOOL" && child.status === "ERROR"), "a child made it fail");
    const { url } = await client.runs.getURL(failed.id, { project_id: project.id, trace_id: failed.trace_id });
    assert.ok(url.includes(failed.id));
    await assert.rejects(client.runs.retrieve(failed.id, { project_id: crypto.randomUUID() }), { status: 404 });
    await assert.rejects(client.runs.retrieve(failed.id, {}), { status: 422 });

    const { id: queue } = await client.post("/api/v1/annotation-queues", { body: { name: "review" } });
    const items = runs.slice(0, 3).map(({ id, start_time }) => ({ item_type: "RUN", run_id: id, project_id: project.id, start_time }));
    const added = await client.annotationQueues.items.create(queue, { items });
    assert.deepEqual(added.items.map((item) => item.run_id), items.map((item) => item.run_id));
    const { start_time, ...timeless } = items[0];
    await assert.rejects(client.annotationQueues.items.create(queue, { items: [timeless] }), { status: 422 });
    await client.annotationQueues.items.createStatus(added.items[0].id, { status: "completed" });
    const open = await all(client.annotationQueues.items.list(queue, { status: "needs_my_review", page_size: 1 }));
    assert.deepEqual(open.map((item) => item.run_id), items.slice(1).map((item) => item.run_id));
    assert.deepEqual(await client.annotationQueues.items.retrieveCount(queue, { status: "archived" }), { count: 1 });

    const agent = await client.sessions.resolve({ kind: "AGENT", id: "research-agent", environment: "PRODUCTION" });
    assert.ok(agent.session_id);
    const older = await client.post("/api/v1/runs/query", { body: { session: [project.id], limit: 1 }, maxRetries: 0 }).then(() => 200, (error) => error.status);
    assert.equal(older, routes === "v2" ? 501 : 200);
  });
}

test("refreshes a profile's token at the sandbox, once", { timeout: 60_000 }, async (t) => {
  const baseURL = await listen(t, ["sandbox"], "/api/v1/info");
  const login = async (path, fields) => {
    const response = await fetch(baseURL + path, { method: "POST", body: new URLSearchParams({ client_id: "langsmith-cli", ...fields }) });
    return response.json();
  };
  const { device_code } = await login("/oauth/device/code", {});
  const tokens = await login("/oauth/token", { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code });

  const file = join(await mkdtemp(join(tmpdir(), "profile-")), "config.json");
  const oauth = { ...tokens, expires_at: new Date(Date.now() - 1000).toISOString() };
  const [workspace] = await (await fetch(`${baseURL}/api/v1/workspaces`, { headers: { "X-Api-Key": "any" } })).json();
  await writeFile(file, JSON.stringify({ current_profile: "e2e", profiles: { e2e: { api_url: baseURL, workspace_id: workspace.id, oauth } } }));
  process.env.LANGSMITH_CONFIG_FILE = file;
  t.after(() => delete process.env.LANGSMITH_CONFIG_FILE);

  const project = await new Client().readProject({ projectName: "chat-prod" });
  assert.equal(project.name, "chat-prod");
  const saved = JSON.parse(await readFile(file, "utf8")).profiles.e2e.oauth;
  assert.notEqual(saved.refresh_token, tokens.refresh_token, "the refresh token was rotated");
  assert.ok(Date.parse(saved.expires_at) > Date.now());
  const again = await login("/oauth/token", { grant_type: "refresh_token", refresh_token: tokens.refresh_token });
  assert.deepEqual(again, { error: "invalid_grant" });
});
