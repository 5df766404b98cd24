/**
 * link.js - a scene in a link's fragment: `#s=` and base64url(deflate-raw(JSON)). The JSON:
 *
 *   {v: 1, picture: ML_PICTURE_VERSION, name, text, parameters: [[name, text]…], camera, size: [w, h], samples}
 *
 * What is as the script says is left out. A link is somebody else's: everything is checked, and inflated to MOST bytes at most.
 */

/** engine/moonlit.h, ML_PICTURE_VERSION: pictures of another version may differ a little. */
export const PICTURE_VERSION = 3;

/** A link longer than this many characters is cut by some programs. */
export const LONG_LINK = 8000;

const MOST = 4 << 20; // bytes of JSON, inflated
const MOST_PARAMETERS = 256;
const MOST_NAME = 100;
const MOST_SIDE = 65535;
const MOST_SAMPLES = 1 << 24;

/** What is wrong with a link, in words for people. */
export class LinkError extends Error {}

/** @returns {string} the part behind "s=", or null where a fragment is none of ours. */
export function linkIn(hash) {
  return /^#?s=/.test(hash) ? hash.replace(/^#?s=/, '') : null;
}

// -- base64url ------------------------------------------------------------------------------------------------------------------------

export function toBase64url(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** Throws a LinkError for what is no base64url. */
export function fromBase64url(text) {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) throw damaged();
  const letters = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

const damaged = () => new LinkError('This link is damaged: a part of it is missing or has been changed. Ask for it once more.');

// -- deflate --------------------------------------------------------------------------------------------------------------------------

async function deflate(bytes) {
  if (typeof CompressionStream !== 'function') throw new LinkError('This browser cannot make links: it is too old. Save the script instead.');
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A few bytes of a link may inflate to gigabytes: what comes is counted as it comes. */
async function inflate(bytes, most) {
  if (typeof DecompressionStream !== 'function') throw new LinkError('This browser cannot read links: it is too old.');
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => { throw damaged(); });
    if (done) break;
    size += value.length;
    if (size > most) {
      reader.cancel().catch(() => {});
      throw new LinkError('This link carries more than 4 MB of script, which is more than a scene can have. It was not opened.');
    }
    parts.push(value);
  }
  return new Blob(parts).arrayBuffer();
}

// -- scenes ---------------------------------------------------------------------------------------------------------------------------

/** A scene as links have it → the fragment "s=…". @param {object} scene {name, text, parameters: Map, camera, size, samples} */
export async function encodeLink({ name, text, parameters, camera, size, samples }) {
  const plain = {
    v: 1,
    picture: PICTURE_VERSION,
    name,
    text,
    parameters: parameters?.size ? [...parameters] : undefined,
    camera: camera ?? undefined,
    size: size ? [size.width, size.height] : undefined,
    samples: samples ?? undefined,
  };
  const bytes = new TextEncoder().encode(JSON.stringify(plain));
  if (bytes.length > MOST) throw new LinkError('The script is too long for a link. Save it as a file instead.');
  return `s=${toBase64url(await deflate(bytes))}`;
}

/**
 * What a link carries. Throws a LinkError.
 * @returns {Promise<{name: string, text: string, parameters: Map, camera: object|null, size: object|null, samples: number|null, picture: number|null}>}
 */
export async function decodeLink(text) {
  const bytes = await inflate(fromBase64url(text.replace(/[\s.,;)>\]]+$/, '')), MOST);
  let plain;
  try {
    plain = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged();
  }
  if (plain?.v > 1) throw new LinkError('This link was made by a newer moonlit than this page is. Reload the page, or open the link where it was made.');
  if (plain?.v !== 1 || typeof plain.text !== 'string') throw damaged();
  return {
    name: fileName(plain.name),
    text: plain.text,
    parameters: new Map(pairs(plain.parameters)),
    camera: camera(plain.camera),
    size: size(plain.size),
    samples: whole(plain.samples, MOST_SAMPLES),
    picture: whole(plain.picture, 1e9),
  };
}

/** A file's name out of what may be anything: no folders, no control or direction characters, not too long, ".lua" at its end. */
export function fileName(name) {
  const base = String(typeof name === 'string' ? name : '')
    .replace(/^.*[/\\]/, '')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, '')
    .replace(/\.lua$/i, '')
    .trim();
  return `${[...base].slice(0, MOST_NAME).join('') || 'scene'}.lua`;
}

const whole = (value, most) => (Number.isInteger(value) && value >= 1 && value <= most ? value : null);

function pairs(list) {
  if (!Array.isArray(list)) return [];
  const right = (each) => Array.isArray(each) && each.length === 2 && each.every((part) => typeof part === 'string' && !part.includes('\0'));
  return list.filter(right).slice(0, MOST_PARAMETERS);
}

function size(value) {
  if (!Array.isArray(value)) return null;
  const [width, height] = value.map((side) => whole(side, MOST_SIDE));
  return width && height ? { width, height } : null;
}

/** A view as the session has it; null unless every part is there and makes sense. */
export function camera(value) {
  if (!value || typeof value !== 'object') return null;
  const point = (each) => Array.isArray(each) && each.length === 3 && each.every(Number.isFinite);
  const { kind, from, look_at, up, fov, height, aperture, focus, blades } = value;
  if (!['perspective', 'orthographic'].includes(kind) || ![from, look_at, up].every(point)) return null;
  if (![fov, height, aperture, focus, blades].every(Number.isFinite)) return null;
  return { kind, from: [...from], look_at: [...look_at], up: [...up], fov, height, aperture, focus, blades };
}
