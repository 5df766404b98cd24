/**
 * native.mjs - the moonlit command beside the page: what both must agree about. Reads MOONLIT (build/moonlit). Hashes are computed once for
 * both browsers.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = resolve(fileURLToPath(import.meta.url), '../../../..');
const command = resolve(root, process.env.MOONLIT || 'build/moonlit');
const execute = promisify(execFile);

/** Runs the command in the tree's root; resolves to {stdout (Buffer), stderr (string)}, rejects with what it said. */
export async function native(args, { cwd = root } = {}) {
  try {
    const { stdout, stderr } = await execute(command, args, { cwd, encoding: 'buffer', maxBuffer: 1 << 28 });
    return { stdout, stderr: stderr.toString() };
  } catch (error) {
    throw new Error(`moonlit ${args.join(' ')}: ${error.stderr?.toString() || error.message}`);
  }
}

const hashes = new Map();

/** The film's hash of a scene file, 16 hex digits; args as of `moonlit hash`. */
export function nativeHash(scene, args = []) {
  const key = JSON.stringify([scene, args]);
  if (!hashes.has(key)) {
    hashes.set(key, native(['hash', scene, ...args]).then(({ stdout }) => stdout.toString().trim().split('\n').pop()));
  }
  return hashes.get(key);
}

let folder = null;
let texts = 0;

/** A file with this text as a scene. Goes away with us. */
export function sceneFile(text) {
  if (!folder) {
    folder = mkdtempSync(join(tmpdir(), 'moonlit-scenes-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  }
  const file = join(folder, `scene-${++texts}.lua`);
  writeFileSync(file, text);
  return file;
}

const files = new Map();

/** The film's hash of a scene's text. */
export function nativeHashOf(text, args = []) {
  if (!files.has(text)) files.set(text, sceneFile(text));
  return nativeHash(files.get(text), args);
}
