// The sandbox, judged by LangSmith's own published JavaScript client.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Langsmith } from "langsmith";

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
