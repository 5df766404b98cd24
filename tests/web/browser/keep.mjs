/** keep.mjs - what the browser keeps: the text, also of a loop that was running when the page went away; named scenes; the gallery. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SMALL, SMALL_NATIVE, expect, look, picture, same, seen, sleep, until, visit, write } from '../harness/drive.mjs';
import { root } from '../harness/native.mjs';
import { BALL, ENDLESS, ball } from '../harness/scenes.mjs';

async function reload({ page, open, url }) {
  await open();
  const hash = await picture(page, { after: await write(page, BALL) });
  await page.reload({ waitUntil: 'domcontentloaded' });
  await seen(page, 'text after a reload', ({ text }) => text === BALL);
  same(await picture(page), hash, 'hash after a reload');
  await visit(page, 'about:blank');
  await visit(page, `${url}?${SMALL}`);
  await seen(page, 'text at the next visit', ({ text }) => text === BALL);
}

/** The page goes away in the middle of a loop: the text is there again, and is not run by itself. */
async function midLoop({ page, open, nativeHashOf, shot }) {
  await open();
  await write(page, ENDLESS);
  await sleep(700);
  same((await look(page)).state, 'rendering', 'state in the loop');
  await page.reload({ waitUntil: 'domcontentloaded' });
  await seen(page, 'text after the reload', ({ text }) => text === ENDLESS);
  await until(page, 'engine', () => document.body.dataset.state !== 'loading');
  await sleep(1000);
  const now = await look(page);
  expect(now.state !== 'rendering', `it is not run by itself: ${now.state}`);
  same(now.text, ENDLESS, 'text');
  await shot('restored');
  same(await picture(page, { after: await write(page, BALL) }), await nativeHashOf(BALL, SMALL_NATIVE), 'hash of the next edit');
}

async function closedAtOnce({ page, open, newPage, url }) {
  await open();
  await write(page, ball(3));
  await page.close(); // within the delay of live mode
  const other = await newPage();
  await visit(other, `${url}?${SMALL}`);
  await seen(other, 'text in the next tab', ({ text }) => text === ball(3));
}

const act = (page, where, pattern) =>
  page.evaluate(
    (selector, source) => {
      const words = (each) => `${each.textContent} ${each.ariaLabel ?? ''} ${each.title}`.trim();
      const all = [...document.querySelectorAll(`${selector} button, ${selector} [role^=menuitem], ${selector} a`)];
      const found = all.find((each) => new RegExp(source, 'i').test(words(each)));
      if (!found) throw new Error(`nothing like /${source}/ in ${selector}: ${all.map(words).join(' | ')}`);
      found.click();
    },
    where,
    pattern.source,
  );

/** Several scenes by name, each with its text. */
async function named({ page, open, shot }) {
  await open();
  await write(page, BALL);
  await picture(page);
  const first = await page.evaluate(() => globalThis.moonlit.name);
  await page.click('#scene-name');
  await act(page, '#scenes', /new/);
  await until(page, 'another scene', (old) => globalThis.moonlit.name !== old || document.getElementById('scene').value.length < 400, { args: [first] });
  await write(page, ball(42));
  await sleep(400);
  await page.click('#scene-name');
  await sleep(200);
  await shot('scenes');
  const second = await page.evaluate(() => globalThis.moonlit.name);
  expect(first !== second, `two names: ${first}, ${second}`);
  await act(page, '#scenes', new RegExp(first.replace(/\.lua$/, '').replace(/[^\w]/g, '.')));
  await seen(page, 'text of the first', ({ text }) => text === BALL);
  await page.click('#scene-name');
  await sleep(200);
  await act(page, '#scenes', new RegExp(second.replace(/\.lua$/, '').replace(/[^\w]/g, '.')));
  await seen(page, 'text of the second', ({ text }) => text === ball(42));
}

async function gallery({ page, open, shot }) {
  await open();
  await write(page, BALL);
  await picture(page);
  await page.click('#gallery');
  const pictures = () => page.evaluate(() => [...document.querySelectorAll('#gallery-list img')].filter((each) => each.complete && each.naturalWidth > 0).length);
  const index = JSON.parse(await readFile(resolve(root, process.env.BUILD || 'build', 'web/scenes/index.json'), 'utf8'));
  await until(page, 'gallery', (count) => document.querySelectorAll('#gallery-list button, #gallery-list a').length >= count, { args: [index.length] });
  await page.evaluate(() => document.querySelectorAll('#gallery-list img').forEach((each) => each.scrollIntoView()));
  for (let i = 0; i < 100 && (await pictures()) < index.length; i++) await sleep(50);
  same(await pictures(), index.length, 'pictures in the gallery');
  await page.evaluate(() => document.querySelector('#gallery-list img').scrollIntoView());
  await shot('gallery');
  await act(page, '#gallery-list', /cornell/);
  const text = await readFile(join(root, 'scenes/cornell.lua'), 'utf8');
  await seen(page, "the gallery scene's text", (now) => now.text === text);
  expect(!(await page.evaluate(() => document.getElementById('gallery-view').open)), 'the gallery closes');
  await seen(page, 'its picture', ({ state, hash }) => state === 'rendering' || hash);
  await page.click('#stop');
  // One's own text is not lost: it is among the named scenes.
  const kept = await page.evaluate(async (own) => {
    const all = { ...localStorage };
    if (Object.values(all).some((value) => value.includes(own.slice(10, 60)))) return true;
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      for (const store of db.objectStoreNames) {
        const rows = await new Promise((resolve) => {
          const request = db.transaction(store).objectStore(store).getAll();
          request.onsuccess = () => resolve(request.result);
        });
        if (rows.some((row) => (typeof row === 'string' ? row : JSON.stringify(row)).includes(own.slice(10, 60)))) return true;
      }
      db.close();
    }
    return false;
  }, BALL);
  expect(kept, "one's own text is kept when the gallery's takes its place");
}

/** Browsers that keep nothing throw where storage is only named: the page works, and says what that means. */
async function nothingKept({ page, open, nativeHashOf }) {
  await page.evaluateOnNewDocument(() => {
    const refuse = () => { throw new DOMException('The operation is insecure.', 'SecurityError'); };
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) Object.defineProperty(globalThis, name, { get: refuse });
    globalThis.BroadcastChannel = function BroadcastChannel() { refuse(); };
  });
  await open();
  same(await picture(page, { after: await write(page, BALL) }), await nativeHashOf(BALL, SMALL_NATIVE), 'hash');
  await until(page, 'notice', () => /keep/.test(document.getElementById('notices').textContent));
  await until(page, 'files', () => document.querySelector('#files button') !== null);
}

export default [
  ['keep: the text after a reload', reload],
  ['keep: a reload in the middle of a loop restores and does not run', midLoop],
  ['keep: a tab closed at once', closedAtOnce],
  ['keep: named scenes', named],
  ['keep: a browser that keeps nothing', nothingKept],
  ['gallery', gallery],
];
