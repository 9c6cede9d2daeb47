// What the tests share: the program under test, started over stdio or HTTP, and
// a moment to wait for it. Every process is ended by the test that started it.
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

/** An environment with a home of its own and nothing of LangSmith's. */
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

/** Starts a command of the program that listens, and stops it with the test. */
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

/** The server over HTTP, over its embedded sandbox or the LangSmith that env names. */
export const serveHTTP = (t, env) => listen(t, ["http", ...(env ? [] : ["--sandbox"]), "--log-level", "disabled"], "/healthz", env);

/**
 * A sandbox behind a proxy, for a server with env. Once withhold is called the
 * looks at a job get no answer: the promise is of the first one's response.
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
