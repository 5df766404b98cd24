/**
 * module.js - loading the engine's WebAssembly: compiled once and kept, for engines that are started again; memory as large as can be had.
 * Works on the page and in workers.
 */

const MiB = 1 << 20;
const PAGE = 65536;
const INITIAL_PAGES = 768; // what the modules were linked with (Makefile, INITIAL_MEMORY)
export const MOST_MEMORY = 2048 * MiB;
const LEAST_MEMORY = 128 * MiB;

/** Maxima to be tried, in bytes: halves of `most` down to 128 MiB. */
export function maxima(most = MOST_MEMORY) {
  const sizes = [];
  const first = Math.min(Math.max(Math.floor(most / PAGE) * PAGE, LEAST_MEMORY), MOST_MEMORY);
  for (let size = first; size >= LEAST_MEMORY; size = Math.floor(size / 2 / PAGE) * PAGE) sizes.push(size);
  return sizes;
}

/** @returns {{memory: WebAssembly.Memory, bytes: number}} bytes: how far it can grow */
export function createMemory(most, shared, Memory = WebAssembly.Memory) {
  let reason;
  for (const bytes of maxima(most)) {
    try {
      return { memory: new Memory({ initial: INITIAL_PAGES, maximum: bytes / PAGE, shared }), bytes };
    } catch (error) {
      reason = error;
    }
  }
  const least = `${LEAST_MEMORY / MiB} MiB`;
  throw new Error(`The browser has no ${least} of memory for the engine (${reason.message}). Close other tabs and reload.`);
}

/** @param {string} url of a .wasm file @returns {Promise<WebAssembly.Module>} */
export async function compile(url) {
  const response = await fetch(url).catch(() => null);
  if (!response?.ok) throw new Error(`The engine could not be loaded (${url}${response ? `: ${response.status}` : ''}). Reload the page.`);
  try {
    // Hosts that do not know the type of .wasm files have the bytes compiled instead.
    const known = response.headers.get('Content-Type')?.startsWith('application/wasm');
    return known && WebAssembly.compileStreaming ? await WebAssembly.compileStreaming(response)
      : await WebAssembly.compile(await response.arrayBuffer());
  } catch (error) {
    throw new Error(`This browser cannot run the engine, which needs WebAssembly with SIMD (${error.message}). Use a newer one.`);
  }
}

/** The page's own instance has no later part (web/split.mjs): it may not wait for one, and starts the engine without. */
const nothingLater = new Proxy({}, {
  get: (_, slot) => () => { throw new Error(`the page called function ${slot} of the engine's later part`); },
});

/**
 * Instantiates a compiled module by its glue. `before(options)` is called when the glue has run, before the instance is used.
 * @param {string} glue url of the script that emcc made
 */
export async function instantiate(glue, module, options, before = () => {}) {
  const { default: create } = await import(glue).catch(() => {
    throw new Error(`The engine could not be loaded (${glue}). Reload the page.`);
  });
  let failed = () => {};
  const failure = new Promise((_, reject) => { failed = reject; });
  const filled = {
    ...options,
    instantiateWasm(imports, receive) {
      WebAssembly.instantiate(module, { ...imports, later: nothingLater }).then(instance => {
        before(filled);
        receive(instance, module);
      }).catch(failed);
      return {};
    },
  };
  return Promise.race([create(filled), failure]);
}

/**
 * Makes lives of an engine, which share the compiled module.
 * @param {string} url of the .wasm file
 * @param {(options: object) => {start: Function, kill: Function}} makeLife start(module: Promise<WebAssembly.Module>, options)
 * @returns {(options: object) => Promise<object>} rejects with an Error for people
 */
export function makerOf(url, makeLife) {
  let module = null;
  return async function make(options) {
    module ??= compile(url);
    module.catch(() => { module = null; });
    const life = makeLife(options);
    try {
      await life.start(module, options);
      return life;
    } catch (error) {
      life.kill();
      throw error;
    }
  };
}
