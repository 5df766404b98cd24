/** share.mjs - links that carry a scene, and pictures, scripts and commands that leave the page. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { SMALL, SMALL_NATIVE, expect, look, picture, same, seen, setControl, sleep, until, visit, write, wrong } from '../harness/drive.mjs';
import { root, sceneFile } from '../harness/native.mjs';
import { BALL, ENDLESS } from '../harness/scenes.mjs';
import { PARAMS, control } from './params.mjs';

/** What the page writes to the clipboard from now on can be asked for. */
const watchClipboard = (page) =>
  page.evaluateOnNewDocument(() => {
    globalThis.copied = [];
    if (navigator.clipboard) navigator.clipboard.writeText = async (text) => void globalThis.copied.push(text);
  });
const copied = (page) => until(page, 'text on the clipboard', () => globalThis.copied.at(-1));

/** The link that Share makes. */
async function link(page) {
  await page.click('#share');
  const found = await until(page, 'link', () => {
    const fields = [...document.querySelectorAll('#share-view input, #share-view textarea')].map((each) => each.value);
    return [...fields, ...globalThis.copied].reverse().find((each) => each.includes('#s='));
  });
  return found;
}

async function roundTrip({ page, open, url, stranger, nativeHashOf, shot }) {
  await watchClipboard(page);
  await open();
  await picture(page, { after: await write(page, PARAMS) });
  const before = await setControl(page, await control(page, 'size'), '1.1');
  const hash = await picture(page, { after: before });
  const address = await link(page);
  await shot('share');
  expect(address.startsWith(url), `a link to this page: ${address.slice(0, 80)}`);
  expect(address.length < 1000, `${address.length} characters for ${PARAMS.length} of script`);
  const other = await stranger();
  const [base, fragment] = address.split('#');
  await visit(other, `${base}${base.includes('?') ? '&' : '?'}${SMALL}#${fragment}`);
  await seen(other, 'text of the link', ({ text }) => text === PARAMS);
  if ((await look(other)).state !== 'rendering' && !(await look(other)).hash) await other.click('#render');
  same(await picture(other), hash, 'hash by the link');
  same(hash, await nativeHashOf(PARAMS, [...SMALL_NATIVE, '--set', 'size=1.1']), "hash against the command's");
  same(await other.evaluate(() => [...globalThis.moonlit.parameters]), [['size', '1.1']], 'parameters by the link');
  await shot('by-a-link', other);
  // Whose scene it is, and who has seen its picture, has no limits by the link.
  await visit(page, 'about:blank');
  await visit(page, `${url}?${SMALL}#${fragment}`);
  await until(page, 'own text', (text) => document.getElementById('scene').value === text, { args: [PARAMS] });
  same(await page.evaluate(() => globalThis.moonlit.budget), 'own', "budget of one's own scene");
}

/** Someone else's scene after a reload: with what was moved meanwhile. Another scene takes the link out of the address. */
async function reloaded({ page, open, stranger }) {
  await watchClipboard(page);
  await open();
  await picture(page, { after: await write(page, PARAMS) });
  const address = await link(page);
  const other = await stranger();
  await visit(other, address);
  await picture(other);
  await picture(other, { after: await setControl(other, await control(other, 'size'), '1.1') });
  await other.reload({ waitUntil: 'domcontentloaded' });
  await picture(other);
  same(await other.evaluate(() => [...globalThis.moonlit.parameters]), [['size', '1.1']], 'parameters after a reload');
  same(await other.evaluate(() => globalThis.moonlit.budget), 'link', 'budget after a reload');
  expect((await other.evaluate(() => location.hash)).startsWith('#s='), 'the link stays in the address');
  await other.evaluate(() => globalThis.moonlit.scenes.create());
  same(await other.evaluate(() => location.hash), '', 'the address with another scene');
}

/** Someone else's endless loop: its text is there first, and it ends after 2 s. */
async function tighter({ page, open, stranger, url }) {
  await watchClipboard(page);
  await open();
  await page.evaluate(() => globalThis.moonlit.setLive(false));
  await write(page, ENDLESS);
  const address = await link(page);
  const other = await stranger();
  await visit(other, `${url}?${SMALL}#${address.split('#')[1]}`);
  await seen(other, 'text of the link', ({ text }) => text === ENDLESS);
  await until(other, 'engine', () => document.body.dataset.state !== 'loading');
  same(await other.evaluate(() => globalThis.moonlit.budget), 'link', 'budget');
  const start = Date.now();
  if ((await look(other)).state !== 'rendering') await other.click('#render');
  await wrong(other, { timeout: 8000 });
  expect(Date.now() - start < 5000, `ended after ${Date.now() - start} ms`);
}

/** Size and samples of a link's scene are bounded. */
async function bounded({ page, open, stranger, url }) {
  await watchClipboard(page);
  await open();
  await page.evaluate(() => globalThis.moonlit.setLive(false));
  await write(page, `render{ size = {4000, 3000}, samples = 100000 }\n${BALL}`);
  const address = await link(page);
  const other = await stranger();
  await visit(other, `${url}#${address.split('#')[1]}`);
  await until(other, 'engine', () => document.body.dataset.state !== 'loading');
  if ((await look(other)).state !== 'rendering') await other.click('#render');
  const { width, height, samples } = await until(other, 'smaller picture', () => {
    const { picture: asked } = globalThis.moonlit.report ?? {};
    const canvas = document.getElementById('canvas');
    if (!asked || canvas.width * canvas.height > 1280 * 1280 || globalThis.moonlit.figures?.samples?.wanted > 256) return null;
    return { width: canvas.width, height: canvas.height, samples: globalThis.moonlit.figures?.samples?.wanted };
  });
  expect(width * height <= 1280 * 1280 && !(samples > 256), `${width}x${height}, ${samples} samples`);
  await other.click('#stop');
}

async function broken({ page, url, shot }) {
  for (const fragment of ['s=%%%', 's=AAAA', 's=', 's=1.eJzLSM3JyQcABiwCFQ', `s=${'A'.repeat(3000)}`]) {
    await visit(page, 'about:blank');
    await visit(page, `${url}?${SMALL}#${fragment}`);
    await until(page, `words about a damaged link (${fragment.slice(0, 20)})`, () =>
      /link/i.test(document.getElementById('notices').textContent + document.getElementById('status').textContent));
    await until(page, 'engine', () => document.body.dataset.state !== 'loading');
  }
  await shot('damaged-link');
}

async function savePng({ page, open, native, download }) {
  await open('scene=cornell');
  await page.click('#save-png');
  const { name, bytes } = await download();
  expect(/\.png$/.test(name), `a name that ends in .png: ${name}`);
  const { stdout } = await native(['render', 'scenes/cornell.lua', ...SMALL_NATIVE, '--quiet', '-o', '-']);
  expect(Buffer.compare(bytes, stdout) === 0, `the file has the command's bytes (${bytes.length} against ${stdout.length})`);
}

async function saveOthers({ page, open, native, download }) {
  await open('scene=cornell');
  await page.click('#save-more');
  await page.click('#save-hdr');
  const hdr = await download();
  expect(/\.hdr$/.test(hdr.name), `a name that ends in .hdr: ${hdr.name}`);
  const folder = await mkdtemp(join(tmpdir(), 'moonlit-hdr-'));
  try {
    await native(['render', 'scenes/cornell.lua', ...SMALL_NATIVE, '--quiet', '-o', join(folder, 'a.hdr')]);
    const { stdout } = await native(['compare', join(folder, 'a.hdr'), await saved(folder, hdr.bytes)]);
    expect(/same|equal|identical|\b0\b/i.test(stdout.toString()), `the HDR is the command's: ${stdout}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await page.click('#save-more');
  await page.click('#save-lua');
  const lua = await download();
  expect(/\.lua$/.test(lua.name), `a name that ends in .lua: ${lua.name}`);
  same(lua.bytes.toString(), (await look(page)).text, 'the saved script');
}

async function saved(folder, bytes) {
  const file = join(folder, 'b.hdr');
  await writeFile(file, bytes);
  return file;
}

/** The copied line, run by a shell beside the saved script, renders the picture of the page. */
async function command({ page, open, native }) {
  await watchClipboard(page);
  await open();
  await picture(page, { after: await write(page, PARAMS) });
  await picture(page, { after: await setControl(page, await control(page, 'shape'), 'box') });
  const hash = await picture(page, { after: await setControl(page, await control(page, 'lit', 'checkbox'), false) });
  await page.click('#save-more');
  await page.click('#copy-command');
  const line = await copied(page);
  const folder = dirname(sceneFile(''));
  await writeFile(join(folder, 'scene.lua'), PARAMS);
  const path = `${dirname(resolve(root, process.env.MOONLIT || 'build/moonlit'))}:${process.env.PATH}`;
  expect(/^moonlit render /m.test(line), `a line that begins with moonlit render: ${line}`);
  const hashed = line.replace('moonlit render', 'moonlit hash').replace(/ -o \S+/, '');
  const got = await new Promise((done, fail) =>
    execFile('sh', ['-c', hashed], { cwd: folder, env: { ...process.env, PATH: path } }, (error, out, err) =>
      error ? fail(new Error(`${hashed}: ${err}`)) : done(out.trim().split('\n').pop())));
  same(got, hash, `hash by '${hashed}'`);
  await sleep(0);
}

export default [
  ['share: a link and back', roundTrip],
  ['share: a link, reloaded', reloaded],
  ['share: an endless loop by a link ends soon', tighter],
  ['share: size and samples by a link are bounded', bounded],
  ['share: damaged links', broken],
  ["save PNG: the command's bytes", savePng],
  ['save HDR and script', saveOthers],
  ['copy command: it renders the same picture', command],
];
