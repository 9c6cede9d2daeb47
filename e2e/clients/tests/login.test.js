// A profile file shared with LangSmith's own JavaScript client: the first renews the login,
// and the others use the new tokens.
import assert from "node:assert/strict";
import { once } from "node:events";
import { access, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { Client as McpClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { Client as LangSmithClient } from "langsmith";

import { binary, environment } from "./harness.js";

/** A LangSmith that lists one project, with a token endpoint that accepts each refresh token once. */
async function signIn(t) {
  const state = { renewals: 0, refused: [] };
  const server = createServer(async (asked, answer) => {
    const reply = (status, body) => answer.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    const base = `http://${asked.headers.host}/api`;
    const { pathname } = new URL(asked.url, base);
    if (pathname === "/.well-known/oauth-authorization-server/api") {
      return reply(200, { issuer: base, token_endpoint: `${base}/renew`, device_authorization_endpoint: `${base}/device` });
    }
    if (pathname === "/api/renew") {
      const form = new URLSearchParams(Buffer.concat(await asked.toArray()).toString());
      if (form.get("refresh_token") !== `refresh-${state.renewals}` || form.get("client_id") !== "langsmith-cli") {
        state.refused.push(form.get("refresh_token"));
        return reply(400, { error: "invalid_grant" });
      }
      const n = ++state.renewals;
      return reply(200, { access_token: `access-${n}`, refresh_token: `refresh-${n}`, token_type: "bearer", expires_in: 3600 });
    }
    if (!pathname.endsWith("/sessions")) return reply(404, { detail: "Not Found" });
    if (asked.headers.authorization !== `Bearer access-${state.renewals}` || state.renewals === 0) return reply(401, { detail: "Unauthorized" });
    return reply(200, [{ id: "11111111-1111-4111-8111-111111111111", tenant_id: "5b1e0f6e-3c1d-4f7a-9a52-6d1f0c2b8e11", name: "shop" }]);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return Object.assign(state, { apiURL: `http://127.0.0.1:${server.address().port}/api` });
}

test("this server and LangSmith's client renew one login once", { timeout: 60_000 }, async (t) => {
  const langsmith = await signIn(t);
  const file = join(await mkdtemp(join(tmpdir(), "insights-e2e-")), "config.json");
  const work = { api_url: langsmith.apiURL, oauth: { access_token: "access-0", refresh_token: "refresh-0", expires_at: "2026-01-31T00:00:00Z" }, kept: [1.5] };
  await writeFile(file, JSON.stringify({ current_profile: "work", profiles: { work, other: { api_key: "lsv2_pt_other" } } }));

  const served = async () => {
    const client = new McpClient({ name: "e2e", version: "1.0.0" });
    await client.connect(new StdioClientTransport({ command: binary, args: ["--log-level", "disabled"], env: await environment({ LANGSMITH_CONFIG_FILE: file }) }));
    t.after(() => client.close());
    return client;
  };
  const servers = await Promise.all([served(), served()]);
  const langSmithClient = async () => {
    const names = [];
    for await (const project of new LangSmithClient({ profileConfigPath: file }).listProjects()) names.push(project.name);
    return names;
  };
  const ours = async (client) => {
    const result = await client.callTool({ name: "list_projects", arguments: {} });
    assert.ok(!result.isError, result.content[0].text);
    return result.structuredContent.projects.map((project) => project.name);
  };
  const seen = await Promise.all([langSmithClient(), ours(servers[0]), langSmithClient(), ours(servers[1]), langSmithClient()]);
  assert.deepEqual(seen, Array(5).fill(["shop"]));
  assert.equal(langsmith.renewals, 1);
  assert.deepEqual(langsmith.refused, []);

  const saved = JSON.parse(await readFile(file, "utf8"));
  assert.equal(saved.profiles.work.oauth.access_token, "access-1");
  assert.equal(saved.profiles.work.oauth.refresh_token, "refresh-1");
  assert.ok(Date.parse(saved.profiles.work.oauth.expires_at) > Date.now());
  assert.deepEqual(saved.profiles.work.kept, [1.5]);
  assert.deepEqual(saved.profiles.other, { api_key: "lsv2_pt_other" });
  await assert.rejects(access(`${file}.oauth.lock.lock`), { code: "ENOENT" }, "no lock is left behind");
});
