// Compares the results of one run with its expected failures, check by check, with warnings
// and unscored scenarios. The suite itself considers only failures of scored scenarios.
//
//   node compare.js TARGET REVISION RESULTS EXPECTED
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// The suite and its dependencies are installed in e2e/clients.
const clients = new URL('../clients/', import.meta.url);
const { parse } = createRequire(clients)('yaml');

const [target, revision, results, expectedFile] = process.argv.slice(2);
const requirements = parse(readFileSync(
  new URL(`node_modules/@modelcontextprotocol/conformance/requirements/${revision}.yaml`, clients), 'utf8'));
const due = [
  ...requirements.server,
  ...requirements.not_scored.filter((entry) => entry.leg === 'server').map((entry) => entry.scenario),
];

// A directory is named server-SCENARIO-TIME.
const ran = new Map(readdirSync(results).map((name) =>
  [name.slice('server-'.length).replace(/-\d{4}-\d{2}-\d{2}T.*$/, ''), join(results, name, 'checks.json')]));

const count = { SUCCESS: 0, FAILURE: 0, WARNING: 0, SKIPPED: 0 };
const failed = new Map(); // "scenario:check" to its message
const missing = [];
const skipped = [];
for (const scenario of due) {
  if (!ran.has(scenario) || !existsSync(ran.get(scenario))) {
    missing.push(scenario);
    continue;
  }
  for (const check of JSON.parse(readFileSync(ran.get(scenario), 'utf8'))) {
    if (check.status in count) count[check.status]++;
    if (check.status === 'SKIPPED') skipped.push(`${scenario}:${check.id}`);
    if (check.status === 'FAILURE' || check.status === 'WARNING') {
      failed.set(`${scenario}:${check.id}`, check.errorMessage ?? check.description);
    }
  }
}

const expected = new Set(parse(readFileSync(expectedFile, 'utf8'))?.server ?? []);
const surprises = [
  ...missing.map((scenario) => `has no result: ${scenario}`),
  ...[...failed].filter(([check]) => !expected.has(check)).map(([check, why]) => `failed: ${check}: ${why}`),
  ...[...expected].filter((check) => !failed.has(check)).map((check) => `did not fail; remove it from ${expectedFile}: ${check}`),
];
console.log(`${target} ${revision}: ${count.SUCCESS} of ${count.SUCCESS + count.FAILURE} checks passed, ` +
  `${count.FAILURE} failed, ${count.WARNING} warned, ${count.SKIPPED} skipped; ` +
  `${due.length} scenarios, ${surprises.length} unexpected`);
for (const check of skipped) console.log(`  skipped by the suite: ${check}`);
for (const surprise of surprises) console.log(`  ${surprise}`);
process.exit(surprises.length === 0 ? 0 : 1);
