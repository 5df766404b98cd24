/**
 * split.mjs - cuts the threaded module in two: a first part, with which the page starts, and a later one, which a thread loads when it first
 * calls a function of it (web/engine/later.js, later-worker.js).
 *
 *   node web/split.mjs MODULE.wasm LATER.wasm OBJECT... -- OBJECT... -- NAME...
 *
 * MODULE.wasm has the names of its functions, and becomes the first part, without them. What the objects after -- define goes to LATER.wasm,
 * but for the functions NAME; a name that others define, too, stays. wasm-split (binaryen) does the cutting: calls of what is not there yet go through the table, whose
 * slots are filled when the later part is instantiated.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const FEATURES = ['threads', 'simd', 'bulk-memory', 'mutable-globals', 'exception-handling', 'nontrapping-float-to-int', 'sign-ext'].map((name) => `--enable-${name}`);

const [module, later, ...objects] = process.argv.slice(2);
const [cut, end] = [objects.indexOf('--'), objects.lastIndexOf('--')];
const run = (tool, ...words) => execFileSync(tool, words, { encoding: 'utf8', maxBuffer: 64 << 20, stdio: ['ignore', 'pipe', 'inherit'] });

/** The functions that objects define, static ones too. */
function defined(files) {
  const names = new Set();
  for (const line of run('emnm', '--defined-only', ...files).split('\n')) {
    const match = /^[-0-9a-f]* *[tTwW] (\S+)$/.exec(line);
    if (match) names.add(match[1]);
  }
  return names;
}

/** Names of the module's functions. The linker numbers static functions of one name: `finish.4124`. */
const functions = run('wasm-opt', ...FEATURES, '--print-function-map', module, '-o', '/dev/null').split('\n')
  .map((line) => line.slice(line.indexOf(':') + 1)).filter(Boolean);

const first = new Set([...defined(objects.slice(0, cut)), ...objects.slice(end + 1)]);
const moved = defined(objects.slice(cut + 1, end));
const chosen = functions.filter((name) => {
  const plain = moved.has(name) ? name : name.replace(/\.\d+$/, '');
  return moved.has(plain) && !first.has(plain);
});
if (chosen.length === 0) throw new Error(`split: ${module} has no function of the objects that are to come later.`);

const folder = mkdtempSync(path.join(os.tmpdir(), 'split-'));
try {
  const list = path.join(folder, 'functions');
  const [one, two] = ['first.wasm', 'later.wasm'].map((name) => path.join(folder, name));
  writeFileSync(list, `${chosen.join('\n')}\n`);
  run('wasm-split', '--split', ...FEATURES, module, `--split-funcs=@${list}`, '--export-prefix=%', '--placeholder-namespace=later',
    '--import-namespace=first', '-o1', one, '-o2', two);
  run('wasm-opt', ...FEATURES, '-Oz', '--strip-debug', '--strip-producers', one, '-o', module);
  run('wasm-opt', ...FEATURES, '-Oz', '--strip-debug', '--strip-producers', two, '-o', later);
} finally {
  rmSync(folder, { recursive: true });
}
