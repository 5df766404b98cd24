/** The later part of the threaded module: brought once, kept for the next life, asked for again after a failure. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { LaterFile, LaterPart, SIZE, START, STATE, WAITING } from '../../../web/engine/later.js';

/** A network that answers as the test says. */
function network(t, answers) {
  const asked = [];
  t.mock.method(globalThis, 'fetch', async (url) => {
    asked.push(url);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  });
  return asked;
}

const bytes = (...values) => new Response(new Uint8Array(values));
const words = (part) => new Int32Array(part.shared, 0, 3);

test('its bytes come into memory that all threads see, and are fetched once for all lives', async (t) => {
  const asked = network(t, [bytes(1, 2, 3)]);
  const file = new LaterFile('later.wasm');
  for (let life = 0; life < 2; life++) {
    const part = new LaterPart(file);
    assert.equal(words(part)[STATE], 0);
    await Promise.all([part.bring(), part.bring()]);
    assert.deepEqual([words(part)[STATE], words(part)[SIZE]], [1, 3]);
    assert.deepEqual([...new Uint8Array(part.shared, START, 4)], [1, 2, 3, 0]);
  }
  assert.deepEqual(asked, ['later.wasm']);
});

test('a failure is told only to a thread that waits; before, it is tried again', async (t) => {
  const asked = network(t, [new TypeError('no network'), new Response('', { status: 404 }), bytes(7)]);
  const file = new LaterFile('later.wasm');
  const part = new LaterPart(file);
  await part.bring();
  assert.deepEqual([words(part)[STATE], part.awaited], [0, false]);
  Atomics.add(words(part), WAITING, 1);
  assert.equal(part.awaited, true);
  await part.bring();
  assert.deepEqual([words(part)[STATE], part.awaited], [-1, false]);
  const next = new LaterPart(file); // of the engine that is started again
  await next.bring();
  assert.equal(words(next)[STATE], 1);
  assert.equal(asked.length, 3);
});
