/**
 * fake.mjs - a block as the engine would make it, in shared memory, without an engine: addresses, and writers that keep the rules of
 * bridge.h.
 */
import { Block } from '../../../web/engine/block.js';
import { W, F, REQUEST, MAX_TEXT, BAND } from '../../../web/engine/words.js';

const AT = { block: 64, words: 128, figures: 512, assetName: 1024, request: 4096, heap: 4096 + ((REQUEST.text + MAX_TEXT + 7) & ~7) };
const SIZE = AT.heap + (8 << 20);

export function fakeMemory() {
  const buffer = new SharedArrayBuffer(SIZE);
  new Int32Array(buffer, AT.block, 4).set([AT.words, AT.figures, AT.request, AT.assetName]);
  return { buffer };
}

/** The engine's side of it. */
export class FakeEngine {
  constructor(memory = fakeMemory()) {
    this.memory = memory;
    this.heap = AT.heap;
    this.words = new Int32Array(memory.buffer, AT.words, Object.keys(W).length);
    this.figures = new Float64Array(memory.buffer, AT.figures, Object.keys(F).length);
    this.name = new Uint8Array(memory.buffer, AT.assetName, 1024);
    this.request = AT.request;
  }

  block() { return new Block(this.memory, AT.block); }

  set(words) { for (const [name, value] of Object.entries(words)) Atomics.store(this.words, W[name], value); }
  get(name) { return Atomics.load(this.words, W[name]); }

  allocate(size) {
    const at = this.heap;
    this.heap += (size + 7) & ~7;
    return at;
  }

  bytes(address, size) { return new Uint8Array(this.memory.buffer, address, size); }

  report(value) {
    const text = new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
    const address = this.allocate(text.length);
    Atomics.add(this.words, W.report_sequence, 1);
    this.bytes(address, text.length).set(text);
    this.set({ report_address: address, report_size: text.length });
    Atomics.add(this.words, W.report_sequence, 1);
  }

  frame(width, height, generation, scale = 1) {
    const count = Math.ceil(height / BAND);
    const address = this.allocate(width * height * 4);
    const bands = this.allocate(count * 4);
    Atomics.add(this.words, W.frame_sequence, 1);
    this.set({ frame_address: address, frame_bands: bands, frame_width: width, frame_height: height });
    this.set({ frame_generation: generation, frame_scale: scale });
    Atomics.add(this.words, W.frame_sequence, 1);
    this.pixels = this.bytes(address, width * height * 4);
    this.bands = new Int32Array(this.memory.buffer, bands, count);
    this.width = width;
  }

  /** All pixels of a band get the value. */
  paint(band, value) {
    this.pixels.fill(value, band * BAND * this.width * 4, (band + 1) * BAND * this.width * 4);
    Atomics.store(this.bands, band, 1);
  }
}

/** A clock that stands until it is moved. */
export function clock() {
  const now = () => now.ms;
  now.ms = 0;
  return now;
}
