// Validates every structured result in the golden files of the Go tests with Ajv and the
// listed output schemas. The other tests here have only a few of the shapes, and the Go
// tests' own check is by the author of the program.
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

/** Returns the calls of a golden file: each begins with a line `tool {arguments}`, and its sections with `--- name`. */
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
  // These are listed as another tool's result with additional fields.
  const siblings = new Map(tools.map((tool) => [tool.name, tool.outputSchema.description?.match(/^As (\w+) returns it\.$/)?.[1]]));
  const listed = new Map(tools.map((tool) => [tool.name, tool.outputSchema.properties ?? {}]));

  const entries = readdirSync(golden, { withFileTypes: true, recursive: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  // walks has conversations of several tools, as texts only.
  for (const folder of folders) assert.ok(folder === "walks" || schemas.has(folder), `${folder} has no schema`);

  const validated = new Map(tools.map((tool) => [tool.name, 0]));
  let markers = 0;
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(golden, path);
    const text = readFileSync(path, "utf8");
    markers += text.split("\n").filter((line) => line === "--- structured").length;
    for (const { tool, structured } of calls(text)) {
      assert.ok(schemas.has(tool), `${name}: ${tool} has no schema`);
      const validators = [siblings.get(tool), tool].filter(Boolean).map((name) => schemas.get(name).output);
      for (const valid of validators) assert.ok(valid(structured), `${name}: ${JSON.stringify(valid.errors)}`);
      // The schemas have few constraints, so a schema could accept anything.
      const keys = Object.keys(structured);
      const declared = { ...listed.get(siblings.get(tool)), ...listed.get(tool) };
      assert.deepEqual(keys.filter((key) => !(key in declared)), [], `${name} has keys that are not declared`);
      assert.ok(keys.some((key) => [[[]], 0].some((wrong) => validators.some((valid) => !valid({ ...structured, [key]: wrong })))), `${name} is not restricted by its schema`);
      validated.set(tool, validated.get(tool) + 1);
    }
  }

  const sum = [...validated.values()].reduce((a, b) => a + b, 0);
  assert.equal(sum, markers, "every structured result was found");
  assert.equal(validated.size, 18);
  for (const [tool, count] of validated) assert.ok(count > 0, `${tool} has a golden result`);
  t.diagnostic(`${sum} structured results validated`);
});
