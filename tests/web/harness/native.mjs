/**
 * native.mjs - the moonlit command beside the page: what both must agree about. Reads MOONLIT (build/moonlit). Hashes are computed once for
 * both browsers.
 */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
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
