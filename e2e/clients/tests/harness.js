// The common parts of the tests: the program, started over stdio or HTTP, and a wait for a
// condition. Each test ends the processes that it started.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { createServer as createProxy, request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The program, built by the run script. */
export const binary = process.env.PROGRAM ?? die("PROGRAM names no program; use the run script");

function die(message) {
  throw new Error(message);
}

/** An environment with an empty home and without LangSmith's variables. */
export async function environment(extra = {}) {
  const home = await mkdtemp(join(tmpdir(), "insights-e2e-"));
  return { PATH: process.env.PATH, HOME: home, USERPROFILE: home, ...extra };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Starts a command of the program that listens, and ends it with the test. */
export async function listen(t, args, probe, env = {}) {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const child = spawn(binary, [...args, "--addr", address], { env: await environment(env), stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (data) => (stderr += data));
  const ended = once(child, "exit");
  t.after(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`${args.join(" ")} ended with ${child.exitCode}: ${stderr}`);
    try {
      const response = await fetch(`http://${address}${probe}`);
      await response.arrayBuffer();
      return `http://${address}`;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  throw new Error(`${args.join(" ")} does not listen: ${stderr}`);
}

/** Starts the server over HTTP, over its embedded sandbox or the LangSmith in env, and returns its address. */
export const serveHTTP = (t, env) => listen(t, ["http", ...(env ? [] : ["--sandbox"]), "--log-level", "disabled"], "/healthz", env);

/**
 * Starts a sandbox behind a proxy, for a server with env. After a call of withhold, polls of
 * the job get no response; the returned promise is that of the first poll.
 */
export async function upstream(t) {
  const sandbox = await listen(t, ["sandbox"], "/api/v1/sessions");
  const held = { looks: 0 };
  const server = createProxy((asked, answer) => {
    if (held.job && asked.method === "GET" && asked.url.endsWith(`/insights/${held.job}`)) {
      held.looks++;
      return held.resolve(answer);
    }
    const { method, headers } = asked;
    asked.pipe(request(sandbox + asked.url, { method, headers }, (given) => given.pipe(answer.writeHead(given.statusCode, given.headers))));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    env: { LANGSMITH_ENDPOINT: `http://127.0.0.1:${server.address().port}`, LANGSMITH_API_KEY: "lsv2_pt_e2e_0000000000" },
    withhold: (job) => new Promise((resolve) => Object.assign(held, { job, resolve })),
    looks: () => held.looks,
  };
}
