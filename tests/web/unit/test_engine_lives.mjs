/** Faults: seen by a clock, and what becomes of the engine after them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Engine } from '../../../web/engine/base.js';
import { noThreads } from '../../../web/engine/engine.js';
import { Health, SILENT, STUCK } from '../../../web/engine/health.js';
import { createMemory, maxima } from '../../../web/engine/module.js';
import { clock } from './fake.mjs';

const MiB = 1 << 20;

/** Looks every `step` ms for `ms`; what was seen, and when. */
function watch(health, now, ms, look, step = 250) {
  const end = now.ms + ms;
  while (now.ms < end) {
    now.ms += step;
    const fault = look(health);
    if (fault) return `${fault} ${now.ms}`;
  }
  return '';
}

test('a heart that stands still for 4 s is noticed, a slow one is not', () => {
  const now = clock();
  const health = new Health(now);
  let beat = 0;
  assert.equal(watch(health, now, 60000, h => h.look((beat += now.ms % 2000 === 0), false, '')), '');
  assert.equal(watch(health, now, 60000, h => h.look(beat, false, '')), `silent ${60000 + SILENT}`);
});

test('a page that slept does not take the engine for dead', () => {
  const now = clock();
  const health = new Health(now);
  health.look(1, false, '');
  for (let i = 0; i < 6; i++) {
    now.ms += 3600e3;
    assert.equal(health.look(1, false, ''), '');
  }
  assert.equal(health.look(2, false, ''), '');
});

test('rendering without a sample for 30 s is a hang; evaluating or resting is none', () => {
  const now = clock();
  const health = new Health(now);
  let beat = 0;
  assert.equal(watch(health, now, 100000, h => h.look(++beat, false, 'same')), '');
  assert.equal(watch(health, now, 100000, h => h.look(++beat, true, String(now.ms >> 14))), '');
  const begin = now.ms;
  assert.equal(watch(health, now, 100000, h => h.look(++beat, true, 'stands')), `stuck ${begin + STUCK + 250}`);
});

test('memory is asked for in halves', () => {
  assert.deepEqual(maxima().map(bytes => bytes / MiB), [2048, 1024, 512, 256, 128]);
  assert.deepEqual(maxima(300 * MiB).map(bytes => bytes / MiB), [300, 150]);
  assert.deepEqual(maxima(1).map(bytes => bytes / MiB), [128]);
  class Scarce {
    constructor({ maximum, initial, shared }) {
      if (maximum > 4096) throw new RangeError('no room');
      Object.assign(this, { maximum, initial, shared });
    }
  }
  const { memory, bytes } = createMemory(2048 * MiB, true, Scarce);
  assert.deepEqual([bytes / MiB, memory.maximum, memory.initial, memory.shared], [256, 4096, 768, true]);
  class None { constructor() { throw new RangeError('no room'); } }
  assert.throws(() => createMemory(2048 * MiB, true, None), /no 128 MiB of memory for the engine \(no room\)/);
});

test('why there are no threads is said in words', () => {
  assert.equal(noThreads({ crossOriginIsolated: true, SharedArrayBuffer, isSecureContext: true }), '');
  assert.match(noThreads({ crossOriginIsolated: false, isSecureContext: true }), /COOP and COEP/);
  assert.match(noThreads({ crossOriginIsolated: false, isSecureContext: false }), /https/);
});

// -- lives ------------------------------------------------------------------------------------------------------------------------

/** Lives that note what they are asked, and hear what the test tells them. */
function setup({ fail = () => null } = {}) {
  const lives = [];
  const make = async ({ hear, ...options }) => {
    const life = { hear, options, asked: [], memory: 128 * MiB, killed: false };
    for (const name of ['post', 'stop', 'setThreads', 'provide', 'forget', 'encode', 'fault']) {
      life[name] = (...values) => { life.asked.push([name, ...values]); return Promise.resolve(name); };
    }
    life.kill = () => { life.killed = true; };
    lives.push(life);
    await null;
    const error = fail(lives.length);
    if (error) throw error;
    return life;
  };
  const engine = new Engine('threads', '', make, { threads: 2, memory: 512 * MiB });
  const heard = [];
  for (const name of ['state', 'report', 'figures', 'frame', 'fault', 'ready']) {
    engine[`on${name}`] = (...values) => heard.push([name, ...values]);
  }
  return { engine, lives, heard, kinds: () => heard.map(([name]) => name) };
}

const later = (ms = 0) => new Promise(resolve => { setTimeout(resolve, ms); });

test('ready is told after the first start, when callbacks have been set', async () => {
  const { engine, kinds } = setup();
  await engine.start();
  assert.deepEqual(kinds(), []);
  await later(5);
  assert.deepEqual(kinds(), ['ready']);
  assert.equal(engine.memory, 128 * MiB);
});

test('a fault ends the life; a new one begins and is told, and nothing is run in it', async () => {
  const { engine, lives, heard, kinds } = setup();
  await engine.start();
  await later(5);
  assert.equal(engine.post({ source: 'a' }), 1);
  heard.length = 0;
  lives[0].hear.fault('Uncaught RuntimeError: unreachable');
  assert.equal(lives[0].killed, true);
  assert.deepEqual(kinds(), ['state', 'fault']);
  assert.deepEqual(heard[0][1], { state: 'starting', generation: 1, hash: null, frameGeneration: 0, frameScale: 1 });
  assert.match(heard[1][1], /^The engine broke down: unreachable\. /);
  assert.equal(heard[1][2], 'fault');
  await later(5);
  assert.deepEqual(kinds(), ['state', 'fault', 'ready']);
  assert.equal(lives.length, 2);
  assert.deepEqual(lives[1].asked, []);
  assert.equal(engine.post({ source: 'b' }), 2, 'generations go on');
  assert.deepEqual(lives[1].asked, [['post', { source: 'b' }, 2]]);
});

test('a life that has ended is not heard', async () => {
  const { engine, lives, kinds, heard } = setup();
  await engine.start();
  await later(5);
  lives[0].hear.fault('x');
  await later(5);
  heard.length = 0;
  lives[0].hear.state({ state: 'idle' });
  lives[0].hear.fault('again');
  await later(5);
  assert.deepEqual(kinds(), []);
  assert.equal(lives.length, 2);
  lives[1].hear.state({ state: 'idle' });
  assert.deepEqual(kinds(), ['state']);
  assert.ok(engine);
});

test('a script stopped with its engine is told apart from a fault', async () => {
  const { engine, lives, heard } = setup();
  await engine.start();
  lives[0].hear.stopped();
  assert.equal(heard.find(([name]) => name === 'fault')[2], 'stopped');
});

test('what is asked for between two lives waits for the next one', async () => {
  const { engine, lives } = setup();
  await engine.start();
  lives[0].hear.fault('x');
  engine.post({ source: 'old' });
  engine.post({ source: 'new' });
  engine.setThreads(1);
  const provided = engine.provide('a', new Uint8Array(1));
  await provided;
  assert.deepEqual(lives[1].asked, [['post', { source: 'new' }, 2], ['provide', 'a', new Uint8Array(1)]]);
  lives[1].hear.fault('x');
  await later(5);
  assert.equal(lives[2].options.threads, 1);
});

test('a start that fails is tried again, three times in all; then it is said', async () => {
  const { engine, lives, heard, kinds } = setup({ fail: n => (n === 2 || n > 3 ? new Error('No memory.') : null) });
  await engine.start();
  await later(5);
  heard.length = 0;
  lives[0].hear.fault('x');
  await later(300);
  assert.deepEqual(kinds(), ['state', 'fault', 'ready']);
  lives[2].hear.fault('x');
  await later(600);
  assert.deepEqual(kinds().slice(3), ['state', 'fault', 'fault']);
  assert.match(heard.at(-1)[1], /could not be started again: No memory\. Reload the page/);
  await assert.rejects(engine.encode('png'), /No memory/);
  assert.equal(lives.length, 6);
});

test('first pixels are measured from the post to the first fresh band of its generation', async () => {
  const { engine, lives, heard } = setup();
  await engine.start();
  const [{ hear }] = lives;
  engine.post({ source: 'a' });
  engine.post({ source: 'b' });
  hear.figures({ rays: 1 });
  hear.frame({ generation: 1, fresh: true });
  hear.frame({ generation: 2, fresh: false });
  hear.figures({ rays: 2 });
  const figures = () => heard.filter(([name]) => name === 'figures').map(([, value]) => value);
  assert.deepEqual(figures().map(each => each.firstPixels), [null, null]);
  await later(20);
  hear.frame({ generation: 2, fresh: true });
  await later(20);
  hear.frame({ generation: 2, fresh: true });
  await later(250);
  const { rays, firstPixels } = figures().at(-1);
  assert.equal(rays, 2);
  assert.ok(firstPixels >= 19 && firstPixels < 200, `${firstPixels}`);
  engine.post({ source: 'c' });
  hear.figures({ rays: 3 });
  assert.equal(figures().at(-1).firstPixels, null);
});

test('an engine that was destroyed says nothing more', async () => {
  const { engine, lives, heard } = setup();
  await engine.start();
  engine.destroy();
  lives[0].hear.fault('x');
  await later(10);
  assert.deepEqual(heard, []);
  assert.equal(lives[0].killed, true);
  await assert.rejects(engine.provide('a', new Uint8Array(1)), /ended/);
});
