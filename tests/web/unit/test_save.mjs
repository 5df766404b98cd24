/** test_save.mjs - command lines: words as a shell reads them, flags as the command takes them; names of files. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cameraWords, commandLine, fileFor, quote, shownPicture } from '../../../web/ui/save.js';

const execute = promisify(execFile);
const root = resolve(fileURLToPath(import.meta.url), '../../../..');
const moonlit = resolve(root, process.env.MOONLIT || 'build/moonlit');

const CAMERA = {
  kind: 'perspective', from: [0.1 + 0.2, 1.5, 6], look_at: [0, 1, -1e-7], up: [0, 1, 0], fov: 40, height: 2, aperture: 0, focus: 5, blades: 0,
};
const PLAIN = { name: 'scene.lua', parameters: new Map(), size: null, samples: null, camera: null };

test('a shell reads the words that were meant', async () => {
  const words = ['plain', 'two words', "it's", '"quoted"', '$HOME `id` $(id)', 'a\\b', 'a\nb', '*', '~', '-x', 'size=1.5', '月 🌕', '#3060a0', '!!', '', 'a;b&c|d<e>f', "''"];
  const { stdout } = await execute('sh', ['-c', `printf '%s\\0' ${words.map(quote).join(' ')}`]);
  assert.deepEqual(stdout.split('\0').slice(0, -1), words);
});

test('lines say what differs from the script, and nothing else', () => {
  assert.equal(commandLine(PLAIN), 'moonlit render scene.lua');
  assert.equal(
    commandLine({ ...PLAIN, name: 'my ball.lua', parameters: new Map([['size', '1.1'], ['name', "it's"]]), size: { width: 96, height: 54 }, samples: 4 }),
    "moonlit render 'my ball.lua' --set size=1.1 --set 'name=it'\\''s' --size 96x54 --samples 4",
  );
  assert.equal(commandLine({ ...PLAIN, name: '-x.lua' }), 'moonlit render ./-x.lua');
});

test('cameras keep their digits', () => {
  const words = cameraWords(CAMERA);
  assert.deepEqual(words, ['--from', '0.30000000000000004,1.5,6', '--look-at', '0,1,-1e-7', '--up', '0,1,0', '--fov', '40']);
  assert.deepEqual(words[1].split(',').map(Number), CAMERA.from);
  assert.deepEqual(cameraWords({ ...CAMERA, kind: 'orthographic', aperture: 0.1 }).slice(6), ['--height', '2', '--aperture', '0.1', '--focus', '5']);
});

test("a picture with a link's limits is the one that is shown", () => {
  const session = {
    ...PLAIN, budget: 'own', frame: { width: 640, height: 360, current: true, scale: 1 }, figures: { samples: { wanted: 256 } },
  };
  assert.deepEqual(shownPicture(session), PLAIN);
  assert.deepEqual(shownPicture({ ...session, budget: 'link' }), { ...PLAIN, size: { width: 640, height: 360 }, samples: 256 });
});

test('files have names that every system takes', () => {
  assert.equal(fileFor('my ball.lua', 'png'), 'my ball.png');
  assert.equal(fileFor('a/b:c?.lua', 'hdr'), 'a_b_c_.hdr');
  assert.equal(fileFor('..lua', 'lua'), 'scene.lua');
});

const SCENE = `local size = param("size", 1, { min = .1, max = 2 })
local what = param("what", "a b")
camera{ from = {0, 1.5, 6}, look_at = {0, 1, 0}, fov = 40 }
background{ .6 }
plane{}
sphere{ center = {0, what == "it's $5" and 2 or 1, 0}, radius = size, material = "#b03a2e" }
`;

test('the command takes the line and renders that picture', { skip: !existsSync(moonlit) && `there is no ${moonlit}` }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'moonlit-save-'));
  try {
    const hash = async (text, wanted) => {
      await writeFile(join(folder, 'my scene.lua'), text);
      const line = commandLine({ ...PLAIN, name: 'my scene.lua', size: { width: 32, height: 18 }, samples: 2, ...wanted });
      const { stdout } = await execute('sh', ['-c', line.replace('moonlit render', `${quote(moonlit)} hash`)], { cwd: folder });
      return stdout.trim().split('\n').pop();
    };
    const edited = SCENE.replace('"size", 1,', '"size", 1.25,').replace('"a b"', '"it\'s $5"');
    const view = { ...CAMERA, from: [3, 2, 5.3] };
    const [set, said, plain, seen, written] = [
      await hash(SCENE, { parameters: new Map([['size', '1.25'], ['what', "it's $5"]]) }),
      await hash(edited),
      await hash(SCENE),
      await hash(SCENE, { camera: view }),
      await hash(SCENE.replace('{0, 1.5, 6}, look_at = {0, 1, 0}', '{3, 2, 5.3}, look_at = {0, 1, -1e-7}')),
    ];
    assert.match(set, /^[0-9a-f]{16}$/);
    assert.equal(set, said);
    assert.notEqual(set, plain);
    assert.equal(seen, written);
    assert.notEqual(seen, plain);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
