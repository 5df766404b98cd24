/**
 * threaded.js - one life of the engine with threads. The page makes memory and module; director and pool are workers of the page that share
 * the memory. After bridge_start() the page calls no function of the module: it reads and writes the block, in animation frames while
 * something happens, a few times a second else.
 *
 * A trap in any thread leaves the others waiting for ever. Then every worker is terminated and the memory dropped; freeing anything in it
 * could wait for a lock whose owner is gone.
 */
import { Block } from './block.js';
import { Mailbox } from './mailbox.js';
import { Files } from './files.js';
import { Health } from './health.js';
import { Watcher } from './watch.js';
import { W, STATES } from './words.js';
import { LaterFile, LaterPart } from './later.js';
import { createMemory, instantiate, makerOf } from './module.js';

const SLOW = 250; // ms between looks while nothing happens
const QUICK = 4; // ms between looks for answers to what was asked for
const ANSWER = 100; // ms of such looks, for files until they are answered
const AWAKE = 500; // ms of animation frames after something was asked for
const THREADS_LIMIT = 30000; // ms until their scripts are loaded
const START_LIMIT = 10000; // ms
const STOP_LIMIT = 1000; // ms without a beat of the heart after Stop
const FAULTS = { silent: 'it gave no sign of life for 4 seconds', stuck: 'no sample was finished for 30 seconds' };

const sleep = ms => new Promise(resolve => { setTimeout(resolve, ms); });

/**
 * Makes engines; what can be kept from one to the next is.
 * @param {string} base url of the page's folder
 */
export function threadedMaker(base) {
  const url = name => new URL(`engine/${name}`, base).href;
  const later = new LaterFile(url('later.wasm'));
  return makerOf(url('moonlit.wasm'), options => new Threaded(options, url('moonlit.js'), new LaterPart(later)));
}

class Threaded {
  #hear;
  #glue;
  #later;
  #workers = new Set();
  #dead = false;
  #failure = null; // before the engine lives
  #failed = () => {};
  #alive = false;
  #block;
  #mailbox;
  #watcher;
  #files;
  #health;
  #stopHealth = null; // until Stop is answered
  #reported = '';
  #frame = 0;
  #slow = 0;
  #quick = 0;
  #expected = 0; // the generation whose first pixels are waited for; 0: none
  #awakeUntil = 0;
  #quickUntil = 0;

  /**
   * @param {{hear: object}} options hear: {state, report, figures, frame, fault, stopped}
   * @param {string} glue url of the script that emcc made
   * @param {LaterPart} later
   */
  constructor({ hear }, glue, later) {
    this.#hear = hear;
    this.#glue = glue;
    this.#later = later;
  }

  /** Resolves when the director lives. */
  async start(modulePromise, { threads, memory: most }) {
    const { memory, bytes } = createMemory(most, true);
    this.memory = bytes;
    const say = text => this.#said(text);
    const options = { wasmMemory: memory, poolSize: threads + 1, onAbort: what => this.#fault(`${what}`), print: say, printErr: say };
    const compiled = await modulePromise;
    const limit = setTimeout(() => this.#fault(`its threads did not come within ${THREADS_LIMIT / 1000} seconds`), THREADS_LIMIT);
    const module = await this.#orFailure(instantiate(this.#glue, compiled, options, filled => this.#adopt(filled.PThread)))
      .finally(() => clearTimeout(limit));
    const address = module._bridge_start(threads, bytes);
    if (!address) throw new Error('The browser gave no threads or no memory to the engine. Close other tabs and reload.');

    const block = this.#block = new Block(memory, address);
    this.#mailbox = new Mailbox(block);
    this.#files = new Files(block, () => this.#reported);
    await this.#orFailure(this.#firstBeat());
    this.#alive = true;
    this.#health = new Health();
    const report = value => {
      this.#reported = value.failure ?? '';
      this.#hear.report(value);
    };
    const frame = value => {
      if (value.fresh && value.generation === this.#expected) this.#expected = 0;
      this.#hear.frame(value);
    };
    const state = value => {
      if (value.state !== 'starting' && value.state !== 'evaluating') this.#later.bring(); // the first picture has begun, or there is none
      this.#hear.state(value);
    };
    this.#watcher = new Watcher(block, { ...this.#hear, report, frame, state });
    this.#slow = setInterval(() => this.#lookSlowly(), SLOW);
    this.#stir();
  }

  async #firstBeat() {
    const begin = performance.now();
    while (STATES[this.#block.load(W.state)] === 'starting' && !this.#dead) {
      if (performance.now() - begin > START_LIMIT) throw new Error('The threads of the engine did not start within 10 seconds.');
      await sleep(QUICK);
    }
  }

  /** Whatever fails first: the promise, or a worker. */
  #orFailure(promise) {
    return Promise.race([promise, new Promise((_, reject) => {
      this.#failed = reject;
      if (this.#failure) reject(this.#failure);
    })]);
  }

  /** Hears of every worker, those that come later too, in place of the glue, which would only throw the error once more. */
  #adopt(PThread) {
    const load = PThread.loadWasmModuleToWorker;
    PThread.loadWasmModuleToWorker = (worker, done) => {
      worker.postMessage({ later: this.#later.shared });
      load.call(PThread, worker, done);
      this.#workers.add(worker);
      worker.onerror = event => {
        event.preventDefault();
        this.#fault(event.message ?? 'a script of its threads could not be loaded');
      };
      if (this.#dead) worker.terminate();
    };
  }

  /** What the runtime prints: of interest only when it is about to fail. */
  #said(text) { if (!this.#dead) console.warn(`moonlit: ${text}`); }

  #fault(detail) {
    if (this.#dead) return;
    if (this.#alive) {
      this.#hear.fault(detail);
      return;
    }
    this.#failure ??= new Error(`The engine did not start: ${detail}.`);
    this.#failed(this.#failure);
  }

  kill() {
    this.#dead = true;
    clearInterval(this.#slow);
    clearTimeout(this.#quick);
    globalThis.cancelAnimationFrame?.(this.#frame);
    for (const worker of this.#workers) {
      worker.onmessage = worker.onerror = null;
      worker.terminate();
    }
    this.#files?.fail(new Error('The engine was started again.'));
  }

  // -- asked for ------------------------------------------------------------------------------------------------------------------

  post(request, generation) {
    this.#mailbox.post(request, generation);
    this.#expected = generation;
    this.#stopHealth = null;
    this.#watcher.repeat();
    this.#stir();
  }

  stop(on) {
    this.#set(W.stop, on ? 1 : 0);
    this.#watcher.repeat();
    this.#stopHealth = on ? new Health(undefined, { silent: STOP_LIMIT }) : null;
  }

  setThreads(count) { this.#set(W.threads, count); }
  fault(kind) { this.#set(W.fault, kind); }

  provide(path, bytes) { return this.#ask(this.#files.provide(path, bytes)); }
  forget(path) { return this.#ask(this.#files.forget(path)); }
  encode(format) { return this.#ask(this.#files.encode(format)); }

  #set(word, value) {
    this.#block.store(word, value);
    this.#block.wake();
    this.#stir();
  }

  #ask(promise) {
    this.#files.pump();
    this.#stir();
    return promise;
  }

  // -- looking --------------------------------------------------------------------------------------------------------------------

  #stir() {
    const now = performance.now();
    this.#awakeUntil = now + AWAKE;
    this.#quickUntil = now + ANSWER;
    this.#request();
    this.#lookQuickly();
  }

  /** An answer to Stop is not to wait for an animation frame, nor are files. */
  #lookQuickly() {
    if (this.#quick) return;
    this.#quick = setTimeout(() => {
      this.#quick = 0;
      // A new picture's first pixels are shown at once. The report comes before the files: it tells why encoding failed.
      this.#watcher.look(this.#expected > 0 && this.#block.load(W.frame_generation) === this.#expected);
      this.#files.pump();
      if (!this.#dead && (this.#files.busy || performance.now() < this.#quickUntil)) this.#lookQuickly();
    }, QUICK);
  }

  #request() {
    if (!this.#frame && !this.#dead) this.#frame = requestAnimationFrame(() => this.#look());
  }

  #look() {
    this.#frame = 0;
    const more = this.#watcher.look(true);
    if (this.#later.awaited) this.#later.bring();
    if (more || performance.now() < this.#awakeUntil) this.#request();
  }

  /** Animation frames stop in tabs that nobody sees; state and hash come all the same. */
  #lookSlowly() {
    if (this.#watcher.look(false)) this.#request();
    const block = this.#block;
    const state = STATES[block.load(W.state)];
    const rendering = state === 'rendering';
    if ((state === 'idle' || state === 'wrong') && block.load(W.state_generation) === block.load(W.generation)) this.#stopHealth = null;
    const { progress, rays, samples } = block.figures();
    const beat = block.load(W.heartbeat);
    // The heart of a thread that waits for the later part stands still, as long as the network takes.
    if (this.#later.awaited) {
      this.#later.bring();
      this.#health = new Health();
    }
    const fault = this.#health.look(beat, rendering, JSON.stringify([progress, rays, samples]));
    // What hears Stop beats: a script can be inside one endless call.
    if (this.#stopHealth?.look(beat, false, '')) this.#hear.stopped();
    else if (fault) this.#fault(FAULTS[fault]);
  }
}
