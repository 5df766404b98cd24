/** files.mjs - pictures and models that a scene needs: asked for by name, dropped, kept by the browser, listed, removed. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SMALL, SMALL_NATIVE, drop, expect, look, picture, same, seen, until, visit, write, wrong } from '../harness/drive.mjs';
import { ball } from '../harness/scenes.mjs';

const NEEDS = `camera{ from = {0, 1, 4}, look_at = {0, 1, 0}, fov = 40 }
background{ .7 }
rect{ size = 2, at = {0, 1, 0}, turn = {x = 90}, material = image{ "wood.png" } }
`;

/** A model in text that names a library of materials, which names a picture; and one in bytes. */
const SHED = `camera{ from = {2.5, 2, 4}, look_at = {0, .4, 0}, fov = 40 }
background{ .7 }
plane{ material = "#888078" }
mesh{ "models/shed.obj" }
mesh{ "gable.ply", at = {1.6, 0, 0}, material = "#8f0f1a" }
`;

const SHED_OBJ = `mtllib shed.mtl
v -1 0 -1
v 1 0 -1
v 1 0 1
v -1 0 1
v 0 1.5 0
vt 0 0
vt 1 0
vt .5 1
usemtl boards
f 4/1 3/2 5/3
f 3/1 2/2 5/3
f 2/1 1/2 5/3
f 1/1 4/2 5/3
`;

const SHED_MTL = 'newmtl boards\nKd 1 1 1\nmap_Kd wood.png\n';

/** Three points, one face, so high. */
function gable(top = 1.2) {
  const head = Buffer.from(`ply
format binary_little_endian 1.0
element vertex 3
property float x
property float y
property float z
element face 1
property list uchar int vertex_indices
end_header
`);
  const body = Buffer.alloc(3 * 12 + 13);
  [-0.6, 0, 0, 0.6, 0, 0, 0, top, -0.3].forEach((value, n) => body.writeFloatLE(value, 4 * n));
  body.writeUInt8(3, 36);
  [0, 1, 2].forEach((value, n) => body.writeInt32LE(value, 37 + 4 * n));
  return Buffer.concat([head, body]);
}

/** The hash of a scene beside files {path: bytes}, as the command sees them. */
async function hashBeside(native, text, files, sets = []) {
  const folder = await mkdtemp(join(tmpdir(), 'moonlit-files-'));
  try {
    for (const [path, bytes] of Object.entries({ ...files, 'scene.lua': text })) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
    const { stdout } = await native(['hash', join(folder, 'scene.lua'), ...SMALL_NATIVE, ...sets]);
    return stdout.toString().trim().split('\n').pop();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A scene beside its picture, as the command sees them: the picture's bytes and the hash. */
async function known(native, other = 'origin') {
  const folder = await mkdtemp(join(tmpdir(), 'moonlit-files-'));
  try {
    await native(['render', `scenes/${other}.lua`, '--size', '48x48', '--samples', '4', '--quiet', '-o', join(folder, 'wood.png')]);
    await writeFile(join(folder, 'scene.lua'), NEEDS);
    const { stdout } = await native(['hash', join(folder, 'scene.lua'), ...SMALL_NATIVE]);
    return { bytes: await readFile(join(folder, 'wood.png')), hash: stdout.toString().trim().split('\n').pop() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function dropped({ page, open, url, native, shot }) {
  const { bytes, hash } = await known(native);
  await open();
  const now = await wrong(page, { after: await write(page, NEEDS) });
  expect(now.console.includes('wood.png') && /drop/i.test(now.console + now.notices + now.status), `says what to drop: ${now.console}`);
  await shot('missing-file');
  await drop(page, '#stage', [{ name: 'wood.png', type: 'image/png', bytes }]);
  same(await picture(page, { timeout: 8000 }).catch(async () => {
    await seen(page, 'picture with the file', (each) => each.hash);
    return (await look(page)).hash;
  }), hash, 'hash with the dropped file');
  await until(page, 'file in the list', () => document.getElementById('files').textContent.includes('wood.png'));
  expect((await look(page)).text === NEEDS, 'a picture dropped is no new script');

  // It outlives a reload; the text does, too.
  await visit(page, `${url}?${SMALL}`);
  await seen(page, 'text after the reload', ({ text }) => text === NEEDS);
  await page.click('#render');
  await seen(page, 'picture after the reload', (each) => each.hash);
  same((await look(page)).hash, hash, 'hash after the reload');

  // Another file of the same name takes its place.
  const other = await known(native, 'cornell');
  expect(other.hash !== hash, 'another file is another picture');
  await drop(page, '#stage', [{ name: 'wood.png', type: 'image/png', bytes: other.bytes }]);
  await seen(page, 'picture with the newer file', (each) => each.hash === other.hash);

  // Removed, it is missing again.
  await page.click('#tab-files');
  await shot('files');
  await page.evaluate(() => {
    const button = [...document.querySelectorAll('#files button')].find((each) => /remove/i.test(`${each.textContent} ${each.ariaLabel} ${each.title}`));
    if (!button) throw new Error(`nothing to remove a file with: ${document.getElementById('files').textContent}`);
    button.click();
  });
  await until(page, 'file gone from the list', () => !document.querySelector('#files li, #files .file')?.textContent.includes('wood.png'));
  await write(page, `${NEEDS}-- again\n`);
  await wrong(page);
}

async function models({ page, open, native, shot }) {
  const { bytes: wood } = await known(native);
  const named = (name, bytes) => ({ name, bytes: Buffer.from(bytes) });
  const wanted = await hashBeside(native, SHED, { 'models/shed.obj': SHED_OBJ, 'models/shed.mtl': SHED_MTL, 'models/wood.png': wood, 'gable.ply': gable() });
  await open();
  const lacking = await wrong(page, { after: await write(page, SHED) });
  expect(lacking.console.includes('shed.obj') && lacking.console.includes('gable.ply'), `says both models: ${lacking.console}`);
  // What a model names is asked for when it has come; it is shown without as well
  await drop(page, '#stage', [named('shed.obj', SHED_OBJ), named('gable.ply', gable())]);
  await seen(page, 'a word about its library', ({ hash, console: text }) => hash && text.includes('shed.mtl') && !text.includes('gable.ply'));
  await drop(page, '#stage', [named('shed.mtl', SHED_MTL), named('wood.png', wood)]);
  await seen(page, 'picture of the models with all that they name', ({ hash }) => hash === wanted);
  same((await look(page)).notices, '', 'notices');
  await shot('models');
}

async function script({ page, open, nativeHashOf }) {
  await open();
  const text = `render{ size = {64, 36}, samples = 4 }\n${ball(77)}`;
  await drop(page, '#stage', [{ name: 'my ball.lua', type: '', bytes: Buffer.from(text) }]);
  await seen(page, 'text of the dropped script', (now) => now.text === text);
  same(await picture(page), await nativeHashOf(text), 'hash, at the size that it says');
  same(await page.evaluate(() => globalThis.moonlit.name), 'my ball.lua', 'name');
}

async function damaged({ page, open }) {
  await open();
  await wrong(page, { after: await write(page, NEEDS) });
  await drop(page, '#stage', [{ name: 'wood.png', type: 'image/png', bytes: Buffer.from('this is no picture') }]);
  await seen(page, 'words about the damaged file', (now) => now.state === 'error' && /png|picture|wood/i.test(now.console) && !/drop it/i.test(now.console));
  const { kind } = await look(page);
  same(kind, 'threads', 'engine');
}

/** The model is a parameter. */
const CHOSEN = `local model = param.file("model", "gable.ply", { ".ply", ".obj" })
camera{ from = {0, 1, 4}, look_at = {0, .6, 0}, fov = 40 }
background{ .7 }
plane{ material = "#888078" }
mesh{ model, material = "#8f0f1a" }
`;

/** Picks a file of this folder for the scene's only parameter. */
async function pick(page, folder, name, bytes) {
  await writeFile(join(folder, name), bytes);
  const chooser = await page.$('#params input[type="file"]');
  await chooser.uploadFile(join(folder, name));
}

/** The control as it is seen: the name, and what is wrong with it. */
const chosen = (page) => page.evaluate(() => {
  const field = document.querySelector('#params .param.file input[type="text"]');
  return field && [field.value, document.querySelector('#params .param-wrong').textContent, field.getAttribute('aria-invalid')];
});

async function picked({ page, open, native, stranger, shot, folder }) {
  const low = gable();
  const high = gable(1.7);
  const wanted = {
    low: await hashBeside(native, CHOSEN, { 'gable.ply': low }),
    high: await hashBeside(native, CHOSEN, { 'spire.ply': high }, ['--set', 'model=spire.ply']),
  };
  expect(wanted.low !== wanted.high, 'the other model is another picture');
  await open();
  await wrong(page, { after: await write(page, CHOSEN) });
  await until(page, 'control', () => Boolean(document.querySelector('#params .param.file')));
  same(await chosen(page), ['gable.ply', 'missing', 'true'], 'the control of a file that is missing');
  same(await page.evaluate(() => document.querySelector('#params input[type="file"]').accept), '.ply,.obj', 'what the picker shows');
  await shot('file-parameter');

  // A file of the name that the script says: nothing is set
  await pick(page, folder, 'gable.ply', low);
  await seen(page, 'picture with the file', ({ hash }) => hash === wanted.low);
  same([await chosen(page), await page.evaluate(() => [...globalThis.moonlit.parameters])], [['gable.ply', '', null], []], 'the control and the parameters');

  // Another one, which is kept and named by the parameter
  await pick(page, folder, 'spire.ply', high);
  await seen(page, 'picture with the other file', ({ hash }) => hash === wanted.high);
  same([await chosen(page), await page.evaluate(() => [...globalThis.moonlit.parameters])], [['spire.ply', '', null], [['model', 'spire.ply']]], 'the control and the parameters');
  await until(page, 'both files in the list', () => /gable\.ply.*spire\.ply/.test(document.getElementById('files').textContent));

  // What is none is said to be none, and changes nothing
  await pick(page, folder, 'spire.png', high);
  await seen(page, 'words about the ending', ({ notices }) => /spire\.png was not taken.*\.ply or \.obj/.test(notices));
  same((await look(page)).hash, wanted.high, 'hash after what was not taken');

  // A link says what does not travel with it; whoever opens it sees what is missing
  await page.click('#share');
  const address = await until(page, 'word about the file', () => /spire\.ply/.test(document.getElementById('share-body').textContent)
    && document.getElementById('share-link').value);
  await page.keyboard.press('Escape');
  const other = await stranger();
  const [base, fragment] = address.split('#');
  await visit(other, `${base}${base.includes('?') ? '&' : '?'}${SMALL}#${fragment}`);
  await wrong(other);
  await until(other, 'control', () => Boolean(document.querySelector('#params .param.file')));
  same(await chosen(other), ['spire.ply', 'missing', 'true'], 'the control on the page of somebody else');
  await pick(other, folder, 'my spire.ply', high);
  await seen(other, "picture with somebody else's file", ({ hash }) => hash);
  same([(await look(other)).hash, (await chosen(other))[0]], [wanted.high, 'my spire.ply'], "hash with somebody else's file, and its name");
  await other.close();

  // By keyboard, and back to what the script says
  await page.focus('#params .param.file input[type="text"]');
  await page.keyboard.press('Tab');
  const opened = await page.evaluateHandle(() => {
    const seenClicks = { count: 0 };
    document.querySelector('#params input[type="file"]').addEventListener('click', (event) => {
      seenClicks.count++;
      event.preventDefault();
    }, { once: true });
    return seenClicks;
  });
  await page.keyboard.press('Enter');
  same(await opened.evaluate(({ count }) => count), 1, 'pickers opened by Tab and Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await seen(page, "picture with the script's file", ({ hash }) => hash === wanted.low);

  // A name by hand: of a file that is kept
  await page.evaluate(() => {
    const field = document.querySelector('#params .param.file input[type="text"]');
    field.focus();
    field.select();
  });
  await page.keyboard.type('spire.pl');
  await until(page, 'word about the ending', () => /ends with/.test(document.querySelector('#params .param-wrong').textContent));
  await page.keyboard.type('y');
  await seen(page, 'picture with the name by hand', ({ hash }) => hash === wanted.high);
  same(await chosen(page), ['spire.ply', '', null], 'the control with a name by hand');

  // The choice outlives a reload, as the file does
  await page.reload({ waitUntil: 'domcontentloaded' });
  await until(page, 'parameters after the reload', () => globalThis.moonlit?.parameters.get('model') === 'spire.ply');
  if (!(await look(page)).hash && (await look(page)).state !== 'rendering') await page.click('#render');
  await seen(page, 'picture after the reload', ({ hash }) => hash === wanted.high);
}

export default [
  ['files: missing, dropped, kept, replaced, removed', dropped],
  ['files: models, and the files that they name', models],
  ['files: a dropped script is another scene', script],
  ['files: a damaged one is said to be so', damaged],
  ['files: one is picked for a parameter', picked],
];
