// Ajv with the settings of strict hosts.
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** Compiles every schema of a tools/list in strict mode; strictTypes allows a union with null. */
export function compileAll(tools) {
  const ajv = addFormats.default(new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }));
  const compiled = new Map();
  for (const tool of tools) {
    compiled.set(tool.name, { input: ajv.compile(tool.inputSchema), output: ajv.compile(tool.outputSchema) });
  }
  return compiled;
}
