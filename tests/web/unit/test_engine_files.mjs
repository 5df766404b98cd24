/** Handing files over and asking for picture files, with a director that keeps bridge.h's turns. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Files } from '../../../web/engine/files.js';
import { FORMATS, TURN } from '../../../web/engine/words.js';
import { FakeEngine } from './fake.mjs';

/** What the director does with files, one turn a call. */
class Director {
  files = new Map();
  room = Infinity;

  constructor(engine) { this.engine = engine; }

  turn() {
    const { engine } = this;
    const turn = engine.get('asset_turn');
    const size = engine.get('asset_size');
    const name = new TextDecoder().decode(Uint8Array.from(engine.name.subarray(0, engine.get('asset_name_size'))));
    if (turn === TURN.offered && size < 0) {
      this.files.delete(name);
      engine.set({ asset_turn: TURN.page });
    } else if (turn === TURN.offered && size > this.room) {
      engine.set({ asset_turn: TURN.refused });
    } else if (turn === TURN.offered) {
      this.coming = [name, engine.allocate(size), size];
      engine.set({ asset_address: this.coming[1], asset_turn: TURN.address });
    } else if (turn === TURN.written) {
      const [path, address, bytes] = this.coming;
      this.files.set(path, Array.from(engine.bytes(address, bytes)));
      engine.set({ asset_turn: TURN.page });
    }
  }
}

function setup(failure) {
  const engine = new FakeEngine();
  const files = new Files(engine.block(), failure);
  const director = new Director(engine);
  const work = () => { for (let i = 0; files.busy && i < 100; i++) files.pump(), director.turn(); };
  return { engine, files, director, work };
}

test('files are handed over one after the other, and forgotten', async () => {
  const { engine, files, director, work } = setup();
  const given = { 'a.png': Uint8Array.of(1, 2, 3), 'ü/b.hdr': new Uint8Array(100000).fill(7), empty: new Uint8Array(0) };
  const done = Object.entries(given).map(([path, bytes]) => files.provide(path, bytes));
  const before = engine.get('request_sequence');
  work();
  await Promise.all(done);
  assert.deepEqual([...director.files.keys()], ['a.png', 'ü/b.hdr', 'empty']);
  assert.deepEqual(director.files.get('a.png'), [1, 2, 3]);
  assert.equal(director.files.get('ü/b.hdr').every(byte => byte === 7), true);
  assert.ok(engine.get('request_sequence') > before && engine.get('request_sequence') % 2 === 0, 'the director is woken');
  const forgotten = files.forget('a.png');
  work();
  await forgotten;
  assert.deepEqual([...director.files.keys()], ['ü/b.hdr', 'empty']);
  assert.equal(files.busy, false);
});

test('nothing is written before it is the page\'s turn', () => {
  const { engine, files } = setup();
  files.provide('a', Uint8Array.of(1)).catch(() => {});
  files.provide('b', Uint8Array.of(1)).catch(() => {});
  files.pump();
  files.pump();
  assert.equal(engine.get('asset_turn'), TURN.offered);
  assert.equal(engine.name[0], 'a'.charCodeAt(0));
});

test('a file for which there is no memory is refused in words, the next one is handed over', async () => {
  const { files, director, work } = setup();
  director.room = 1 << 20;
  const large = assert.rejects(files.provide('rock.obj', new Uint8Array(3 << 20)), /not enough memory for rock\.obj \(3\.0 MiB\)/);
  const small = files.provide('s', Uint8Array.of(9));
  work();
  await large;
  await small;
  assert.deepEqual(director.files.get('s'), [9]);
});

test('names that the engine cannot take are refused', async () => {
  const { files } = setup();
  await assert.rejects(files.provide('x'.repeat(1025), new Uint8Array(1)), /too long/);
  await files.forget('x'.repeat(1025));
});

test('what waits ends with an error when the engine goes', async () => {
  const { files } = setup();
  const waiting = [files.provide('a', new Uint8Array(1)), files.provide('b', new Uint8Array(1)), files.encode('png')];
  files.pump();
  files.fail(new Error('gone'));
  for (const each of waiting) await assert.rejects(each, /gone/);
  assert.equal(files.busy, false);
});

test('a picture file arrives as a copy; a refusal with the report\'s words', async () => {
  const { engine, files } = setup(() => 'there is no picture yet');
  const picture = files.encode('hdr');
  files.pump();
  assert.deepEqual([engine.get('encode_wanted'), engine.get('encode_format')], [1, FORMATS.hdr]);
  files.pump();
  assert.equal(files.busy, true);
  const address = engine.allocate(4);
  engine.bytes(address, 4).set([1, 2, 3, 4]);
  engine.set({ encode_address: address, encode_size: 4, encode_done: 1 });
  files.pump();
  const bytes = await picture;
  engine.bytes(address, 4).fill(0);
  assert.deepEqual([...bytes], [1, 2, 3, 4]);
  assert.ok(!(bytes.buffer instanceof SharedArrayBuffer));

  const refused = assert.rejects(files.encode('png'), /there is no picture yet/);
  files.pump();
  engine.set({ encode_size: 0, encode_done: 2 });
  files.pump();
  await refused;
  await assert.rejects(files.encode('gif'), /no picture format gif/);
});
