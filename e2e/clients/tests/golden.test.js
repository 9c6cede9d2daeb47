// Every structured result that the Go tests hold as golden, judged by Ajv under
// the output schema that the program lists: the sandbox's walk meets only a few
// of the shapes, and Go's own check of them is the program's author's.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

import { binary, environment } from "./harness.js";
import { compileAll } from "./schemas.js";

const golden = fileURLToPath(new URL("../../../tools/testdata/golden", import.meta.url));

/** The calls of a golden file: a line `tool {arguments}` begins each, and `--- name` a section of it. */
function* calls(text) {
  for (const call of text.split(/^(?=[a-z_]+ \{.*\}$)/m)) {
    const [, tool] = call.match(/^([a-z_]+) \{.*\}$/m) ?? [];
    const [, structured] = call.match(/^--- structured\n([^]*?)(?=^--- |$(?![^]))/m) ?? [];
    if (tool && structured) yield { tool, structured: JSON.parse(structured) };
  }
}

test("every golden result is valid under its tool's output schema", async (t) => {
  const client = new Client({ name: "e2e", version: "1.0.0" });
  await client.connect(new StdioClientTransport({ command: binary, args: ["--sandbox", "--log-level", "disabled"], env: await environment() }));
  t.after(() => client.close());
  const { tools } = await client.listTools();
  const schemas = compileAll(tools);
  // These are listed as what a sibling returns, with what they add to it.
  const siblings = new Map(tools.map((tool) => [tool.name, tool.outputSchema.description?.match(/^As (\w+) returns it\.$/)?.[1]]));
  const listed = new Map(tools.map((tool) => [tool.name, tool.outputSchema.properties ?? {}]));

  const entries = readdirSync(golden, { withFileTypes: true, recursive: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  // walks holds conversations of several tools, as texts only.
  for (const folder of folders) assert.ok(folder === "walks" || schemas.has(folder), `${folder} has no schema`);

  const judged = new Map(tools.map((tool) => [tool.name, 0]));
  let markers = 0;
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(golden, path);
    const text = readFileSync(path, "utf8");
    markers += text.split("\n").filter((line) => line === "--- structured").length;
    for (const { tool, structured } of calls(text)) {
      assert.ok(schemas.has(tool), `${name}: ${tool} has no schema`);
      const judges = [siblings.get(tool), tool].filter(Boolean).map((judge) => schemas.get(judge).output);
      for (const valid of judges) assert.ok(valid(structured), `${name}: ${JSON.stringify(valid.errors)}`);
      // The schemas require nothing and leave room, so a schema could bear anything.
      const keys = Object.keys(structured);
      const declared = { ...listed.get(siblings.get(tool)), ...listed.get(tool) };
      assert.deepEqual(keys.filter((key) => !(key in declared)), [], `${name} has keys that are not declared`);
      assert.ok(keys.some((key) => [[[]], 0].some((wrong) => judges.some((valid) => !valid({ ...structured, [key]: wrong })))), `${name} is judged at all`);
      judged.set(tool, judged.get(tool) + 1);
    }
  }

  const sum = [...judged.values()].reduce((a, b) => a + b, 0);
  assert.equal(sum, markers, "every structured result was found");
  assert.equal(judged.size, 18);
  for (const [tool, count] of judged) assert.ok(count > 0, `${tool} has a golden result`);
  t.diagnostic(`${sum} structured results judged`);
});
