/**
 * engine.js - starts the engine: on threads where the page may share memory with them, else whole in one worker, and says why.
 */
import { Engine } from './base.js';
import { threadedMaker } from './threaded.js';
import { singleMaker } from './single.js';
import { MOST_MEMORY } from './module.js';

/** Why there can be no threads, in a sentence for people; '' where there can. */
export function noThreads(scope = globalThis) {
  if (scope.crossOriginIsolated && typeof scope.SharedArrayBuffer === 'function') return '';
  if (scope.isSecureContext === false) {
    return 'One thread only: browsers lend a page shared memory only where it comes by https or from this computer.';
  }
  return 'One thread only: the page may not share memory between threads, because its host does not send the headers COOP and COEP, or '
    + 'because it is embedded in a page that does not.';
}

/**
 * @param {object} [options]
 * @param {number} [options.threads] 1..1024
 * @param {number} [options.memory] bytes at most; halved until the browser gives them, down to 128 MiB
 * @param {boolean} [options.single] one thread by choice
 * @param {string} [options.base] url of the page's folder
 * @returns {Promise<Engine>} rejects with an Error for people
 */
export async function startEngine({ threads, memory = MOST_MEMORY, single = false, base = document.baseURI } = {}) {
  if (typeof WebAssembly !== 'object') throw new Error('This browser has no WebAssembly, which the engine needs. Use a newer one.');
  const count = Math.min(Math.max(threads || navigator.hardwareConcurrency || 1, 1), 1024);
  let reason = single ? 'One thread only, as asked for.' : noThreads();
  if (!reason) {
    const engine = new Engine('threads', '', threadedMaker(base), { threads: count, memory });
    try {
      return await engine.start();
    } catch (error) {
      engine.destroy();
      reason = `One thread only, because several could not be started. ${error.message}`;
    }
  }
  return new Engine('single', reason, singleMaker(base), { threads: 1, memory }).start();
}

export { Engine };
