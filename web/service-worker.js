/**
 * service-worker.js - keeps the page for offline use, and gives it the headers of isolation where the host does not send them.
 *
 * The network comes first, so that the page is what the host has; without a network, or after PATIENCE ms without an answer, the kept files
 * answer. They are kept when the page asks for it ("keep"), all of one build or none: each is compared with its hash. build.mjs puts in FILES
 * (name → SHA-256) and VERSION.
 */
/* global FILES, VERSION */

const PREFIX = `moonlit ${self.registration.scope} `;
const CACHE = PREFIX + VERSION;
const COMPLETE = 'complete'; // an entry that is written last
const PATIENCE = 4000;

const addressOf = (name) => new URL(name, self.registration.scope).href;

async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** All files of this build into its cache; then the caches of older ones go. Fails when the host has another build by now. */
async function keep() {
  const cache = await caches.open(CACHE);
  if (!(await cache.match(addressOf(COMPLETE)))) {
    for (const [name, hash] of Object.entries(FILES)) {
      if (await cache.match(addressOf(name))) continue;
      const response = await fetch(addressOf(name), { cache: 'no-cache' });
      if (!response.ok) throw new Error(`${name}: ${response.status}`);
      if ((await digest(await response.clone().arrayBuffer())) !== hash) throw new Error(`${name} is of another build`);
      await cache.put(addressOf(name), response);
    }
    await cache.put(addressOf(COMPLETE), new Response(VERSION));
  }
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
}

/** The kept answer to a request: of this build, else of an older one that is complete. */
async function kept(request) {
  const url = new URL(request.url);
  url.search = url.hash = '';
  if (url.href === self.registration.scope) url.href = addressOf('index.html');
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  for (const name of [CACHE, ...names.reverse()]) {
    const cache = await caches.open(name);
    if (await cache.match(addressOf(COMPLETE))) {
      const found = await cache.match(url.href);
      if (found) return found;
    }
  }
  return null;
}

/** The same answer, with the headers with which browsers lend shared memory. */
function isolated(response) {
  const { status, statusText, headers } = response;
  if (status === 0 || headers.has('Cross-Origin-Embedder-Policy')) return response; // opaque, or the host does it
  const more = new Headers(headers);
  more.set('Cross-Origin-Opener-Policy', 'same-origin');
  more.set('Cross-Origin-Embedder-Policy', 'require-corp');
  more.set('Cross-Origin-Resource-Policy', 'same-origin');
  return new Response([204, 205, 304].includes(status) ? null : response.body, { status, statusText, headers: more });
}

const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms, null));

async function answer(request) {
  const network = fetch(request).catch(() => null);
  const first = await Promise.race([network, after(PATIENCE)]);
  const response = first ?? (await kept(request)) ?? (await network);
  return response ? isolated(response) : Response.error();
}

self.addEventListener('install', () => self.skipWaiting());
// Not waited for: in Firefox claiming ends when every client has heard of it, workers too, and the engine's threads never listen. A worker that waited
// would not be active for as long as they live, and everything that the page asks for, its next address too, would wait with it.
self.addEventListener('activate', () => void self.clients.claim().catch(() => {}));
self.addEventListener('message', (event) => {
  if (event.data === 'keep') event.waitUntil(keep().catch(() => {})); // the next visit tries again
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(self.registration.scope)) return;
  if (request.cache === 'only-if-cached' && request.mode !== 'same-origin') return;
  event.respondWith(answer(request));
});
