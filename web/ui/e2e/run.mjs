// Runs the browser tests: `node e2e/run.mjs core` a set that is quick enough
// for every run of the tests, `node e2e/run.mjs` all of them, and
// `node e2e/run.mjs widget keyboard` those named. The demo is filled once and
// copied for each.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fill } from './frame/house.mjs';

const core = ['widget', 'restart'];
const here = import.meta.dirname;
const all = readdirSync(here)
  .filter((file) => file.endsWith('.test.mjs'))
  .map((file) => file.replace('.test.mjs', ''));
const asked = process.argv.slice(2);
const names = asked.length === 0 ? all : asked.flatMap((name) => (name === 'core' ? core : name));
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length) {
  console.error(`There is no test named ${unknown.join(', ')}; there are ${all.join(', ')} and core.`);
  process.exit(2);
}

const dir = mkdtempSync(join(tmpdir(), 'knowhow-filled-'));
try {
  const filled = process.env.KNOWHOW_FILLED ?? (await fill(dir));
  const files = names.map((name) => join(here, `${name}.test.mjs`));
  const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', '--test-concurrency=1', ...files], {
    stdio: 'inherit',
    env: { ...process.env, KNOWHOW_FILLED: filled, KNOWHOW_E2E: asked.includes('core') ? 'core' : 'all' },
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}
