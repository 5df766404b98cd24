/**
 * mailbox.js - writes what is wanted into the request of bridge.h, under its sequence lock, and wakes the director. Never waits: the page
 * is the only writer.
 */
import { W, REQUEST, MAX_SOURCE, MAX_TEXT } from './words.js';

const encoder = new TextEncoder();
const bytesOf = text => encoder.encode(text);
const whole = (value, most = 0x7fffffff) => Math.min(Math.max(Math.round(Number(value) || 0), 0), most);

/**
 * @typedef {object} Request what is wanted of the engine
 * @property {string} source
 * @property {string} [name] of the scene's file, for messages
 * @property {[string, string][]} [parameters]
 * @property {number} [width] pixels; 0: as the scene says; height, samples too
 * @property {number} [height]
 * @property {number} [samples]
 * @property {object|null} [camera] as in the report; null: the scene's
 * @property {number} [timeLimit] seconds for the script
 * @property {number} [scriptMemory] bytes for the script
 * @property {number} [filesVersion] grows when a file has changed
 */

export class Mailbox {
  #block;
  #posted = [];
  #version = 0;

  /** @param {import('./block.js').Block} block */
  constructor(block) { this.#block = block; }

  /** Writes the request and its generation, and ends a Stop. True: the script is going to run; false: only view or settings differ. */
  post(request, generation) {
    // All that can fail comes before the lock.
    const texts = textsOf(request);
    const camera = numbersOf(request.camera ?? null);
    const script = [request.source, texts.key, request.timeLimit, request.scriptMemory, request.filesVersion];
    const again = script.some((value, index) => value !== this.#posted[index]) || this.#version === 0;
    this.#posted = script;
    if (again) this.#version++;

    const block = this.#block;
    Atomics.add(block.words, W.request_sequence, 1);
    this.#write(request, texts, camera);
    Atomics.store(block.words, W.generation, generation);
    Atomics.store(block.words, W.stop, 0);
    Atomics.add(block.words, W.request_sequence, 1);
    Atomics.notify(block.words, W.request_sequence);
    return again;
  }

  #write(request, { name, sets, source }, camera) {
    const block = this.#block;
    const view = block.view(DataView, block.request, REQUEST.text + MAX_TEXT);
    const set = (field, value) => view.setInt32(REQUEST[field], value, true);
    set('script_version', this.#version);
    set('name_size', name.length);
    set('sets_size', sets.length);
    set('source_size', source.length);
    set('width', whole(request.width));
    set('height', whole(request.height));
    set('samples', whole(request.samples));
    set('time_limit_ms', whole((request.timeLimit ?? 0) * 1000));
    set('script_memory_mb', whole((request.scriptMemory ?? 0) / (1 << 20)));
    set('has_camera', camera ? 1 : 0);
    set('camera_kind', camera?.kind ?? 0);
    set('camera_blades', camera?.blades ?? 0);
    camera?.numbers.forEach((value, index) => view.setFloat64(REQUEST.camera + index * 8, value, true));
    const text = new Uint8Array(view.buffer, view.byteOffset + REQUEST.text, MAX_TEXT);
    text.set(name, 0);
    text.set(sets, name.length);
    text.set(source, name.length + sets.length);
  }
}

/** The strings as bytes; an Error for people where they are too long for the request. */
export function textsOf({ name = 'scene.lua', parameters = [], source }) {
  const clean = text => String(text).replaceAll('\0', '\ufffd');
  const pairs = parameters.map(([key, value]) => [clean(key), clean(value)]);
  const texts = { name: bytesOf(name), sets: bytesOf(pairs.map(pair => pair.join('\0') + '\0').join('')), source: bytesOf(source) };
  const mebi = bytes => (bytes / (1 << 20)).toFixed(1);
  if (texts.source.length > MAX_SOURCE) {
    throw new Error(`The scene is ${mebi(texts.source.length)} MiB of text; the page takes ${mebi(MAX_SOURCE)} MiB at most.`);
  }
  if (texts.name.length + texts.sets.length + texts.source.length > MAX_TEXT) {
    throw new Error('Scene, name and parameters are too long together; shorten the values of the parameters.');
  }
  return { ...texts, key: JSON.stringify([name, pairs]) };
}

function numbersOf(camera) {
  if (!camera) return null;
  const { kind, from, look_at: lookAt, up, fov, height, aperture, focus, blades } = camera;
  const numbers = [...from, ...lookAt, ...(up ?? [0, 1, 0]), fov, height, aperture, focus].map(value => Number(value) || 0);
  return { kind: kind === 'orthographic' ? 1 : 0, blades: whole(blades), numbers };
}
