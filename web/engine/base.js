/**
 * base.js - the engine as the page knows it, whatever it runs on: one interface over lives that end by a fault and begin again.
 *
 * A life (threaded.js, single.js): {memory, post(request, generation), stop(on), setThreads(n), provide(), forget(), encode(), fault(),
 * kill()}; it tells what it hears to {state, report, figures, frame, fault(detail), stopped()}.
 */

const ATTEMPTS = 3;
const PAUSE = 200; // ms between them
const FIGURES_EVERY = 200; // ms

const BROKEN = detail => `The engine broke down: ${detail}. It starts again; the text is kept, and is not run by itself.`;
const STOPPED = 'Stopped. The script did not answer, so the engine was ended with it; a new one starts, and the text is kept.';
const LOST = detail => `The engine could not be started again: ${detail} Reload the page; the text is kept.`;

const nothing = () => {};
const sleep = ms => new Promise(resolve => { setTimeout(resolve, ms); });
const plain = detail => String(detail).replace(/^Uncaught /, '').replace(/^(Runtime)?Error: /, '').replace(/\.+$/, '');

export class Engine {
  // Callbacks, on the page's thread; the session sets them.
  /** {state: 'starting'|'idle'|'evaluating'|'rendering'|'wrong', generation, hash: 16 hex digits or null, frameGeneration, frameScale} */
  onstate = nothing;
  /** The report of bridge.h, parsed. */
  onreport = nothing;
  /** {progress 0..1, seconds, rays, samples: {fewest, most, wanted}, noise (-1: unknown), memory, memoryCap (bytes), threads, evaluate,
   *  build (seconds), built (0..1 while a scene is being built, else 0), exposure (EV), firstPixels (ms from post() to the first pixels on the page, null: not yet)}; up to 5 times a s */
  onfigures = nothing;
  /** {width, height, generation, scale, bands: [{y, height, pixels}], fresh}; pixels are good during the call.
   *  fresh false: they are only copied once more */
  onframe = nothing;
  /** (message, kind: 'fault'|'stopped'): the engine was thrown away, a new one is on its way. Nothing is run by itself. Or 'lost': there
   *  will be no other. */
  onfault = nothing;
  onready = nothing;

  #make;
  #token = null; // of the life that is heard
  #options;
  #life = null;
  #ready;
  #generation = 0;
  #pending = null;
  #stopped = false;
  #postedAt = 0;
  #firstPixels = null;
  #figures = null;
  #figuresTimer = 0;
  #destroyed = false;

  /**
   * @param {'threads'|'single'} kind
   * @param {string} reason why it is one thread only, for people; '' where it is not
   * @param {(options: object) => Promise<object>} make makes a life; resolves when it lives
   * @param {{threads: number, memory: number}} options
   */
  constructor(kind, reason, make, options) {
    this.kind = kind;
    this.reason = reason;
    this.#make = make;
    this.#options = { ...options };
  }

  /** Bytes that the engine may use at most. */
  get memory() { return this.#life?.memory ?? this.#options.memory; }

  /** The first life; onready is called a moment after, when callbacks can have been set. */
  async start() {
    await this.#live();
    setTimeout(() => { if (!this.#destroyed) this.onready(); }, 0);
    return this;
  }

  #live() {
    this.#ready = this.#begin();
    this.#ready.catch(nothing);
    return this.#ready;
  }

  async #begin() {
    const mine = {};
    this.#token = mine;
    const hear = {};
    for (const [name, listener] of Object.entries(this.#listeners())) {
      hear[name] = (...values) => { if (this.#token === mine && !this.#destroyed) listener(...values); };
    }
    const life = await this.#make({ ...this.#options, hear });
    if (this.#destroyed || this.#token !== mine) {
      life.kill();
      throw new Error('The engine was ended.');
    }
    this.#life = life;
    if (this.#pending) life.post(this.#pending, this.#generation);
    if (this.#pending && this.#stopped) life.stop(true);
    this.#pending = null;
  }

  #listeners() {
    return {
      state: state => this.onstate(state),
      report: report => this.onreport(report),
      figures: figures => this.#hearFigures(figures),
      frame: frame => this.#hearFrame(frame),
      fault: detail => this.#restart('fault', BROKEN(plain(detail))),
      stopped: () => this.#restart('stopped', STOPPED),
    };
  }

  // -- wanted ---------------------------------------------------------------------------------------------------------------------

  /** Renders what is wanted (mailbox.js, Request), and ends a Stop. @returns {number} its generation */
  post(request) {
    this.#stopped = false;
    const generation = this.#generation + 1;
    if (this.#life) this.#life.post(request, generation);
    else this.#pending = request;
    this.#generation = generation;
    this.#postedAt = performance.now();
    this.#firstPixels = null;
    return generation;
  }

  stop(on) {
    this.#stopped = on;
    this.#life?.stop(on);
  }

  setThreads(count) {
    this.#options.threads = count;
    this.#life?.setThreads(count);
  }

  /** Hands a file over, under the path by which scenes name it. @returns {Promise<void>} rejects with an Error for people */
  provide(path, bytes) { return this.#when(life => life.provide(path, bytes)); }
  forget(path) { return this.#when(life => life.forget(path)); }
  /** @param {'png'|'jpg'|'hdr'|'pfm'} format @returns {Promise<Uint8Array>} */
  encode(format) { return this.#when(life => life.encode(format)); }
  /** Tests: 1 the director traps, 2 it hangs, 3 a thread of the pool traps, 4 it hangs. */
  fault(kind) { this.#life?.fault(kind); }

  async #when(act) {
    await this.#ready;
    return act(this.#life);
  }

  destroy() {
    this.#destroyed = true;
    clearTimeout(this.#figuresTimer);
    this.#life?.kill();
    this.#life = null;
    this.#ready = Promise.reject(new Error('The engine was ended.'));
    this.#ready.catch(nothing);
  }

  // -- heard ----------------------------------------------------------------------------------------------------------------------

  #hearFrame(frame) {
    const first = frame.fresh && frame.generation === this.#generation && this.#firstPixels === null;
    if (first) this.#firstPixels = performance.now() - this.#postedAt;
    this.onframe(frame);
    if (first && this.#figures) {
      clearTimeout(this.#figuresTimer);
      this.#figuresTimer = setTimeout(() => this.#hearFigures(this.#figures), FIGURES_EVERY);
    }
  }

  #hearFigures(figures) {
    clearTimeout(this.#figuresTimer);
    this.#figures = figures;
    this.onfigures({ ...figures, firstPixels: this.#firstPixels });
  }

  // -- lives ----------------------------------------------------------------------------------------------------------------------

  async #restart(kind, message) {
    this.#life?.kill();
    this.#life = null;
    this.#pending = null;
    this.#figures = null;
    clearTimeout(this.#figuresTimer);
    const living = this.#tryAgain();
    this.#ready = living;
    living.catch(nothing);
    this.onstate({ state: 'starting', generation: this.#generation, hash: null, frameGeneration: 0, frameScale: 1 });
    this.onfault(message, kind);
    try {
      await living;
    } catch (error) {
      if (!this.#destroyed) this.onfault(LOST(error.message), 'lost');
      return;
    }
    if (!this.#destroyed) this.onready();
  }

  async #tryAgain() {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#begin();
      } catch (error) {
        if (attempt === ATTEMPTS || this.#destroyed) throw error;
        await sleep(PAUSE);
      }
    }
  }
}
