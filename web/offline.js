/**
 * offline.js - registers the service worker: for offline use, and for shared memory on hosts that do not send the headers for it.
 *
 * Such a page is loaded once more when the worker has taken over: once in a tab, never in a frame. Where no worker can be had (old or
 * private windows, plain http), the page goes on without.
 */

import { laterIsHere } from './engine/later.js';

const RELOADED = 'moonlit-reloaded'; // in sessionStorage: this tab has been loaded once more, and it shall not be again
const TAKE_OVER = 3000; // ms; who waits longer has begun to work
const QUIET = 4000; // ms after the page's load, before files are fetched to be kept
const LATER = 30000; // ms after that, for the engine's later part

/** The mark of this tab; null where nothing can be stored: then nothing guards against a loop. */
function marks() {
  try {
    sessionStorage.setItem('moonlit-try', '1');
    sessionStorage.removeItem('moonlit-try');
    return sessionStorage;
  } catch {
    return null;
  }
}

function activeIn(registration, milliseconds) {
  return new Promise((resolve) => {
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    const look = () => {
      if (worker?.state === 'activated') resolve(worker);
      if (worker?.state === 'redundant') resolve(null);
    };
    worker?.addEventListener('statechange', look);
    look();
    setTimeout(resolve, milliseconds, null);
  });
}

function whenQuiet(then) {
  const wait = () => setTimeout(then, QUIET);
  if (document.readyState === 'complete') wait();
  else addEventListener('load', wait, { once: true });
}

/** Registers the worker; resolves to its registration, or null where none can be had. */
function register(container) {
  return container.register(new URL('service-worker.js', document.baseURI), { updateViaCache: 'none' }).catch(() => null);
}

/** The page's files, to be kept for when there is no network. */
async function keep(container, registered) {
  if (await registered) (await container.ready).active?.postMessage('keep');
}

/**
 * To be called once, before the engine starts. Resolves to 'reloading' when the page is about to be loaded again (nothing should be begun
 * then), else to 'on' or 'off'; with shared memory at once, without it in TAKE_OVER ms at most.
 * @returns {Promise<'reloading'|'on'|'off'>}
 */
export async function startServiceWorker() {
  const container = navigator.serviceWorker;
  if (!container || window.top !== window) return 'off';
  const stored = marks();
  if (window.crossOriginIsolated) {
    stored?.removeItem(RELOADED);
    // Nothing waits for it, and all that it keeps is not to compete with the parts that the page is still fetching.
    whenQuiet(async () => {
      await Promise.race([laterIsHere, new Promise((resolve) => setTimeout(resolve, LATER))]);
      await keep(container, register(container));
    });
    return 'on';
  }
  const registered = register(container);
  whenQuiet(() => keep(container, registered));
  if (!stored || stored.getItem(RELOADED)) return 'off';
  const begin = performance.now();
  const registration = await Promise.race([registered, new Promise((resolve) => setTimeout(resolve, TAKE_OVER, null))]);
  if (!registration || !(await activeIn(registration, TAKE_OVER - (performance.now() - begin)))) return 'off';
  stored.setItem(RELOADED, '1');
  location.reload();
  return 'reloading';
}
