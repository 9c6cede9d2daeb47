// What the tests share: the program under test, started over stdio or HTTP, and
// a moment to wait for it. Every process is ended by the test that started it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
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

/** The server over HTTP, over its embedded sandbox. */
export const serveHTTP = (t) => listen(t, ["http", "--sandbox", "--log-level", "disabled"], "/healthz");
