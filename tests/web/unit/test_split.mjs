/** test_split.mjs - web/split.mjs refuses names that the module lacks, in words for who builds. The tools that it runs are scripts of ours. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SPLIT = fileURLToPath(new URL('../../../web/split.mjs', import.meta.url));

/** Its answer where the module has `functions`, and `goes` are to go. */
function split(functions, goes) {
  const folder = mkdtempSync(join(tmpdir(), 'moonlit-split-'));
  try {
    const tool = (name, lines) => writeFileSync(join(folder, name), `#!/bin/sh\ncat <<'END'\n${lines.join('\n')}\nEND\n`, { mode: 0o755 });
    tool('wasm-dis', functions.map((name) => ` (func $${name} (param $0 i32)`));
    tool('emnm', []);
    for (const name of ['wasm-split', 'wasm-opt']) writeFileSync(join(folder, name), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const file = (name) => join(folder, name);
    for (const name of ['first.txt', 'module.map']) writeFileSync(file(name), '');
    const words = [file('module.wasm'), file('later.wasm'), file('module.map'), 'a.o', '--', 'b.o', '--', file('first.txt'), '--', ...goes, '--'];
    return spawnSync(process.execPath, [SPLIT, ...words], { encoding: 'utf8', env: { ...process.env, PATH: `${folder}:${process.env.PATH}` } });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a function that is to go and is not there ends the build, by its name', () => {
  const { status, stderr } = split(['trace_csg', 'trace_field'], ['trace_csg', 'trace_feild', 'gone']);
  assert.equal(status, 1);
  assert.match(stderr, /^split: trace_feild, gone: GOES in the Makefile/);
  assert.doesNotMatch(stderr, /trace_csg|\n +at /);
});

test('those that are there are no reason to end', () => {
  const { stderr } = split(['trace_csg', 'trace_field'], ['trace_csg']);
  assert.doesNotMatch(stderr, /GOES/);
});
