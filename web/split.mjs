/**
 * split.mjs - cuts the threaded module in two: a first part, with which the page starts, and a later one, which a thread loads when it first
 * calls a function of it (web/engine/later.js, later-worker.js).
 *
 *   node web/split.mjs MODULE.wasm LATER.wasm MODULE.map OBJECT... -- OBJECT... -- FIRST.txt -- NAME... -- OBJECT...
 *
 * MODULE.wasm has the names of its functions, and becomes the first part, without them. What the objects after the first -- define goes to
 * LATER.wasm, but for the functions of FIRST.txt, which plain pictures need (web/first-part.mjs); a name that others define, too, stays. The
 * functions after the next -- go wherever they are (a name that the module lacks is an error), and so do those that only functions of the later
 * part call. wasm-split (binaryen) does the cutting: calls of what is not there yet go through the table, whose slots are filled when the later
 * part is instantiated.
 *
 * The constants of the objects after the last -- go along: where the linker's map says that they are, the first part leaves zeros, and the
 * later one writes them when it is instantiated. Threads that are behind write the same bytes once more.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const FEATURES = ['threads', 'simd', 'bulk-memory', 'mutable-globals', 'exception-handling', 'nontrapping-float-to-int', 'sign-ext'].map((name) => `--enable-${name}`);

const [module, later, map, ...words] = process.argv.slice(2);
const [objects, partedObjects, [firstList], go, dataObjects] = words.join('\n').split(/\n?^--$\n?/m).map((list) => list.split('\n').filter(Boolean));
const run = (tool, ...args) => execFileSync(tool, args, { encoding: 'utf8', maxBuffer: 256 << 20, stdio: ['ignore', 'pipe', 'inherit'] });

// -- functions ------------------------------------------------------------------------------------------------------------------------

/** The functions that objects define, static ones too. */
function defined(files) {
  const names = new Set();
  for (const line of run('emnm', '--defined-only', ...files).split('\n')) {
    const match = /^[-0-9a-f]* *[tTwW] (\S+)$/.exec(line);
    if (match) names.add(match[1]);
  }
  return names;
}

/** Functions of no more lines than this stay: the linker keeps equal ones once, under the name of any of them. */
const TWINS = 40;

/** The functions that plain pictures need. */
const needed = () => readFileSync(firstList, 'utf8').split('\n').flatMap((line) => line.replace(/^[^:]*: ?/, '').split(' ')).filter(Boolean);

/** The module as text, line by line: each function's name, its first line, and what it refers to. */
function read() {
  const functions = new Map();
  const elsewhere = new Set(); // reached by the table, from outside or at the start
  let inside = null;
  for (const line of run('wasm-dis', ...FEATURES, module).split('\n')) {
    if (inside) functions.get(inside).lines += 1;
    const [, what, name] = /^ *\((func|call|return_call|ref\.func|elem|export|start) (?:.*?\$([^ )]+))?/.exec(line) ?? [];
    if (what === 'func') functions.set(inside = name, { lines: 0, vectors: /v128/.test(line), calls: new Set() });
    else if (what === 'call' || what === 'return_call') functions.get(inside).calls.add(name);
    else if (what) for (const [, each] of line.matchAll(/\$([^ )]+)/g)) elsewhere.add(each);
  }
  return { functions, elsewhere };
}

/** The module's functions that are to come later. */
function chosen() {
  const { functions, elsewhere } = read();
  const unknown = go.filter((name) => !functions.has(name));
  if (unknown.length) throw new Error(`${unknown.join(', ')}: GOES in the Makefile has it, ${module} does not. Was it renamed, or is it inlined?`);
  const stay = new Set([...defined(objects), ...needed()]);
  const parted = defined(partedObjects);
  const later = new Set([...functions.keys()].filter((name) => {
    const plain = parted.has(name) ? name : name.replace(/\.\d+$/, ''); // the linker numbers static functions of one name: `finish.4124`
    return go.includes(name) || (functions.get(name).lines > TWINS && parted.has(plain) && !stay.has(plain) && !functions.get(name).vectors); // vectors cannot wait: see GOES in the Makefile
  }));
  if (later.size === 0) throw new Error(`${module} has no function of the objects that are to come later.`);
  // What only these call: headers' functions, which the linker keeps once for all objects, and what is left of libraries
  const callers = new Map();
  for (const [by, { calls }] of functions) for (const name of calls) callers.set(name, [...(callers.get(name) ?? []), by]);
  for (let before = -1; before !== later.size;) {
    before = later.size;
    for (const [name, by] of callers) {
      if (functions.has(name) && functions.get(name).lines > TWINS && !stay.has(name) && !elsewhere.has(name) && by.every((each) => each === name || later.has(each))) later.add(name);
    }
  }
  return [...later];
}

// -- constants ------------------------------------------------------------------------------------------------------------------------

/** Where constants of the objects are in memory: [{address, size}]. */
function constants(files) {
  const found = [];
  const rows = readFileSync(map, 'utf8').split('\n').map((line) => /^ *([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+) +(\S+):\(\.rodata/.exec(line));
  for (const file of files) {
    if ([...objects, ...partedObjects].filter((each) => isObject(each, file)).length !== 1) throw new Error(`not the only one of its name: ${file}.`);
    const own = rows.filter((row) => row && isObject(row[3], file));
    if (!own.length) throw new Error(`${map} says nothing of constants of ${file}.`);
    found.push(...own.map((row) => ({ address: parseInt(row[1], 16), size: parseInt(row[2], 16) })));
  }
  return found;
}

/** An archive's member is named archive.a(member.o). */
const isObject = (name, file) => path.basename(name.replace(/^.*\((.*)\)$/, '$1')) === path.basename(file);

/** LEB128: [value, where the next thing begins]. */
function number(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 127) << shift;
    if (!(byte & 128)) return [value >>> 0, at];
  }
}

function unsigned(value) {
  const bytes = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return [...bytes, value];
}

/** Of an i32.const. */
function signed(value) {
  const bytes = [];
  for (; value < -64 || value > 63; value >>= 7) bytes.push((value & 127) | 128);
  return [...bytes, value & 127];
}

const DATA = 11;

/** A module's passive data segments, by their numbers: {at, size} within its bytes. */
function segments(bytes) {
  for (let at = 8; at < bytes.length;) {
    const id = bytes[at];
    const [length, body] = number(bytes, at + 1);
    at = body + length;
    if (id !== DATA) continue;
    let [count, here] = number(bytes, body);
    const found = [];
    while (count--) {
      if (bytes[here] !== 1) throw new Error('a data segment is not passive, as those of modules with shared memory are.');
      const [size, start] = number(bytes, here + 1);
      found.push({ at: start, size });
      here = start + size;
    }
    return found;
  }
  return [];
}

/** Where segments come to be: [{segment, address, offset, size}], from the function that the linker makes for it. */
function placed(file) {
  const text = run('wasm-dis', ...FEATURES, file);
  const found = [...text.matchAll(/\(memory\.init (\d+)\s+\(i32\.const (\d+)\)\s+\(i32\.const (\d+)\)\s+\(i32\.const (\d+)\)/g)];
  return found.map((match) => match.slice(1).map(Number)).map(([segment, address, offset, size]) => ({ segment, address, offset, size }));
}

/** Takes the bytes at these places of memory out of a module: zeros are left. Returns [{address, bytes}]. */
function cutOut(file, places) {
  const bytes = readFileSync(file);
  const list = segments(bytes);
  const parts = placed(file);
  const taken = [];
  for (const { address, size } of places) {
    for (const part of parts) {
      const begin = Math.max(address, part.address);
      const end = Math.min(address + size, part.address + part.size);
      if (begin >= end) continue; // what was all zeros is in no segment
      const at = list[part.segment].at + part.offset + begin - part.address;
      taken.push({ address: begin, bytes: [...bytes.subarray(at, at + end - begin)] });
      bytes.fill(0, at, at + end - begin);
    }
  }
  if (!taken.length) throw new Error(`${file} has no constants where ${map} says that they are.`);
  writeFileSync(file, bytes);
  return taken;
}

/** Gives a module without data segments these. */
function putIn(file, data) {
  const bytes = readFileSync(file);
  if (segments(bytes).length) throw new Error(`${file} has data already.`);
  const body = [...unsigned(data.length), ...data.flatMap((each) => [0, 0x41, ...signed(each.address), 0x0b, ...unsigned(each.bytes.length), ...each.bytes])];
  writeFileSync(file, Buffer.concat([bytes, Buffer.from([DATA, ...unsigned(body.length), ...body])]));
}

// -------------------------------------------------------------------------------------------------------------------------------------

const folder = mkdtempSync(path.join(os.tmpdir(), 'split-'));
try {
  const list = path.join(folder, 'functions');
  const [one, two] = ['first.wasm', 'later.wasm'].map((name) => path.join(folder, name));
  writeFileSync(list, `${chosen().join('\n')}\n`);
  const data = cutOut(module, constants(dataObjects));
  run('wasm-split', '--split', ...FEATURES, module, `--split-funcs=@${list}`, '--export-prefix=%', '--placeholder-namespace=later',
    '--import-namespace=first', '-o1', one, '-o2', two);
  const small = ['-Oz', '--strip-debug', '--strip-producers'];
  run('wasm-opt', ...FEATURES, ...small, one, '-o', module);
  run('wasm-opt', ...FEATURES, ...small, two, '-o', later);
  putIn(later, data);
} catch (error) {
  console.error(`split: ${error.message.slice(0, 400)}`); // a tool's failure has all of its words in it
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
