/** The service worker among made-up caches and networks: headers, what is kept, and what answers when. In browsers: browser/hosts.mjs. */
import assert from 'node:assert/strict';
import { createHash, webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import vm from 'node:vm';

const SCOPE = 'https://host.example/moonlit/';
const source = await readFile(new URL('../../../web/service-worker.js', import.meta.url), 'utf8');
const digest = (text) => createHash('sha256').update(text).digest('hex');

class FakeCaches {
  stores = new Map();

  async open(name) {
    if (!this.stores.has(name)) this.stores.set(name, new Map());
    const store = this.stores.get(name);
    return { match: async (url) => store.get(url)?.clone(), put: async (url, response) => void store.set(url, response) };
  }
  keys = async () => [...this.stores.keys()];
  delete = async (name) => this.stores.delete(name);
}

/** A worker of the build `version` with `files` (name → text). host: name → text or Response; null: no network. */
function worker({ version = 'v1', files = {}, host = files, caches = new FakeCaches(), patience = 4000 } = {}) {
  const listeners = {};
  const state = { host, caches, asked: [] };
  const self = {
    registration: { scope: SCOPE },
    clients: { claim: () => new Promise(() => {}) }, // as in Firefox, where threads of the engine never hear of it
    skipWaiting: async () => {},
    addEventListener: (type, listener) => (listeners[type] = listener),
  };
  const fetch = async (request) => {
    const url = typeof request === 'string' ? request : request.url;
    const name = new URL(url).pathname.slice(new URL(SCOPE).pathname.length) || 'index.html';
    state.asked.push(name);
    if (!state.host) throw new TypeError('no network');
    const answer = state.host[name];
    if (answer instanceof Promise || answer instanceof Response) return answer;
    return answer === undefined ? new Response('not there', { status: 404 }) : new Response(answer);
  };
  const hashes = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, digest(text)]));
  const wait = (then, ms, ...rest) => setTimeout(then, ms === 4000 ? patience : ms, ...rest);
  const own = { self, caches, fetch, crypto: webcrypto, URL, Response, Headers, Uint8Array, setTimeout: wait };
  vm.runInNewContext(source, { ...own, FILES: hashes, VERSION: version });
  state.get = async (name, more = {}) => {
    let answer = null;
    const request = { url: new URL(name, SCOPE).href, method: 'GET', mode: 'cors', cache: 'default', ...more };
    listeners.fetch({ request, respondWith: (promise) => (answer = promise) });
    return answer;
  };
  state.keep = async () => {
    let done;
    listeners.message({ data: 'keep', waitUntil: (promise) => (done = promise) });
    await done;
  };
  state.activate = async () => {
    const waited = [];
    listeners.activate({ waitUntil: (promise) => waited.push(promise) });
    await Promise.all(waited);
  };
  return state;
}

const FILES = { 'index.html': '<p>', 'main.js': 'one', 'scenes/a.lua': 'a' };

test('answers of the host get the headers of isolation', async () => {
  const { get } = worker({ files: FILES });
  const response = await get('main.js');
  assert.equal(await response.text(), 'one');
  assert.equal(response.headers.get('Cross-Origin-Opener-Policy'), 'same-origin');
  assert.equal(response.headers.get('Cross-Origin-Embedder-Policy'), 'require-corp');
  assert.equal(response.headers.get('Cross-Origin-Resource-Policy'), 'same-origin');
  const missing = await get('none.js');
  assert.deepEqual([missing.status, missing.headers.get('Cross-Origin-Embedder-Policy')], [404, 'require-corp']);
});

test('it is active at once, whatever its clients are about', async () => {
  const late = new Promise((resolve) => { setTimeout(resolve, 1000, 'it waits for its clients').unref(); });
  assert.equal(await Promise.race([worker({ files: FILES }).activate(), late]), undefined);
});

test('a host that isolates by itself is let through as it is', async () => {
  const own = new Response('x', { headers: { 'Cross-Origin-Embedder-Policy': 'credentialless' } });
  assert.equal(await worker({ host: { 'main.js': own } }).get('main.js'), own);
});

test('other hosts, other folders and other methods are not its business', async () => {
  const { get, asked } = worker({ files: FILES });
  assert.equal(await get('https://elsewhere.example/main.js'), null);
  assert.equal(await get('../other/main.js'), null);
  assert.equal(await get('main.js', { method: 'POST' }), null);
  assert.equal(await get('main.js', { cache: 'only-if-cached', mode: 'cors' }), null);
  assert.deepEqual(asked, []);
});

test('what was kept answers without a network, whatever the query', async () => {
  const state = worker({ files: FILES });
  await state.keep();
  state.host = null;
  assert.equal(await (await state.get('?scene=a#s=1')).text(), '<p>');
  assert.equal(await (await state.get('scenes/a.lua')).text(), 'a');
  assert.equal((await state.get('main.js')).headers.get('Cross-Origin-Embedder-Policy'), 'require-corp');
  assert.equal((await state.get('none.js')).type, 'error');
});

test('the network comes first', async () => {
  const state = worker({ files: FILES });
  await state.keep();
  state.host = { 'main.js': 'two' };
  assert.equal(await (await state.get('main.js')).text(), 'two');
});

test('a network that does not answer is not waited for, if the file is kept', async () => {
  const never = new Promise(() => {});
  const state = worker({ files: FILES, patience: 20 });
  await state.keep();
  state.host = { 'main.js': never, 'late.js': new Promise((resolve) => setTimeout(resolve, 60, new Response('late'))) };
  assert.equal(await (await state.get('main.js')).text(), 'one');
  assert.equal(await (await state.get('late.js')).text(), 'late');
});

test('without having kept anything, no network is an error as ever', async () => {
  assert.equal((await worker({ files: FILES, host: null }).get('main.js')).type, 'error');
});

test('all of one build is kept or nothing: a host between two builds', async () => {
  const caches = new FakeCaches();
  await worker({ files: FILES, caches }).keep();
  const files = { ...FILES, 'main.js': 'two' };
  const between = worker({ version: 'v2', files, host: { ...files, 'scenes/a.lua': 'b' }, caches });
  await between.keep();
  between.host = null;
  assert.equal(await (await between.get('main.js')).text(), 'one', 'the older build, which is whole');
  between.host = files;
  await between.keep();
  between.host = null;
  assert.equal(await (await between.get('main.js')).text(), 'two');
  assert.deepEqual(await caches.keys(), [`moonlit ${SCOPE} v2`], 'and the older one is gone');
});

test('keeping twice fetches once; what others keep is left alone', async () => {
  const state = worker({ files: FILES });
  await state.caches.open('of another page');
  await state.keep();
  const { length } = state.asked;
  await state.keep();
  assert.equal(state.asked.length, length);
  assert.ok((await state.caches.keys()).includes('of another page'));
});

test('a host without the file, or with an error, keeps nothing', async () => {
  const state = worker({ files: FILES, host: { ...FILES, 'main.js': undefined } });
  await state.keep();
  state.host = null;
  assert.equal((await state.get('index.html')).type, 'error');
});
