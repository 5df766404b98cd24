/** test_link.mjs - scenes in links: there and back, whatever is in them; damaged, huge and hostile ones. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { describe, test } from 'node:test';
import zlib from 'node:zlib';

// Node 18's streams know "deflate" only.
function streamOf(make) {
  return class {
    constructor(format) {
      assert.equal(format, 'deflate-raw');
      const { readable, writable } = Duplex.toWeb(make());
      this.readable = readable;
      this.writable = writable;
    }
  };
}
try {
  new CompressionStream('deflate-raw');
} catch {
  globalThis.CompressionStream = streamOf(zlib.createDeflateRaw);
  globalThis.DecompressionStream = streamOf(zlib.createInflateRaw);
}
const { LinkError, PICTURE_VERSION, camera, decodeLink, encodeLink, fileName, fromBase64url, linkIn, toBase64url } = await import('../../../web/keep/link.js');

const CAMERA = {
  kind: 'perspective', from: [0, 1.5, 0.1 + 0.2], look_at: [0, 1, 0], up: [0, 1, 0], fov: 40, height: 1, aperture: 0, focus: 1e-7, blades: 0,
};
const SCENE = {
  name: 'my ball.lua',
  text: '-- Grüße, 月 🌕\nsphere{}\n',
  parameters: new Map([['size', '1.1'], ["it's", 'a=b\n"c"']]),
  camera: CAMERA,
  size: { width: 96, height: 54 },
  samples: 16,
};

const packed = (plain) => toBase64url(zlib.deflateRawSync(typeof plain === 'string' || plain instanceof Uint8Array ? plain : JSON.stringify(plain)));
const decoded = (plain) => decodeLink(packed(plain));

describe('links', () => {
  test('bring everything back', async () => {
    const fragment = await encodeLink(SCENE);
    assert.match(fragment, /^s=[\w-]+$/);
    assert.deepEqual(await decodeLink(linkIn(`#${fragment}`)), { ...SCENE, picture: PICTURE_VERSION });
  });

  test('leave out what is as the script says', async () => {
    const bare = { name: 'scene.lua', text: '', parameters: new Map(), camera: null, size: null, samples: null };
    assert.deepEqual(await decodeLink(linkIn(await encodeLink(bare))), { ...bare, picture: PICTURE_VERSION });
  });

  test('are short', async () => {
    const text = readFileSync(new URL('../../../scenes/hello.lua', import.meta.url), 'utf8');
    const fragment = await encodeLink({ ...SCENE, text });
    assert.ok(fragment.length < text.length, `${fragment.length} characters for ${text.length}`);
  });

  test('take bytes of every kind', () => {
    for (const size of [0, 1, 2, 3, 4, 255, 70_000]) {
      const bytes = Uint8Array.from({ length: size }, (_, n) => (n * 151 + size) & 255);
      assert.deepEqual(fromBase64url(toBase64url(bytes)), bytes);
    }
  });

  test('are known by their fragment', () => {
    assert.equal(linkIn('#s=AB'), 'AB');
    assert.equal(linkIn('s=AB'), 'AB');
    assert.equal(linkIn('#section'), null);
    assert.equal(linkIn(''), null);
  });

  test('survive what programs put behind them', async () => {
    const code = linkIn(await encodeLink(SCENE));
    for (const tail of ['.', ' ', '\n', ').', ',']) assert.equal((await decodeLink(code + tail)).text, SCENE.text);
  });

  test('that are damaged are refused in words', async () => {
    const code = linkIn(await encodeLink({ ...SCENE, text: SCENE.text.repeat(40) }));
    const middle = Math.floor(code.length / 2);
    for (const wrong of ['', '%%%', 'AAAA', 'A', 'A'.repeat(3000), code.slice(0, middle), code.slice(middle), packed('no JSON'), packed('null'),
      packed('"text"'), packed({ v: 1 }), packed({ v: 1, text: 7 }), packed({ text: 'sphere{}' }), packed(Uint8Array.of(0x22, 0xff, 0x22))]) {
      await assert.rejects(decodeLink(wrong), (error) => error instanceof LinkError && /damaged/.test(error.message), `of '${wrong.slice(0, 30)}'`);
    }
  });

  test('of a newer page are said to be so', async () => {
    await assert.rejects(decoded({ v: 2, text: '' }), /newer/);
  });

  test('that inflate to gigabytes are given up early', async () => {
    const bomb = zlib.deflateRawSync(Buffer.alloc(64 << 20), { level: 1 });
    assert.ok(bomb.length < 1 << 20);
    const before = process.memoryUsage().arrayBuffers;
    await assert.rejects(decodeLink(toBase64url(bomb)), (error) => error instanceof LinkError && /4 MB/.test(error.message));
    assert.ok(process.memoryUsage().arrayBuffers - before < 32 << 20, 'memory');
  });

  test('too long are not made', async () => {
    await assert.rejects(encodeLink({ ...SCENE, text: 'x'.repeat(5 << 20) }), LinkError);
  });

  test('carry only what makes sense', async () => {
    const odd = await decoded({
      v: 1, text: 'sphere{}', name: '../../etc/pass\u202ewd', parameters: [['a', 'b'], ['c'], 'd', [1, 2], ['e', 'f\0g'], null], camera: { ...CAMERA, fov: '40' },
      size: [0, 7], samples: -3, picture: 'two', more: 1,
    });
    assert.deepEqual(odd, {
      name: 'passwd.lua', text: 'sphere{}', parameters: new Map([['a', 'b']]), camera: null, size: null, samples: null, picture: null,
    });
    assert.equal((await decoded({ v: 1, text: '', parameters: { a: 1 }, size: 7, camera: 'none' })).camera, null);
  });
});

test('cameras are whole or none', () => {
  assert.deepEqual(camera(CAMERA), CAMERA);
  for (const wrong of [null, 7, {}, { ...CAMERA, kind: 'fish' }, { ...CAMERA, from: [1, 2] }, { ...CAMERA, up: [0, null, 0] }, { ...CAMERA, focus: NaN }]) {
    assert.equal(camera(wrong), null);
  }
});

test('names are those of files', () => {
  assert.equal(fileName('ball'), 'ball.lua');
  assert.equal(fileName('a/b\\ball.LUA'), 'ball.lua');
  assert.equal(fileName('  '), 'scene.lua');
  assert.equal(fileName(undefined), 'scene.lua');
  assert.equal(fileName('<b>x</b>.lua'), 'b>.lua'); // what looks like a folder goes
  assert.equal([...fileName('月'.repeat(500))].length, 104);
});

test("the picture version is the engine's", () => {
  const header = readFileSync(new URL('../../../engine/moonlit.h', import.meta.url), 'utf8');
  assert.equal(PICTURE_VERSION, Number(/#define ML_PICTURE_VERSION (\d+)/.exec(header)[1]));
});
