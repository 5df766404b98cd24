/** Bands within their budget, and what is told in which order. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Bands } from '../../../web/engine/bands.js';
import { Watcher } from '../../../web/engine/watch.js';
import { F } from '../../../web/engine/words.js';
import { FakeEngine, clock } from './fake.mjs';

const rows = frame => frame.bands.map(band => band.y / 32);

/** Takes until nothing is left; the numbers of the bands, a list for each call. */
function takeAll(bands, now, step = 16) {
  const all = [];
  for (let i = 0; i < 200; i++) {
    const { left } = bands.take(frame => all.push(rows(frame)));
    now.ms += step;
    if (left === 0) return all;
  }
  throw new Error('there is no end to it');
}

test('bands that changed are copied, and only they', () => {
  const engine = new FakeEngine();
  const now = clock();
  const bands = new Bands(engine.block(), { now });
  engine.frame(40, 100, 3, 2);
  engine.paint(1, 11);
  engine.paint(3, 33);
  const frames = [];
  const plain = band => ({ ...band, pixels: [...new Set(band.pixels)], size: band.pixels.length });
  const rest = bands.take(frame => frames.push({ ...frame, bands: frame.bands.map(plain) }));
  assert.deepEqual(rest, { changed: 0, left: 2 });
  assert.deepEqual(frames, [{ width: 40, height: 100, generation: 3, scale: 2, fresh: true,
    bands: [{ y: 32, height: 32, pixels: [11], size: 32 * 160 }, { y: 96, height: 4, pixels: [33], size: 4 * 160 }] }]);
  assert.deepEqual([...engine.bands], [0, 0, 0, 0]);
});

test('another frame is copied whole a moment later, not as fresh', () => {
  const engine = new FakeEngine();
  const now = clock();
  const bands = new Bands(engine.block(), { now });
  engine.frame(8, 96, 1);
  const got = [];
  const take = () => bands.take(frame => got.push([rows(frame), frame.fresh]));
  assert.deepEqual(take(), { changed: 0, left: 3 });
  assert.deepEqual(got, []);
  now.ms = 150;
  assert.deepEqual(take(), { changed: 0, left: 0 });
  assert.deepEqual(got, [[[0, 1, 2], false]]);
  engine.frame(8, 64, 2);
  engine.paint(1, 1);
  take();
  now.ms = 300;
  take();
  assert.deepEqual(got.slice(1), [[[1], true], [[0], false]]);
});

test('what changes while it is copied is copied again', () => {
  const engine = new FakeEngine();
  const now = clock();
  const block = engine.block();
  const bands = new Bands(block, { now });
  engine.frame(8, 32, 1);
  engine.paint(0, 1);
  const view = block.view.bind(block);
  let writes = 0;
  block.view = (Type, ...rest) => { // the engine writes as soon as the copy has begun
    const got = view(Type, ...rest);
    if (Type === Uint8ClampedArray && writes++ === 0) {
      got.subarray = (...range) => {
        delete got.subarray;
        const part = got.subarray(...range);
        queueMicrotask(() => {});
        engine.paint(0, 2);
        return part;
      };
    }
    return got;
  };
  bands.take(() => {});
  assert.equal(engine.bands[0], 1, 'the mark that came meanwhile stays');
  const values = [];
  bands.take(frame => values.push(frame.bands[0].pixels[0]));
  assert.deepEqual(values, [2]);
});

test('a frame that is replaced while it is copied is not shown', () => {
  const engine = new FakeEngine();
  const now = clock();
  const block = engine.block();
  const bands = new Bands(block, { now });
  engine.frame(8, 32, 1);
  engine.paint(0, 1);
  const view = block.view.bind(block);
  let replaced = false;
  block.view = (Type, ...rest) => {
    const got = view(Type, ...rest);
    if (Type === Uint8ClampedArray && !replaced) {
      replaced = true;
      engine.frame(8, 32, 2);
      engine.paint(0, 5);
    }
    return got;
  };
  const shown = [];
  const take = () => bands.take(frame => shown.push([frame.generation, frame.bands[0].pixels[0]]));
  take();
  assert.deepEqual(shown, []);
  take();
  assert.deepEqual(shown, [[2, 5]]);
});

test('an animation frame costs no more than its budget, once the cost is known; every band has its turn', () => {
  const engine = new FakeEngine();
  const now = clock();
  const bands = new Bands(engine.block(), { now, budget: 8 });
  engine.frame(64, 32 * 40, 1);
  const perBand = 2; // ms to show one
  const taken = [];
  const times = [];
  for (let turn = 0; turn < 60; turn++) {
    for (let i = 0; i < 40; i++) engine.paint(i, turn); // all of them keep changing
    const begin = now.ms;
    bands.take(frame => {
      now.ms += perBand * frame.bands.length;
      taken.push(rows(frame));
    });
    times.push(now.ms - begin);
    now.ms += 16;
  }
  assert.ok(Math.max(...times.slice(20)) <= 8, `${times}`);
  assert.ok(times.at(-1) >= 4, `${times}`);
  const late = new Set(taken.slice(20, 40).flat());
  assert.equal(late.size, 40, 'round robin');
});

test('one band is copied even where the budget is too small for it', () => {
  const engine = new FakeEngine();
  const now = clock();
  const bands = new Bands(engine.block(), { now, budget: 0 });
  engine.frame(64, 128, 1);
  for (let i = 0; i < 4; i++) engine.paint(i, 1);
  assert.deepEqual(takeAll(bands, now, 40).flat(), [0, 1, 2, 3]);
});

test('own buffers can be sent away', () => {
  const engine = new FakeEngine();
  const bands = new Bands(engine.block(), { now: clock(), own: true });
  engine.frame(8, 64, 1);
  engine.paint(0, 1);
  engine.paint(1, 2);
  bands.take(({ bands: [a, b] }) => {
    assert.notEqual(a.pixels.buffer, b.pixels.buffer);
    assert.equal(structuredClone(a.pixels, { transfer: [a.pixels.buffer] })[0], 1);
  });
});

// -- the watcher ------------------------------------------------------------------------------------------------------------------

function setup() {
  const engine = new FakeEngine();
  const now = clock();
  const told = [];
  const tell = kind => value => told.push([kind, value]);
  const out = { state: tell('state'), report: tell('report'), figures: tell('figures'), frame: tell('frame') };
  const watcher = new Watcher(engine.block(), out, { now });
  const line = ([kind, value]) => `${kind} ${value.state ?? value.generation}`;
  const news = () => told.splice(0).filter(([kind]) => kind !== 'figures').map(line);
  return { engine, now, watcher, told, news };
}

test('the report is told before the state it explains, the picture before its hash', () => {
  const { engine, watcher, news } = setup();
  engine.set({ generation: 4 });
  engine.frame(8, 32, 4);
  engine.paint(0, 1);
  engine.report({ generation: 4 });
  engine.set({ hash_generation: 4, state: 1, state_generation: 4 });
  watcher.look(true);
  assert.deepEqual(news(), ['report 4', 'frame 4', 'state idle']);
});

test('a picture is not called complete before all its bands are shown; where nobody looks, after a while', () => {
  const { engine, now, watcher, news } = setup();
  engine.set({ generation: 1 });
  engine.frame(2000, 32 * 12, 1);
  for (let i = 0; i < 12; i++) engine.paint(i, 1);
  watcher.learn(1000, 1000); // pixels are very slow to show: a band a time
  engine.set({ hash_generation: 1, state: 1, state_generation: 1 });
  assert.equal(watcher.look(false), true);
  now.ms += 300;
  assert.equal(watcher.look(false), true);
  assert.deepEqual(news(), []);
  now.ms += 300;
  watcher.look(false);
  assert.deepEqual(news(), ['state idle']);

  engine.set({ generation: 2, hash_generation: 2, state_generation: 2 });
  for (let i = 0; i < 12; i++) engine.paint(i, 1);
  watcher.learn(1000, 1e6);
  for (let i = 0; i < 11; i++) {
    watcher.look(true);
    now.ms += 1;
  }
  assert.equal(news().includes('state idle'), false);
  watcher.look(true);
  assert.deepEqual(news(), ['frame 1', 'state idle']);

  engine.paint(0, 2);
  engine.set({ generation: 3, state_generation: 3 });
  watcher.look(false);
  assert.deepEqual(news(), ['state idle'], 'what was stopped is told at once');
});

test('nothing is told twice, and nothing more is expected at rest', () => {
  const { engine, now, watcher, told } = setup();
  engine.set({ generation: 1, state: 4, state_generation: 1 });
  engine.report({ generation: 1 });
  assert.equal(watcher.look(true), false);
  assert.deepEqual(told.map(([kind]) => kind), ['report', 'figures', 'state']);
  now.ms += 1000;
  assert.equal(watcher.look(true), false);
  assert.equal(told.length, 3);
  engine.set({ generation: 2 });
  assert.equal(watcher.look(true), true, 'the director has not seen it yet');
});

test('a state that was there already is told once more when it may be the answer', () => {
  const { engine, now, watcher, news } = setup();
  engine.set({ generation: 1, state: 1, state_generation: 1 });
  watcher.look(true);
  news();
  watcher.repeat();
  assert.equal(watcher.look(true), true);
  assert.deepEqual(news(), []);
  now.ms += 400;
  watcher.look(true);
  watcher.look(true);
  assert.deepEqual(news(), ['state idle']);
});

test('figures are told five times a second at most, the last ones always', () => {
  const { engine, now, watcher, told } = setup();
  for (let i = 0; i < 95; i++) {
    engine.figures[F.rays] = i;
    watcher.look(false);
    now.ms += 10;
  }
  engine.set({ state: 1 });
  assert.equal(watcher.look(false), true, 'the last ones are still to be told');
  now.ms += 200;
  assert.equal(watcher.look(false), false);
  const figures = told.filter(([kind]) => kind === 'figures');
  assert.ok(figures.length <= 6, `${figures.length}`);
  assert.equal(figures.at(-1)[1].rays, 94);
});

test('a report that is no JSON is told as a failure', () => {
  const { engine, watcher, told } = setup();
  engine.report('{"generation":');
  watcher.look(false);
  assert.match(told.find(([kind]) => kind === 'report')[1].failure, /could not be read/);
});
