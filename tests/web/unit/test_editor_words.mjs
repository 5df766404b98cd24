/* What the editor makes of api.json as the command writes it: fields around a place, suggestions, explanations, ranges. What it suggests
 * has to pass the command's own check. A bar in a text is the caret. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Language, checkRange, usualRange } from '../../../web/editor/api.js';
import { plainSnippet, suggest } from '../../../web/editor/suggest.js';

const TREE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const MOONLIT = path.resolve(TREE, process.env.MOONLIT ?? 'build/moonlit');
const words = new Language(JSON.parse(execFileSync(MOONLIT, ['doc', '--json'], { maxBuffer: 1 << 24 })));
const folder = mkdtempSync(path.join(tmpdir(), 'editor-'));
after(() => rmSync(folder, { recursive: true }));

let count = 0;
/** What the command says about a scene: a line for each error. */
async function errorsOf(scene) {
  const file = path.join(folder, `${count++}.lua`);
  writeFileSync(file, scene);
  try {
    await promisify(execFile)(MOONLIT, ['check', '--quiet', file]);
    return [];
  } catch (error) {
    return error.stderr
      .split('\n')
      .filter((line) => line.includes(': error: '))
      .map((line) => line.slice(file.length + 1));
  }
}

const place = (marked) => [marked.replace('|', ''), marked.indexOf('|')];
const options = (marked, explicit = false) => suggest(words, ...place(marked), explicit)?.options ?? [];
const labels = (marked, explicit) =>
  options(marked, explicit)
    .sort((a, b) => b.boost - a.boost)
    .map(({ label }) => label);
const text = ({ apply }) => plainSnippet(apply.snippet ?? apply);

function subject(marked) {
  const found = words.subject(...place(marked));
  return found && `${found.what} ${found.owner ? `${found.owner.name}.` : ''}${found.item.name ?? found.item.word}`;
}

test('fields that are not given and exclude none that is', () => {
  assert.equal(labels('sphere{ |')[0], 'center');
  assert.ok(!labels('sphere{ radius = 1, |').includes('radius'));
  assert.ok(!labels('box{ size = 1, |').includes('from'));
  assert.ok(labels('box{ from = {0, 0, 0}, |').includes('to'));
  assert.equal(labels('quad{ material = 1, |')[0], 'u');
  assert.ok(labels('local b = proto(sphere{})\nb:with{ |').includes('radius'));
  assert.deepEqual(labels('param("a", 1, { |').slice(0, 3), ['min', 'max', 'step']);
  assert.deepEqual(labels('sphere{ visible = { |'), ['camera', 'shadow', 'reflection']);
  assert.deepEqual(labels('box{}:turn{ |'), ['x', 'y', 'z']);
  assert.deepEqual(labels('sphere{ center = { |'), []);
});

test('values that a field takes', () => {
  assert.deepEqual(labels('sphere{ floor = |'), ['true', 'false']);
  assert.deepEqual(labels('render{ tonemap = |'), ['"agx"', '"neutral"', '"none"', '"false_color"']);
  assert.equal(labels('sphere{ material = |')[0], '"gold"');
  assert.ok(labels('sphere{ material = |').includes('metal'));
  assert.ok(labels('matte{ color = |').includes('checker'));
  assert.ok(!labels('area{ color = |').includes('checker'));
  assert.deepEqual(labels('sphere{ at = |'), ['{0, 0, 0}']);
  assert.ok(labels('local oak = matte "tan"\nsphere{ material = o|').includes('oak'));
});

test('words in strings', () => {
  assert.deepEqual(labels('metal "|'), words.entries.get('metal').fields[0].words);
  assert.ok(labels('sphere{ material = "|').includes('tomato'));
  assert.equal(labels('sphere{ material = "|')[0], 'gold');
  assert.deepEqual(labels('room{ open = { "|').slice(0, 2), ['left', 'right']);
  assert.ok(labels('color "|').includes('tomato'));
  assert.deepEqual(labels('print("|'), []);
  assert.deepEqual(labels('area{ facing = "|').slice(0, 2), ['down', 'up']);
});

test('methods and members', () => {
  assert.ok(labels('sphere{}:|').includes('at'));
  assert.ok(labels('rng "a":|').includes('pick'));
  assert.ok(!labels('rng "a":|').includes('at'));
  assert.deepEqual(labels('matte "red":|'), ['with']);
  assert.ok(labels('math.|').includes('sin') && labels('math.|').includes('fmod'));
  assert.ok(labels('table.|').includes('sort'));
  assert.deepEqual(labels('nothing.|'), []);
});

test('nothing in comments, numbers, names that are being declared, and by itself without a letter', () => {
  for (const marked of ['-- sp|', 'x = 1|', 'local sp|', '|', 'x = |', 'sphere{ radius = 1 |'])
    assert.equal(suggest(words, ...place(marked)), null, marked);
  assert.ok(labels('|', true).includes('sphere'));
  assert.ok(labels('sp|').includes('sphere'));
});

test('a word that is complete does not take the Enter behind it', () => {
  for (const marked of ['local tree = 1\nx = tree|', 'x = pi|', 'for i = 1, 3 do|', 'if x then|', 'x = nil|', 'metal "gold|']) {
    assert.deepEqual(labels(marked), [], marked);
  }
  assert.ok(labels('x = pi|', true).includes('pi'));
  assert.ok(labels('local tree = 1\nx = tre|').includes('tree'));
});

test('what is suggested for a statement is right as it stands', async () => {
  // These wait for a word of the author's: a material, a colour, a file.
  const open = new Set(['metal', 'layered', 'cutout', 'background', 'image', 'environment', 'mesh', 'heightfield', 'scatter', 'text', 'hair', 'sdf',
    'smooth_union', 'smooth_intersection', 'smooth_difference']);
  const made = options('|', true).filter(
    ({ subject: about }) => about?.what === 'entry' && about.item.kind !== 'setting' && !open.has(about.item.name),
  );
  assert.ok(made.length > 50, `${made.length} suggestions`);
  const blocks = made.map((option) => `do ${text(option)} end`);
  assert.deepEqual(await errorsOf(`${blocks.join('\n')}\n`), []);
  for (const setting of ['camera', 'render', 'sky']) {
    const [whole, example] = [setting, `${setting} example`].map((label) => options('|', true).find((option) => option.label === label));
    assert.deepEqual(await errorsOf(`${text(whole)}\nsphere{}\n`), []);
    assert.deepEqual(await errorsOf(`${text(example)}\nsphere{}\n`), []);
  }
});

test('what is suggested for a value is right as it stands', async () => {
  const lines = [];
  for (const name of ['sphere', 'area', 'plastic', 'glass', 'stripes']) {
    for (const field of words.entries.get(name).fields) {
      for (const option of options(`${name}{ ${field.name} = |`)) {
        if (/\{ {2}\}|""/.test(text(option))) continue; // waits for a word
        lines.push(`${name}{ ${field.name} = ${text(option)}${field.name === 'look_at' ? ', at = {0, 2, 0}' : ''} }`);
      }
    }
  }
  assert.ok(lines.length > 60);
  assert.deepEqual(await errorsOf(`${lines.join('\n')}\n`), []);
});

test('explanations', () => {
  assert.equal(subject('sph|ere{ radius = 1 }'), 'entry sphere');
  assert.equal(subject('sphere{ ra|dius = 1 }'), 'field sphere.radius');
  assert.equal(subject('sphere{ radius = 1|2 }'), 'field sphere.radius');
  assert.equal(subject('torus{ 0.8, 0.|1 }'), 'field torus.tube');
  assert.equal(subject('local b = sphere{}\nb:with{ rad|ius = 2 }'), 'field sphere.radius');
  assert.equal(subject('sphere{}:a|t(1, 2, 3)'), 'method at');
  assert.equal(subject('rng "a":pi|ck{1}'), 'method pick');
  assert.equal(subject('x = math.s|in(1)'), 'function sin');
  assert.equal(subject('x = ke|lvin(3000)'), 'function kelvin');
  assert.equal(subject('sphere{ material = "go|ld" }'), 'word gold');
  assert.equal(subject('matte "#ff8|800"'), 'word #ff8800');
  assert.equal(subject('matte "tom|ato"'), 'word tomato');
  assert.equal(subject('local unk|nown = 1'), null);
  assert.equal(subject('sphere{ nonsense| = 1 }'), null);
});

test('ranges as people write them', () => {
  assert.equal(usualRange({ min: 1, max: 150, unit: '°' }), '1 to 150 °');
  assert.equal(usualRange({ min: -1, max: 1 }), '−1 to 1');
  assert.equal(usualRange({ min: 0, max: 1e30 }), '');
  assert.equal(usualRange({ min: 1e-6, max: 1e6, unit: 'm' }), '');
  assert.equal(usualRange({}), '');
});

test('numbers outside what a field takes, and outside what is usual, as the engine says it', async () => {
  const fov = words.entries.get('camera').fields.find(({ name }) => name === 'fov');
  assert.equal(checkRange(fov, 40), null);
  for (const value of ['0', '0.5', '151', '180']) {
    const hint = checkRange(fov, Number(value))?.severity ?? '';
    const said = await errorsOf(`camera{ fov = ${value} }\nsphere{}\n`);
    assert.equal(hint === 'error', said.length === 1, `${value}: ${hint} against ${said}`);
  }
  const hints = words.rangeHints('camera{ fov = 200, aperture = -1 }\nlathe{ segments = 3.5, profile = {} }\nsphere{ radius = 2 }');
  assert.deepEqual(
    hints.map(({ from, to, severity }) => [from, to, severity]),
    [
      [14, 17, 'error'],
      [30, 32, 'error'],
      [53, 56, 'error'],
    ],
  );
});
