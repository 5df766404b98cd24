/**
 * first-part.mjs - writes web/first-part.txt: the functions that run until plain pictures are there, as gcov counted them in a build for it
 * (`make first-part`). What else the engine, the language and Lua have comes later (web/split.mjs). A line a file, and the functions of it.
 *
 *   node web/first-part.mjs OBJECTS-FOLDER >web/first-part.txt
 */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

const folder = path.resolve(process.argv[2]);
const counted = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.gcda')).map((name) => path.join(folder, name)).sort();
if (!counted.length) throw new Error(`first-part: nothing has been counted in ${folder}`);

const files = new Map();
for (const file of counted) {
  const text = execFileSync('gcov', ['--json-format', '--stdout', file], { encoding: 'utf8', maxBuffer: 256 << 20, stdio: ['ignore', 'pipe', 'ignore'] });
  for (const line of text.split('\n').filter(Boolean)) {
    for (const { file: source, functions } of JSON.parse(line).files) {
      const inLua = source.replace(/^.*\/(lua-[\d.]+)\/src\//, '$1/').replace(/^\.\//, '');
      const name = path.isAbsolute(inLua) ? path.basename(inLua) : inLua; // a library's header
      if (name.startsWith('tests/') || name.startsWith('web/')) continue;
      const names = files.get(name) ?? new Set();
      for (const each of functions) if (each.execution_count > 0) names.add(each.name);
      if (names.size) files.set(name, names);
    }
  }
}
for (const name of [...files.keys()].sort()) console.log(`${name}: ${[...files.get(name)].sort().join(' ')}`);
