/** later.mjs - the later part of the threaded module (web/engine/later.js): no plain picture waits for it; who needs it does, as long as it takes. */
import { SMALL_NATIVE, expect, look, picture, same, seen, sleep, write, wrong } from '../harness/drive.mjs';
import { BALL, WRONG } from '../harness/scenes.mjs';

/** The page's requests for the part wait for globalThis.bring(there): false makes them fail. */
const held = (page) => page.evaluateOnNewDocument(() => {
  const { fetch } = globalThis;
  let there = null;
  let bring;
  const gate = new Promise((resolve) => { bring = resolve; });
  globalThis.asked = 0;
  globalThis.bring = (value) => { there = value; bring(); };
  globalThis.fetch = async (url, ...more) => {
    if (!/later\.wasm/.test(url)) return fetch(url, ...more);
    globalThis.asked += 1;
    await gate;
    if (!there) throw new TypeError('no network');
    return fetch(url, ...more);
  };
});

async function plainPicturesComeWithout({ page, open, nativeHash, nativeHashOf }) {
  await held(page);
  for (const name of ['hello', 'cornell', 'spheres']) {
    same(await open(`scene=${name}`), await nativeHash(`scenes/${name}.lua`, SMALL_NATIVE), `hash of ${name} without the later part`);
  }
  same(await page.evaluate(() => globalThis.asked), 1, 'requests for it, when the picture is there');
  // Messages need it: the thread that waits is not taken for dead, however long that is
  const before = await write(page, WRONG);
  await sleep(6000);
  const waiting = await look(page);
  expect(waiting.state === 'rendering' && !/broke down/.test(waiting.notices), `it waits: ${waiting.state}, ${waiting.notices}`);
  await page.evaluate(() => globalThis.bring(true));
  await wrong(page, { after: before });
  await picture(page, { after: await write(page, BALL) });
  same((await look(page)).hash, await nativeHashOf(BALL, SMALL_NATIVE), 'hash with the later part');
}

/** Materials whose tables are in the part: each by itself has it brought, so that no picture is made with tables that are not there. */
const TABLED = ['glass{ roughness = .4 }', 'glass{ dispersion = 2 }', 'coat{ base = "#b03a2e", roughness = .3 }', 'sheen{ base = "#b03a2e", roughness = .4 }', 'principled{ coat = 1 }'];

async function tablesComeWithTheirMaterials({ newPage, open, nativeHashOf }) {
  for (const material of TABLED) {
    const text = BALL.replace('"#b03a2e"', material);
    const page = await newPage();
    await held(page);
    await open('scene=hello', { page });
    const before = await write(page, text);
    await sleep(800);
    const { state, hash } = await look(page);
    same([state, hash], ['rendering', undefined], `state and hash of ${material}, when the part has not come`);
    await page.evaluate(() => globalThis.bring(true));
    same(await picture(page, { after: before }), await nativeHashOf(text, SMALL_NATIVE), `hash of ${material}`);
    await page.close();
  }
}

async function itCannotBeHad({ page, open, nativeHashOf }) {
  await held(page);
  await open('scene=hello');
  await page.evaluate(() => globalThis.bring(false));
  await sleep(100);
  await write(page, WRONG);
  await seen(page, 'a word about it', ({ notices }) => /part of the engine could not be loaded/.test(notices));
  await page.evaluate(() => globalThis.bring(true));
  await seen(page, 'a new engine', ({ state }) => state === 'idle' || state === 'error');
  const before = (await look(page)).generation;
  await page.click('#render');
  await wrong(page, { after: before - 1 });
  await picture(page, { after: await write(page, BALL) });
  same((await look(page)).hash, await nativeHashOf(BALL, SMALL_NATIVE), 'hash after it');
}

export default [
  ['later part: plain pictures come without it, messages wait for it', plainPicturesComeWithout, { seconds: 60 }],
  ['later part: tables come with their materials', tablesComeWithTheirMaterials, { seconds: 90 }],
  ['later part: it cannot be had, and then it can', itCannotBeHad, { errors: /./, seconds: 60 }],
];
