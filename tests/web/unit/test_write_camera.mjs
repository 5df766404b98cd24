/** test_write_camera.mjs - the camera written into scripts of many shapes; the command reads back what was written. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeCamera } from '../../../web/camera/write.js';

const script = { kind: 'perspective', from: [0, 1, 5], look_at: [0, 1, 0], up: [0, 1, 0], fov: 40, height: 2, aperture: 0, focus: 5, blades: 0 };
const turned = { ...script, from: [3.000012345, 2.5, -4], look_at: [0.25, 1, 0], focus: 0 };
const write = (text, camera = turned, own = script) => writeCamera(text, camera, own);

test('values are replaced where they stand; the rest stays', () => {
  assert.equal(write('camera{ from = {0, 1, 5}, look_at = {0, 1, 0}, fov = 40 } -- mine\nsphere{}\n'),
    'camera{ from = {3, 2.5, -4}, look_at = {.25, 1, 0}, fov = 40 } -- mine\nsphere{}\n');
  assert.equal(write('local d = 5\ncamera {\n  from = {0, 1, d}, -- here\n  look_at = ball,\n  exposure = 1,\n}\n'),
    'local d = 5\ncamera {\n  from = {3, 2.5, -4}, -- here\n  look_at = {.25, 1, 0},\n  exposure = 1,\n}\n');
  assert.equal(write('camera({ look_at = f({1, 2}, "}"), from = vec3(0, 1, 5) })'), 'camera({ look_at = {.25, 1, 0}, from = {3, 2.5, -4} })');
  assert.equal(write('camera{ from = a + b * 2; look_at = t[1] }'), 'camera{ from = {3, 2.5, -4}; look_at = {.25, 1, 0} }');
});

test('missing fields come behind the last one, laid out like it', () => {
  assert.equal(write('camera{ fov = 40 }'), 'camera{ fov = 40, from = {3, 2.5, -4}, look_at = {.25, 1, 0} }');
  assert.equal(write('camera{ fov = 40, }'), 'camera{ fov = 40, from = {3, 2.5, -4}, look_at = {.25, 1, 0} }');
  assert.equal(write('camera{}'), 'camera{ from = {3, 2.5, -4}, look_at = {.25, 1, 0} }');
  assert.equal(write('camera{\n  fov = 40\n}'), 'camera{\n  fov = 40,\n  from = {3, 2.5, -4},\n  look_at = {.25, 1, 0}\n}');
  assert.equal(write('camera{\n  fov = 40, -- wide; enough\n}'), 'camera{\n  fov = 40,\n  from = {3, 2.5, -4},\n  look_at = {.25, 1, 0}, -- wide; enough\n}');
});

test('the last call counts; strings, comments, fields and methods are none', () => {
  const rest = '-- camera{ from = {9, 9, 9} }\nlocal s = "camera{}" --[[ camera{ ]] sphere{ visible = { camera = false } } x.camera{ 1 } x:camera{ 2 } print [[camera{}]]';
  assert.equal(write(`camera{ from = {1, 1, 1} }\ncamera{ name = "b", from = {0, 1, 5}, look_at = {0, 1, 0} }\n${rest}`),
    `camera{ from = {1, 1, 1} }\ncamera{ name = "b", from = {3, 2.5, -4}, look_at = {.25, 1, 0} }\n${rest}`);
  assert.equal(write(rest), `-- camera{ from = {9, 9, 9} }\ncamera{ from = {3, 2.5, -4}, look_at = {.25, 1, 0}, fov = 40 }\n${rest.split('\n')[1]}`);
});

test('without a call, one is added behind the first comments', () => {
  const added = 'camera{ from = {3, 2.5, -4}, look_at = {.25, 1, 0}, fov = 40 }\n';
  assert.equal(write(''), added);
  assert.equal(write('sphere{}'), `${added}sphere{}`);
  assert.equal(write('-- A ball.\n\nmoonlit(1)\n  -- more\nsphere{}\n'), `-- A ball.\n\nmoonlit(1)\n  -- more\n${added}sphere{}\n`);
  assert.equal(write('camera(settings)\n'), `${added}camera(settings)\n`);
});

test('fov, size, up and focus only where they have changed', () => {
  const flat = { ...script, kind: 'orthographic', height: 3.14159265 };
  assert.equal(write('camera{ kind = "orthographic", from = {0, 1, 5}, look_at = {0, 1, 0}, size = 2 }', flat, { ...flat, height: 2 }),
    'camera{ kind = "orthographic", from = {0, 1, 5}, look_at = {0, 1, 0}, size = 3.1416 }');
  assert.equal(write('camera{ from = {0, 5, 0}, look_at = {0, 1, 0}, up = {0, 0, -1} }', turned, { ...script, up: [0, 0, -1] }),
    'camera{ from = {3, 2.5, -4}, look_at = {.25, 1, 0}, up = {0, 1, 0} }');
  const focused = { ...turned, focus: 4.5 };
  assert.match(write('camera{ from = {0, 1, 5}, look_at = {0, 1, 0}, focus = {0, 1, .5} }', focused), /focus = 4\.5 }/);
  assert.match(write('camera{ from = {0, 1, 5}, look_at = {0, 1, 0}, focus = 4.5 }', focused), /focus = 4\.5 }/);
  assert.match(write('camera{ from = {0, 1, 5}, look_at = {0, 1, 0}, focus = ball }', turned), /focus = ball }/);
});

test('digits follow the distance', () => {
  const small = { ...script, from: [0.00312345678, 0, 0.001], look_at: [0, 0, 0] };
  assert.match(write('', small), /from = \{\.0031235, 0, \.001\}/);
  const large = { ...script, from: [123456.789, 20000.123, 0], look_at: [0, 0, 0] };
  assert.match(write('', large), /from = \{123460, 20000, 0\}/);
});

test('half-written texts are left whole', () => {
  for (const text of ['camera{ from = {0, 1', 'camera{', 'camera', 'camera{ from = }', '--[[ camera{', "camera{ 'x"]) {
    const out = write(text);
    assert.ok(out.includes(text.slice(0, 6)), out);
    assert.ok(out.length >= text.length, out);
  }
});

test('the command reads back what was written', { skip: !process.env.MOONLIT && 'MOONLIT is not set' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'moonlit-'));
  try {
    for (const text of ['sphere{}\n', 'camera{ fov = 40 }\nsphere{}', 'camera{\n  look_at = sphere{}, fov = 30, -- it\n}']) {
      const scene = join(folder, 'scene.lua');
      writeFileSync(scene, write(text));
      const answer = execFileSync(process.env.MOONLIT, ['check', '--json', scene], { encoding: 'utf8' });
      assert.equal(JSON.parse(answer.split('\n')[0]).errors, 0, answer);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
