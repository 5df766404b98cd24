/** hosts.mjs - builds and hosts: the engine of one thread, a static host without headers, no network, embedded in another page. */
import { createServer } from 'node:http';
import { SMALL, SMALL_NATIVE, expect, look, picture, render, same, seen, sleep, until, visit, write, wrong } from '../harness/drive.mjs';
import { BALL, ENDLESS, WRONG, ball } from '../harness/scenes.mjs';

async function single({ page, open, nativeHash, nativeHashOf, shot }) {
  same(await open('threads=no&scene=cornell'), await nativeHash('scenes/cornell.lua', SMALL_NATIVE), 'hash with the one-thread build');
  const now = await look(page);
  same(now.kind, 'single', 'engine');
  const { reason, text } = await page.evaluate(() => ({ reason: globalThis.moonlit.engine.reason, text: document.body.innerText }));
  expect(/one thread/i.test(text + now.notices + now.status) || (reason && text.includes(reason)), `the page says that it has one thread: ${reason}`);
  await shot('one-thread');
  same(await render(page, BALL), await nativeHashOf(BALL, SMALL_NATIVE), 'hash after an edit');
  await wrong(page, { after: await write(page, WRONG) });
  const before = await write(page, ENDLESS);
  await sleep(600);
  const start = Date.now();
  await page.click('#stop');
  await seen(page, 'stop of an endless loop', ({ state, generation }) => state !== 'rendering' && generation >= before);
  expect(Date.now() - start < 3000, `stopped in ${Date.now() - start} ms`);
  await sleep(100);
  await write(page, ball(4));
  if (!(await page.evaluate(() => globalThis.moonlit.live))) await page.click('#render');
  await until(page, 'picture after the loop', () => {
    if (document.body.dataset.state === 'error') document.getElementById('render').click(); // the engine was made anew: it is to be asked
    return document.body.dataset.hash;
  });
  same((await look(page)).hash, await nativeHashOf(ball(4), SMALL_NATIVE), 'hash after the loop');
}

/** The scripts of the threads are on their way for ever: what could be started otherwise takes over, and it is said why. */
async function threadsNeverCome({ page, open, nativeHash }) {
  await page.evaluateOnNewDocument(() => {
    const { Worker, setTimeout: wait } = globalThis;
    globalThis.setTimeout = (act, time, ...more) => wait(act, time === 30000 ? 1500 : time, ...more); // patience of half a minute
    globalThis.Worker = function (url, ...more) {
      return /moonlit\.worker/.test(url) ? Object.assign(new EventTarget(), { postMessage() {}, terminate() {} }) : new Worker(url, ...more);
    };
  });
  same(await open('scene=cornell'), await nativeHash('scenes/cornell.lua', SMALL_NATIVE), 'hash all the same');
  const { kind, text } = await page.evaluate(() => ({ kind: globalThis.moonlit.engine.kind, text: document.getElementById('engine-reason').textContent }));
  same(kind, 'single', 'engine');
  expect(/threads did not come within 30 seconds/.test(text), `why: ${text}`);
}

/** The page answers while a script runs that takes long: the engine of one thread is in a Worker. */
async function singleNeverBlocks({ page, open }) {
  await open('threads=no');
  await page.evaluate(() => globalThis.moonlit.setBudget('link')); // 2 s for the script
  await write(page, ENDLESS);
  const gap = await page.evaluate(async () => {
    let longest = 0;
    for (let last = performance.now(), stop = last + 6000; document.body.dataset.state !== 'error' && last < stop;) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }
    return longest;
  });
  same((await look(page)).state, 'error', 'state after 2 s of a loop');
  expect(gap < 1000, `a pause of ${gap.toFixed(0)} ms`);
}

const isolation = (page) => page.evaluate(() => [globalThis.crossOriginIsolated, globalThis.moonlit.engine.kind]);

/** A static host: one reload by our service worker, then all threads; after that also without the host. */
async function serviceWorker({ page, host, nativeHash, shot }) {
  const server = await host({ headers: false });
  let loads = 0;
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) loads++;
  });
  await visit(page, `${server.url}?scene=cornell&${SMALL}`);
  const wanted = await nativeHash('scenes/cornell.lua', SMALL_NATIVE);
  let now = null;
  for (const end = Date.now() + 15_000; Date.now() < end; await sleep(50)) {
    now = await page.evaluate(() => [globalThis.crossOriginIsolated, document.body?.dataset.hash]).catch(() => null); // it is being loaded again
    if (now?.[0] && now[1]) break;
  }
  same(now, [true, wanted], 'isolation and hash on a host without headers');
  same(await isolation(page), [true, 'threads'], 'isolation and engine');
  same(loads, 2, 'loads: one, and one more by the service worker');
  // The page keeps itself when it is quiet; then the host goes away.
  await until(page, 'kept files', async () => {
    for (const name of await caches.keys()) {
      if (await (await caches.open(name)).match(new URL('complete', location.href.replace(/[?#].*/, '')).href)) return true;
    }
    return false;
  }, { timeout: 12_000, every: 200 });
  await server.close();
  await visit(page, `${server.url}?scene=spheres&${SMALL}`);
  same(await picture(page), await nativeHash('scenes/spheres.lua', SMALL_NATIVE), 'hash without a network');
  same(await isolation(page), [true, 'threads'], 'isolation and engine without a network');
  await until(page, 'editor without a network', () => Boolean(document.querySelector('.cm-content')));
  await page.click('#gallery');
  await until(page, 'gallery without a network', () =>
    [...document.querySelectorAll('#gallery-list img')].some((each) => each.complete && each.naturalWidth > 0));
  await shot('offline');
}

/** The page is left for another while its service worker takes over, and all threads are at work: they hear of nothing. */
async function leftAtTakeOver({ page, host, nativeHash }) {
  const server = await host({ headers: true }); // nothing is registered there yet
  await visit(page, `${server.url}?scene=mountains&size=640x360&samples=65536`);
  await until(page, 'service worker', () => Boolean(navigator.serviceWorker.controller), { timeout: 40_000 });
  await visit(page, `${server.url}?scene=spheres&${SMALL}`);
  same(await picture(page), await nativeHash('scenes/spheres.lua', SMALL_NATIVE), 'hash on the next page');
}

/** Neither headers nor a service worker: one thread, the same picture, and the page says why. */
async function neither({ page, host, nativeHash, shot }) {
  const server = await host({ headers: false });
  await page.evaluateOnNewDocument(() => {
    Object.defineProperty(Navigator.prototype, 'serviceWorker', { get: () => undefined });
  });
  await visit(page, `${server.url}?scene=cornell&${SMALL}`);
  same(await picture(page), await nativeHash('scenes/cornell.lua', SMALL_NATIVE), 'hash');
  same(await isolation(page), [false, 'single'], 'isolation and engine');
  const reason = await page.evaluate(() => globalThis.moonlit.engine.reason);
  expect(reason.length > 20, `a reason: '${reason}'`);
  expect((await page.evaluate(() => document.body.innerText)).includes(reason), `the reason is on the page: ${reason}`);
  await shot('no-headers');
}

/** A service worker that cannot be registered, or never takes over: no endless reloads, one thread. */
async function refused({ page, host, nativeHash }) {
  const server = await host({ headers: false });
  await page.evaluateOnNewDocument(() => {
    ServiceWorkerContainer.prototype.register = () => Promise.reject(new Error('refused'));
  });
  await visit(page, `${server.url}?scene=origin&${SMALL}`);
  same(await picture(page), await nativeHash('scenes/origin.lua', SMALL_NATIVE), 'hash');
  same(await isolation(page), [false, 'single'], 'isolation and engine');
}

/** In a frame of another page: the picture and little else. */
async function embedded({ page, url, nativeHash, shot }) {
  await page.setViewport({ width: 700, height: 420 });
  await visit(page, `${url}?embed=1&scene=hello&${SMALL}`);
  same(await picture(page), await nativeHash('scenes/hello.lua', SMALL_NATIVE), 'hash of the embedded page');
  const shownNow = await page.evaluate(() => {
    const visible = (where) => document.querySelector(where)?.checkVisibility({ checkVisibilityCSS: true }) ?? false;
    return ['#canvas', '#embed-open', '#top', '#editor', '#divider'].map(visible);
  });
  same(shownNow, [true, true, false, false, false], 'what is to be seen: canvas, link to the editor; not header, script, divider');
  expect(/^https?:/.test(await page.evaluate(() => document.getElementById('embed-open').href)), 'the link leads to the editor');
  await shot('embed');
}

async function inFrame({ page, url, nativeHash, shot }) {
  const outer = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.end(`<!doctype html><title>a blog</title><iframe src="${url}?embed=1&scene=hello&${SMALL}" width="600" height="380"></iframe>`);
  });
  await new Promise((resolve) => outer.listen(0, '127.0.0.1', resolve));
  try {
    await page.goto(`http://127.0.0.1:${outer.address().port}/`, { waitUntil: 'domcontentloaded' });
    let frame;
    for (const end = Date.now() + 10_000; Date.now() < end && !frame; await sleep(50)) frame = page.frames().find((each) => each.url().startsWith(url));
    expect(frame, 'the frame is there');
    const hash = await until(frame, 'picture in the frame', () => document.body?.dataset.hash).catch((error) => {
      throw new Error(error.message);
    });
    same(hash, await nativeHash('scenes/hello.lua', SMALL_NATIVE), 'hash in a frame');
    same(await frame.evaluate(() => globalThis.moonlit.engine.kind), 'single', 'engine in a frame of a page without headers');
    await shot('in-a-frame');
  } finally {
    outer.close();
    outer.closeAllConnections();
  }
}

/** Where the browser grants little memory, the engine starts with less. */
async function littleMemory({ page, open, nativeHash }) {
  await page.evaluateOnNewDocument(() => {
    const { Memory } = WebAssembly;
    globalThis.refusedMemories = 0;
    WebAssembly.Memory = function memory(descriptor) {
      if (descriptor.maximum > 8192) {
        globalThis.refusedMemories++;
        throw new RangeError('could not allocate memory');
      }
      return new Memory(descriptor);
    };
    WebAssembly.Memory.prototype = Memory.prototype;
  });
  same(await open('scene=cornell'), await nativeHash('scenes/cornell.lua', SMALL_NATIVE), 'hash with 512 MiB at most');
  const [memory, refusals] = await page.evaluate(() => [globalThis.moonlit.engine.memory, globalThis.refusedMemories]);
  expect(memory <= 512 << 20 && refusals > 0, `${memory} bytes after ${refusals} refusals`);
}

export default [
  ['one thread: the same pictures, errors, Stop', single],
  ['one thread: the page answers while a script runs', singleNeverBlocks],
  ['threads whose scripts never come: one thread, said why', threadsNeverCome, { seconds: 60 }],
  ['little memory: a smaller maximum', littleMemory],
  ['host without headers: service worker, then offline', serviceWorker, { seconds: 45, errors: /Failed to load resource|NetworkError|net::ERR/i }],
  ['leaving the page while its service worker takes over', leftAtTakeOver, { seconds: 60 }],
  ['host without headers, without service worker: one thread, said why', neither],
  ['host without headers, service worker refused', refused],
  ['embed', embedded],
  ['embed: in a frame of another page', inFrame],
];
