/**
 * single-worker.js - the engine without threads, whole in one Worker: owns its memory, writes requests into it as the page does where
 * memory is shared, and lets the engine work step by step, its own event loop in between. What is new is posted to single.js.
 *
 * To here:   start {module, memory}  post {request, generation}  stop {on, id}  provide {id, path, bytes}  forget {id, path}
 *            encode {id, format}  fault {value}  took {bytes, ms}  ping
 * To there:  ready {memory}  state, report, figures, frame {value}  stopped {id}  done {id, value, error}  pong  fault {value}
 */
import { Block } from './block.js';
import { Mailbox } from './mailbox.js';
import { Files } from './files.js';
import { Watcher } from './watch.js';
import { W } from './words.js';
import { createMemory, instantiate } from './module.js';

const STEP = 0.02; // seconds
const SLOW = 25; // ms between looks while the page has not taken the last pixels

const send = (kind, value, transfer = []) => self.postMessage({ kind, value }, transfer);
const channel = new MessageChannel();

let module, block, mailbox, files, watcher;
let failure = '';
let taken = true; // the page has shown the pixels that were sent last
let scheduled = false;
let dead = false;

function schedule() {
  if (!scheduled && !dead) channel.port2.postMessage(0);
  scheduled = true;
}

function fail(error) {
  if (dead) return;
  dead = true;
  send('fault', String(error?.message ?? error));
}

channel.port1.onmessage = () => {
  scheduled = false;
  try {
    turn();
  } catch (error) {
    fail(error);
  }
};

function turn() {
  const more = module._bridge_step(STEP) !== 0;
  const expected = watcher.look(taken);
  files.pump();
  if (more || files.busy) schedule();
  else if (expected) setTimeout(schedule, SLOW);
}

function report(value) {
  failure = value.failure ?? '';
  send('report', value);
}

function frame(value) {
  taken = false;
  send('frame', value, value.bands.map(band => band.pixels.buffer));
}

async function start({ module: compiled, memory: most }) {
  const { memory, bytes } = createMemory(most, false);
  const glue = new URL('./single.js', self.location.href).href;
  const quiet = text => console.warn(`moonlit: ${text}`);
  module = await instantiate(glue, compiled, { wasmMemory: memory, onAbort: fail, print: quiet, printErr: quiet });
  const address = module._bridge_start(1, bytes);
  if (!address) throw new Error('there is not enough memory');
  block = new Block(memory, address);
  mailbox = new Mailbox(block);
  files = new Files(block, () => failure);
  const out = { state: value => send('state', value), report, figures: value => send('figures', value), frame };
  watcher = new Watcher(block, out, { own: true });
  send('ready', { memory: bytes });
  schedule();
}

/** An evaluation is done whole in one step: it is told before it begins. */
function post({ request, generation }) {
  const evaluates = mailbox.post(request, generation);
  watcher.repeat();
  if (!evaluates) return;
  const state = { ...block.state(), state: 'evaluating', generation, hash: null };
  watcher.told(state);
  send('state', state);
}

function answer(id, promise) {
  const done = result => self.postMessage({ kind: 'done', id, ...result });
  promise.then(value => done({ value }), error => done({ error: error.message }));
}

const commands = {
  start: message => start(message).catch(fail),
  post,
  stop({ on, id }) {
    block.store(W.stop, on ? 1 : 0);
    watcher.repeat();
    send('stopped', id);
  },
  provide: ({ id, path, bytes }) => answer(id, files.provide(path, bytes)),
  forget: ({ id, path }) => answer(id, files.forget(path)),
  encode: ({ id, format }) => answer(id, files.encode(format)),
  fault: ({ value }) => block.store(W.fault, value),
  took({ bytes, ms }) {
    taken = true;
    watcher.learn(bytes, ms);
  },
  ping: () => send('pong'),
};

self.onmessage = ({ data }) => {
  if (dead) return;
  commands[data.command](data);
  if (block) schedule();
};
