/** When the page is loaded once more for its headers, and above all when not. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { startServiceWorker } from '../../../web/offline.js';

let stored, reloads, registered, loaded;

/** A window of straw. worker: the state that a registered worker is in; null: it cannot be registered. */
function straw({ isolated = false, worker = 'activated', framed = false, storage = true, container = true } = {}) {
  const window = { crossOriginIsolated: isolated };
  window.top = framed ? {} : window;
  const active = { state: worker, addEventListener: () => {}, postMessage: () => {} };
  const serviceWorker = {
    ready: Promise.resolve({ active }),
    register: async (url) => {
      registered.push(url.href);
      if (!worker) throw new Error('not here');
      return { active };
    },
  };
  const set = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  set('window', window);
  set('navigator', { serviceWorker: container ? serviceWorker : undefined });
  set('document', { baseURI: 'https://host.example/moonlit/?a=1', readyState: 'loading' });
  set('addEventListener', (type, listener) => { loaded = listener; });
  set('location', { reload: () => reloads++ });
  set('sessionStorage', {
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => {
      if (!storage) throw new Error('SecurityError');
      stored.set(key, value);
    },
    removeItem: (key) => stored.delete(key),
  });
}

beforeEach(() => {
  [stored, reloads, registered] = [new Map(), 0, []];
});

test('once more without shared memory, and not a second time', async () => {
  straw();
  assert.equal(await startServiceWorker(), 'reloading');
  assert.equal(await startServiceWorker(), 'off', 'the host or the browser will not have it');
  assert.equal(reloads, 1);
  assert.deepEqual(registered, Array(2).fill('https://host.example/moonlit/service-worker.js'));
});

test('when it has helped, another time may follow', async () => {
  straw();
  await startServiceWorker();
  straw({ isolated: true });
  assert.equal(await startServiceWorker(), 'on');
  straw();
  assert.equal(await startServiceWorker(), 'reloading');
});

test('with shared memory nothing is loaded again, nothing waited for, and the worker comes when the page is at rest', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  straw({ isolated: true, worker: 'installing' });
  assert.equal(await startServiceWorker(), 'on');
  assert.deepEqual([reloads, registered.length], [0, 0]);
  loaded();
  t.mock.timers.tick(3000);
  assert.equal(registered.length, 0);
  t.mock.timers.tick(3000);
  assert.equal(registered.length, 0, 'the later part of the engine is still on its way');
  t.mock.timers.tick(30_000);
  await new Promise((resolve) => { setImmediate(resolve); });
  assert.deepEqual([reloads, registered.length], [0, 1], 'it is not waited for for ever');
});

test('in a frame nothing is registered or loaded again', async () => {
  straw({ framed: true });
  assert.equal(await startServiceWorker(), 'off');
  assert.deepEqual([reloads, registered.length], [0, 0]);
});

test('without storage nothing could guard against a loop', async () => {
  straw({ storage: false });
  assert.equal(await startServiceWorker(), 'off');
  assert.equal(reloads, 0);
});

test('goes on where no worker can be had', async () => {
  straw({ worker: null });
  assert.equal(await startServiceWorker(), 'off');
  straw({ container: false });
  assert.equal(await startServiceWorker(), 'off');
  straw({ worker: 'redundant' });
  assert.equal(await startServiceWorker(), 'off');
  assert.equal(reloads, 0);
});

test('a worker that never becomes active is not waited for', async () => {
  straw({ worker: 'installing' });
  const begin = performance.now();
  assert.equal(await startServiceWorker(), 'off');
  assert.ok(performance.now() - begin < 6000);
  assert.equal(reloads, 0);
});
