/** Reading the block while a thread writes it; writing requests. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Worker } from 'node:worker_threads';
import { Mailbox } from '../../../web/engine/mailbox.js';
import { F, MAX_SOURCE, REQUEST, W } from '../../../web/engine/words.js';
import { FakeEngine } from './fake.mjs';

const writer = `
  import { workerData } from 'node:worker_threads';
  const { fake, memory } = workerData;
  const { FakeEngine } = await import(fake);
  const engine = new FakeEngine(memory);
  const start = engine.heap;
  for (let n = 0; engine.get('fault') === 0; n++) {
    engine.heap = start; // every report overwrites the last one
    engine.report({ number: n % 10, text: String(n % 10).repeat(1 + (n * 7919) % 3000) });
  }`;

test('a report that a thread keeps rewriting is never read torn', async () => {
  const engine = new FakeEngine();
  const block = engine.block();
  const fake = new URL('./fake.mjs', import.meta.url).href;
  const url = new URL(`data:text/javascript,${encodeURIComponent(writer)}`);
  const worker = new Worker(url, { workerData: { fake, memory: engine.memory } });
  const ended = new Promise(resolve => { worker.on('exit', resolve); });
  const seen = new Set();
  let read = 0;
  const end = Date.now() + 20000;
  while ((read < 2000 || seen.size < 10) && Date.now() < end) {
    const report = block.report();
    if (report?.value) {
      const { number, text } = JSON.parse(new TextDecoder().decode(report.value));
      assert.match(text, new RegExp(`^${number}+$`));
      assert.equal(report.sequence % 2, 0);
      seen.add(number);
      read++;
    }
    if (read % 100 === 0) await new Promise(setImmediate);
  }
  engine.set({ fault: 1 });
  await ended;
  assert.ok(read >= 2000 && seen.size === 10, `${read} reports, ${seen.size} kinds`);
});

test('what is being written is not waited for', () => {
  const engine = new FakeEngine();
  engine.set({ report_sequence: 1 });
  assert.equal(engine.block().report(), null);
});

test('the hash is told only with the picture that it is of', () => {
  const engine = new FakeEngine();
  const block = engine.block();
  engine.set({ state: 1, state_generation: 7, hash_generation: 7, hash_high: 0xfedcba98 | 0, hash_low: 0x00000123 });
  assert.equal(block.state().hash, 'fedcba9800000123');
  engine.set({ hash_generation: 6 });
  assert.equal(block.state().hash, null);
  engine.set({ hash_generation: 7, state: 3 });
  assert.deepEqual(block.state(), { state: 'rendering', generation: 7, hash: null, frameGeneration: 0, frameScale: 0 });
});

test('figures are read by name', () => {
  const engine = new FakeEngine();
  engine.figures[F.rays] = 5e9;
  engine.figures[F.exposure] = -1.5;
  engine.set({ samples_fewest: 3, samples_most: 4, samples_wanted: 64, threads_used: 2 });
  const { rays, exposure, samples, threads } = engine.block().figures();
  assert.deepEqual([rays, exposure, threads], [5e9, -1.5, 2]);
  assert.deepEqual(samples, { fewest: 3, most: 4, wanted: 64 });
});

test('memory that is out of reach gives no view; memory that has moved is followed', () => {
  const engine = new FakeEngine();
  const block = engine.block();
  assert.equal(block.view(Uint8Array, engine.memory.buffer.byteLength - 4, 8), null);
  const larger = new SharedArrayBuffer(engine.memory.buffer.byteLength + 65536);
  new Uint8Array(larger).set(new Uint8Array(engine.memory.buffer));
  engine.memory.buffer = larger;
  new FakeEngine(engine.memory).set({ heartbeat: 9 });
  assert.equal(block.load(W.heartbeat), 9);
  assert.ok(block.view(Uint8Array, larger.byteLength - 8, 8));
});

/** The request as the director reads it. */
function readRequest(engine) {
  const view = new DataView(engine.memory.buffer, engine.request);
  const out = {};
  for (const [name, offset] of Object.entries(REQUEST)) if (name !== 'camera' && name !== 'text') out[name] = view.getInt32(offset, true);
  out.camera = Array.from({ length: 13 }, (_, index) => view.getFloat64(REQUEST.camera + 8 * index, true));
  const text = Buffer.from(engine.bytes(engine.request + REQUEST.text, out.name_size + out.sets_size + out.source_size));
  out.name = text.toString('utf8', 0, out.name_size);
  out.sets = text.toString('utf8', out.name_size, out.name_size + out.sets_size);
  out.source = text.toString('utf8', out.name_size + out.sets_size);
  return out;
}

const request = { source: 'sphere{} -- é', name: 'mond.lua', parameters: [['a', '1'], ['größe', 'x y']], width: 320, height: 200,
  samples: 16, camera: null, timeLimit: 2, scriptMemory: 64 << 20, filesVersion: 1 };

test('a request arrives as it was posted, under an even sequence, and wakes the director', () => {
  const engine = new FakeEngine();
  engine.set({ stop: 1 });
  const mailbox = new Mailbox(engine.block());
  assert.equal(mailbox.post(request, 5), true);
  const got = readRequest(engine);
  assert.equal(got.name, 'mond.lua');
  assert.equal(got.sets, 'a\x001\0größe\0x y\0');
  assert.equal(got.source, 'sphere{} -- é');
  assert.deepEqual([got.width, got.height, got.samples, got.time_limit_ms, got.script_memory_mb, got.has_camera],
    [320, 200, 16, 2000, 64, 0]);
  assert.equal(engine.get('generation'), 5);
  assert.equal(engine.get('stop'), 0);
  assert.equal(engine.get('request_sequence'), 2);
});

test('the script counts as another one exactly when what it depends on has changed', () => {
  const engine = new FakeEngine();
  const mailbox = new Mailbox(engine.block());
  let generation = 0;
  const post = changes => [mailbox.post({ ...request, ...changes }, ++generation), readRequest(engine).script_version];
  assert.deepEqual(post({}), [true, 1]);
  assert.deepEqual(post({ width: 64, height: 64, samples: 1 }), [false, 1]);
  assert.deepEqual(post({ source: 'x' }), [true, 2]);
  assert.deepEqual(post({ source: 'x', parameters: [] }), [true, 3]);
  assert.deepEqual(post({ source: 'x', parameters: [], filesVersion: 2 }), [true, 4]);
  assert.deepEqual(post({ source: 'x', parameters: [], filesVersion: 2, timeLimit: 10 }), [true, 5]);
  assert.deepEqual(post({ source: 'x', parameters: [], filesVersion: 2, timeLimit: 10, name: 'y.lua' }), [true, 6]);
});

test('an empty first text runs, too', () => {
  const engine = new FakeEngine();
  new Mailbox(engine.block()).post({ source: '' }, 1);
  assert.equal(readRequest(engine).script_version, 1);
});

test('a camera arrives in the order of MlCamera', () => {
  const engine = new FakeEngine();
  const lens = { fov: 40, height: 2, aperture: 0.5, focus: 7, blades: 6 };
  const camera = { kind: 'orthographic', from: [1, 2, 3], look_at: [4, 5, 6], up: [0, 0, 1], ...lens };
  new Mailbox(engine.block()).post({ ...request, camera }, 1);
  const got = readRequest(engine);
  assert.deepEqual([got.has_camera, got.camera_kind, got.camera_blades], [1, 1, 6]);
  assert.deepEqual(got.camera, [1, 2, 3, 4, 5, 6, 0, 0, 1, 40, 2, 0.5, 7]);
});

test('texts that do not fit are refused before anything is written', () => {
  const engine = new FakeEngine();
  const mailbox = new Mailbox(engine.block());
  assert.throws(() => mailbox.post({ ...request, source: 'é'.repeat(MAX_SOURCE / 2 + 1) }, 1), /4\.0 MiB at most/);
  assert.throws(() => mailbox.post({ ...request, source: '', parameters: [['a', 'x'.repeat(5 << 20)]] }, 1), /parameters/);
  assert.equal(engine.get('request_sequence'), 0);
});

test('zero bytes cannot shift parameters', () => {
  const engine = new FakeEngine();
  new Mailbox(engine.block()).post({ ...request, parameters: [['a', '1\0b']] }, 1);
  assert.equal(readRequest(engine).sets, 'a\x001\ufffdb\0');
});
