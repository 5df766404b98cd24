/** picture.mjs - the picture: the first one, its bits against the command's, its size, samples and threads. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SMALL_NATIVE, expect, look, picture, render, same, seen, setControl, sleep, until, visit } from '../harness/drive.mjs';
import { root, sceneFile } from '../harness/native.mjs';
import { BALL } from '../harness/scenes.mjs';

const scenes = readdirSync(join(root, 'scenes')).filter((name) => name.endsWith('.lua')).map((name) => name.slice(0, -4));

async function firstPicture({ page, url, nativeHash, shot }) {
  await visit(page, `${url}?samples=1`); // at the scene's own size
  const hash = await picture(page);
  same(hash, await nativeHash('scenes/hello.lua', ['--samples', '1']), 'hash of the first picture');
  const now = await look(page);
  same(now.kind, 'threads', 'engine');
  expect(now.text.startsWith('-- Three balls'), 'the textarea has the first scene');
  expect(now.status, 'the status says something');
  same(await page.evaluate(() => [document.title.includes('moonlit'), crossOriginIsolated]), [true, true], 'title and isolation');
  await until(page, 'editor after the first picture', () => Boolean(document.querySelector('.cm-content')));
  await shot('first-picture');
}

async function gallery({ open, nativeHash }) {
  const wanted = await Promise.all(scenes.map((name) => nativeHash(`scenes/${name}.lua`, SMALL_NATIVE)));
  const got = [];
  for (const name of scenes) got.push(await open(`scene=${name}`));
  const list = (hashes) => hashes.map((hash, at) => `${scenes[at]} ${hash}`);
  same(list(got), list(wanted), 'hashes');
}

/** The canvas and the PNG of the command have the same pixels. */
async function samePixels({ page, open, native }) {
  await open('scene=cornell&size=128x96&samples=8');
  const args = ['render', 'scenes/cornell.lua', '--size', '128x96', '--samples', '8', '--quiet', '-o', '-'];
  const { stdout } = await native([...args, '--format', 'png']).catch(() => native(args));
  await sleep(100); // the last frame is drawn at the next animation frame
  const difference = await page.evaluate(async (data) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const wanted = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const other = new OffscreenCanvas(wanted.width, wanted.height).getContext('2d');
    other.drawImage(wanted, 0, 0);
    const canvas = document.getElementById('canvas');
    if (canvas.width !== wanted.width || canvas.height !== wanted.height) return `the canvas is ${canvas.width}x${canvas.height}`;
    const a = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    const b = other.getImageData(0, 0, canvas.width, canvas.height).data;
    const different = a.reduce((count, value, at) => count + (value !== b[at]), 0);
    return different ? `${different} of ${a.length} values differ` : '';
  }, stdout.toString('base64'));
  same(difference, '', 'canvas against the command');
}

async function sizeAndSamples(t) {
  const { page, open, nativeHash } = t;
  await open('scene=origin');
  let before = await setControl(page, '#samples', '2');
  same(await picture(page, { after: before }), await nativeHash('scenes/origin.lua', ['--size', '96x54', '--samples', '2']), 'two samples');
  before = await page.evaluate(() => {
    const { generation } = document.body.dataset;
    globalThis.moonlit.setSize({ width: 64, height: 48 });
    return Number(generation);
  });
  same(await picture(page, { after: before }), await nativeHash('scenes/origin.lua', ['--size', '64x48', '--samples', '2']), 'another size');
  await until(page, 'canvas of that size', () => document.getElementById('canvas').width === 64);
}

/** Something is to be seen long before the picture is complete. */
async function coarseFirst({ page, url }) {
  await visit(page, `${url}?scene=hello&size=640x360&samples=65536`);
  await until(page, 'picture while it renders', () => {
    const canvas = document.getElementById('canvas');
    if (document.body.dataset.state !== 'rendering' || canvas.width !== 640) return false;
    const { data } = canvas.getContext('2d').getImageData(0, 0, 640, 360);
    const colours = new Set();
    for (let i = 0; i < data.length; i += 4 * 97) colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    return colours.size > 50;
  });
  const now = await look(page);
  same([now.state, now.hash], ['rendering', undefined], 'state and hash while rendering');
  await page.click('#stop');
  await seen(page, 'stop', ({ state }) => state === 'idle');
}

/** Every number of threads gives the same picture, and can be changed while it renders. */
async function threads({ page, open, nativeHash }) {
  const most = await page.evaluate(() => navigator.hardwareConcurrency);
  const wanted = await nativeHash('scenes/hello.lua', SMALL_NATIVE);
  same(await open('scene=hello&threads=1'), wanted, 'hash with one thread');
  const control = await page.evaluate(() => {
    const { min, max, value } = document.getElementById('concurrency');
    return [Number(min), Number(max), Number(value), document.getElementById('concurrency-amt').textContent.trim()];
  });
  same(control, [1, most, 1, '1'], 'the slider of threads');
  for (let n = 2; n <= Math.min(most, 4); n++) {
    await setControl(page, '#concurrency', String(n));
    same(await render(page, `${BALL}-- ${n}\n`), await nativeHash(sceneFile(BALL), SMALL_NATIVE), `hash with ${n} threads`);
    same(await page.evaluate(() => document.getElementById('concurrency-amt').textContent.trim()), String(n), 'the number beside the slider');
  }
}

async function threadsLive({ page, url, nativeHash }) {
  await visit(page, `${url}?scene=cornell&size=64x48&samples=256`);
  const most = await page.evaluate(() => navigator.hardwareConcurrency);
  await until(page, 'rendering', () => globalThis.moonlit?.figures?.progress > 0.02 && document.body.dataset.state === 'rendering');
  const before = await look(page);
  for (const n of [1, most, 1, most]) {
    await setControl(page, '#concurrency', String(n));
    await sleep(120);
  }
  same(await picture(page), await nativeHash('scenes/cornell.lua', ['--size', '64x48', '--samples', '256']), 'hash after changes of threads');
  same((await look(page)).generation, before.generation, 'generation: the film went on');
}

/** A page whose picture is complete leaves the processor alone. */
async function atRest({ page, open }) {
  await page.evaluateOnNewDocument(() => {
    const request = globalThis.requestAnimationFrame;
    globalThis.framesAsked = 0;
    globalThis.requestAnimationFrame = (callback) => {
      globalThis.framesAsked++;
      return request.call(globalThis, callback);
    };
  });
  await open();
  await until(page, 'editor', () => Boolean(document.querySelector('.cm-content')));
  await sleep(1000);
  const asked = await page.evaluate(async () => {
    const before = globalThis.framesAsked;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return globalThis.framesAsked - before;
  });
  expect(asked <= 10, `${asked} animation frames in a second of rest`);
}

export default [
  ['first picture', firstPicture],
  ["every scene of the gallery has the command's hash", gallery, { seconds: 240 }],
  ["the canvas has the command's pixels", samePixels],
  ['size and samples', sizeAndSamples],
  ['a coarse picture first', coarseFirst],
  ['threads: the same picture with each number', threads],
  ['threads: changed while rendering', threadsLive],
  ['at rest the page does nothing', atRest],
];
