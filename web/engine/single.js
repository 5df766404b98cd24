/**
 * single.js - one life of the engine without threads: the page's end of single-worker.js. A step of the worker cannot be interrupted, and a
 * script's endless loop is one step: when Stop is not answered, the worker is terminated and the engine starts again.
 */
import { Health } from './health.js';
import { textsOf } from './mailbox.js';
import { makerOf } from './module.js';

const START_LIMIT = 15000; // ms
const SLOW = 500; // ms between looks at its health
const ANSWER = 100; // ms for an answer to Stop
const ANSWER_RENDERING = 1000; // the same where steps are short and only the processor is busy
const SLOWEST = 30000; // ms that a build or a decoder may take beyond the script's own time
const LONGEST_WAIT = 400; // ms for an animation frame, before a state that waits for pixels is told

const FAULTS = { silent: 'it gave no sign of life', stuck: 'no sample was finished for 30 seconds' };

/** @param {string} base url of the page's folder */
export function singleMaker(base) {
  const url = name => new URL(`engine/${name}`, base).href;
  return makerOf(url('single.wasm'), options => new Single(options, url('single-worker.js')));
}

class Single {
  #hear;
  #script;
  #worker = null;
  #dead = false;
  #ready = () => {};
  #failed = () => {};
  #startTimer = 0;
  #alive = false;
  #health;
  #slow = 0;
  #messages = 0;
  #state = { state: 'idle', generation: 0 };
  #posted = 0;
  #progress = '';
  #asked = new Map(); // id → {resolve, reject}
  #id = 0;
  #stopTimer = 0;
  #frame = null; // pixels that wait for an animation frame
  #animation = 0;
  #late = null; // a state that waits for these pixels
  #lateTimer = 0;

  /** @param {{hear: object}} options @param {string} script url of the worker's */
  constructor({ hear }, script) {
    this.#hear = hear;
    this.#script = script;
  }

  async start(compiling, { memory }) {
    const module = await compiling;
    return new Promise((resolve, reject) => {
      this.#ready = resolve;
      this.#failed = reject;
      this.#worker = new Worker(this.#script, { type: 'module' });
      this.#worker.onmessage = ({ data }) => this.#heard(data);
      this.#worker.onerror = event => {
        event.preventDefault?.();
        this.#fault(event.message ?? 'its script could not be loaded');
      };
      this.#startTimer = setTimeout(() => reject(new Error('The engine did not start within 15 seconds. Reload the page.')), START_LIMIT);
      this.#worker.postMessage({ command: 'start', module, memory });
    });
  }

  kill() {
    this.#dead = true;
    this.#worker?.terminate();
    clearInterval(this.#slow);
    clearTimeout(this.#startTimer);
    clearTimeout(this.#stopTimer);
    clearTimeout(this.#lateTimer);
    cancelAnimationFrame(this.#animation);
    for (const { reject } of this.#asked.values()) reject(new Error('The engine was started again.'));
    this.#asked.clear();
  }

  #fault(detail) {
    if (this.#dead) return;
    if (this.#alive) this.#hear.fault(detail);
    else this.#failed(new Error(`The engine did not start: ${detail}.`));
  }

  // -- asked for ------------------------------------------------------------------------------------------------------------------

  post(request, generation) {
    textsOf(request); // what is too long is the caller's error here, not a fault of the worker
    this.#posted = generation;
    this.#health = new Health(undefined, { silent: (request.timeLimit || 10) * 1000 + SLOWEST });
    this.#send('post', { request, generation });
  }

  stop(on) {
    clearTimeout(this.#stopTimer);
    const id = ++this.#id;
    this.#send('stop', { on, id });
    if (!on) return;
    const short = this.#state.state === 'rendering' && this.#state.generation === this.#posted;
    this.#stopTimer = setTimeout(() => this.#hear.stopped(), short ? ANSWER_RENDERING : ANSWER);
  }

  setThreads() {}
  fault(value) { this.#send('fault', { value }); }

  provide(path, bytes) {
    const own = bytes.slice();
    return this.#ask('provide', { path, bytes: own }, [own.buffer]);
  }

  forget(path) { return this.#ask('forget', { path }); }
  encode(format) { return this.#ask('encode', { format }); }

  #send(command, message = {}, transfer = []) { this.#worker.postMessage({ command, ...message }, transfer); }

  #ask(command, message, transfer) {
    return new Promise((resolve, reject) => {
      const id = ++this.#id;
      this.#asked.set(id, { resolve, reject });
      this.#send(command, { id, ...message }, transfer);
    });
  }

  // -- heard ----------------------------------------------------------------------------------------------------------------------

  #heard(message) {
    if (this.#dead) return;
    this.#messages++;
    const { kind, value } = message;
    if (kind === 'ready') this.#begin(value);
    else if (kind === 'state') this.#told(value);
    else if (kind === 'frame') this.#show(value);
    else if (kind === 'stopped') clearTimeout(this.#stopTimer);
    else if (kind === 'done') this.#done(message);
    else if (kind === 'fault') this.#fault(value);
    else if (kind === 'report') this.#hear.report(value);
    else if (kind === 'figures') this.#figures(value);
  }

  #begin({ memory }) {
    this.memory = memory;
    this.#alive = true;
    clearTimeout(this.#startTimer);
    this.#health = new Health();
    this.#slow = setInterval(() => this.#check(), SLOW);
    this.#ready();
  }

  #done({ id, value, error }) {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (error) asked?.reject(new Error(error));
    else asked?.resolve(value);
  }

  #figures(value) {
    const { progress, rays, samples } = value;
    this.#progress = JSON.stringify([progress, rays, samples]);
    this.#hear.figures(value);
  }

  /** A picture is not called complete before its pixels, which came just before, are shown. */
  #told(state) {
    this.#state = state;
    this.#late = null;
    clearTimeout(this.#lateTimer);
    if (!this.#frame || state.state !== 'idle') {
      this.#hear.state(state);
      return;
    }
    this.#late = state;
    this.#lateTimer = setTimeout(() => this.#tellLate(), LONGEST_WAIT);
  }

  #tellLate() {
    const state = this.#late;
    this.#late = null;
    clearTimeout(this.#lateTimer);
    if (state) this.#hear.state(state);
  }

  #show(frame) {
    this.#frame = frame;
    this.#animation = requestAnimationFrame(() => {
      const begin = performance.now();
      this.#hear.frame(frame);
      if (this.#dead) return;
      this.#frame = null;
      const bytes = frame.bands.reduce((sum, band) => sum + band.pixels.length, 0);
      this.#send('took', { bytes, ms: performance.now() - begin });
      this.#tellLate();
    });
  }

  #check() {
    const { state, generation } = this.#state;
    const busy = generation !== this.#posted || state === 'evaluating' || state === 'rendering';
    if (!busy) return;
    this.#send('ping');
    const fault = this.#health.look(this.#messages, state === 'rendering', this.#progress);
    if (fault) this.#fault(FAULTS[fault]);
  }
}
