/** test_write_camera.mjs - the camera written into scripts of many shapes; the command renders what was meant. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { lastCall, numberOf, pointOf } from '../../../web/camera/call.js';
import { look, orbit, pan, zoom } from '../../../web/camera/orbit.js';
import { cameraLine, looksSame, writeCamera } from '../../../web/camera/write.js';
import { cameraWords } from '../../../web/ui/save.js';

const script = { kind: 'perspective', from: [0, 1, 5], look_at: [0, 1, 0],
  up: [0, 1, 0], fov: 40, height: 2, aperture: 0, focus: 5, blades: 0 };
const turned = { ...script, from: [3.000012345, 2.5, -4], look_at: [0.25, 1, 0], focus: 0 };
const flat = { ...script, kind: 'orthographic', height: 3 };
const write = (text, camera = turned, own = script) => writeCamera(text, camera, own);
const at = (...from) => ({ ...script, from });

test('values are replaced where they stand; the rest stays', () => {
  assert.equal(write('camera{ from = {0, 1, 5}, look_at = {0, 1, 0}, fov = 40 } -- mine\nsphere{}\n'),
    'camera{ from = {3, 2.5, -4}, look_at = {.25, 1, 0}, fov = 40 } -- mine\nsphere{}\n');
  assert.equal(write('local d = 5\ncamera {\n  from = {0, 1, d}, -- here\n  look_at = ball,\n  exposure = 1,\n}\n'),
    'local d = 5\ncamera {\n  from = {3, 2.5, -4}, -- here\n  look_at = {.25, 1, 0},\n  exposure = 1,\n}\n');
  assert.equal(write('camera({ look_at = f({1, 2}, "}"), from = vec3(0, 1, 5) })'),
    'camera({ look_at = {.25, 1, 0}, from = {3, 2.5, -4} })');
  assert.equal(write('camera{ from = a + b * 2; look_at = t[1] }'), 'camera{ from = {3, 2.5, -4}; look_at = {.25, 1, 0} }');
  assert.equal(write('camera{ ["from"] = a, look_at = b }'), 'camera{ ["from"] = {3, 2.5, -4}, look_at = {.25, 1, 0} }');
  assert.equal(write('camera{ from = (function() if x then return 1, 2 end; for i = 1, 2 do end; repeat until f{1, 2} end)(), look_at = b, name = "n" }'),
    'camera{ from = {3, 2.5, -4}, look_at = {.25, 1, 0}, name = "n" }');
  assert.equal(write('camera --[[ a ]] { from --[[,]] = --{\n {0, 1, --[[ 1, ]] 5} --[[ z ]], look_at = {0, 1, 0} }'),
    'camera --[[ a ]] { from --[[,]] = --{\n {3, 2.5, -4} --[[ z ]], look_at = {.25, 1, 0} }');
});

test('a value that has not changed stays as it is written', () => {
  const around = { ...script, from: [5, 1, 0] };
  assert.equal(write('camera{ from = p, look_at = ball, fov = angle, up = z, aperture = 2 * r }', around),
    'camera{ from = {5, 1, 0}, look_at = ball, fov = angle, up = z, aperture = 2 * r }');
  assert.equal(write('camera{ from = p, look_at = {0, 1., 0e3}, fov = 40.0 }', around, null),
    'camera{ from = {5, 1, 0}, look_at = {0, 1., 0e3}, fov = 40.0 }');
  // Not known what the expressions are: they are replaced.
  assert.equal(write('camera{ from = p, look_at = ball, fov = angle }', around, null),
    'camera{ from = {5, 1, 0}, look_at = {0, 1, 0}, fov = 40 }');
  assert.equal(write('camera{ from = p, look_at = q }', script), 'camera{ from = p, look_at = q }');
});

test('missing fields come after the last one, laid out like it', () => {
  assert.equal(write('camera{ fov = 40 }'), 'camera{ fov = 40, from = {3, 2.5, -4}, look_at = {.25, 1, 0} }');
  assert.equal(write('camera{ fov = 40, }'), 'camera{ fov = 40, from = {3, 2.5, -4}, look_at = {.25, 1, 0}, }');
  assert.equal(write('camera{}'), 'camera{ from = {3, 2.5, -4}, look_at = {.25, 1, 0}, fov = 40 }');
  assert.equal(write('camera{ fov = 40 -- wide\n}'), 'camera{ fov = 40, from = {3, 2.5, -4}, look_at = {.25, 1, 0} -- wide\n}');
  assert.equal(write('camera{\n  fov = 40\n}'), 'camera{\n  fov = 40,\n  from = {3, 2.5, -4},\n  look_at = {.25, 1, 0}\n}');
  assert.equal(write('camera{\n  fov = 40, -- wide; enough\n}'),
    'camera{\n  fov = 40, -- wide; enough\n  from = {3, 2.5, -4},\n  look_at = {.25, 1, 0},\n}');
  assert.equal(write('camera{\n  fov = 40 -- wide, enough\n}'),
    'camera{\n  fov = 40, -- wide, enough\n  from = {3, 2.5, -4},\n  look_at = {.25, 1, 0}\n}');
  assert.equal(write('camera{\n\tfov = 40 }'), 'camera{\n\tfov = 40,\n\tfrom = {3, 2.5, -4},\n\tlook_at = {.25, 1, 0} }');
  assert.equal(write('camera{\n  fov = 40, --[[ a\n b ]]\n}'),
    'camera{\n  fov = 40,\n  from = {3, 2.5, -4},\n  look_at = {.25, 1, 0}, --[[ a\n b ]]\n}');
});

test('the last call counts; strings, comments, fields and methods are none', () => {
  const rest = '-- camera{ from = {9, 9, 9} }\nlocal s = "camera{}" --[[ camera{ ]] sphere{ visible = { camera = false } } x.camera{ 1 } x:camera{ 2 } print [[camera{}]] [=[\ncamera{}]] ]=]';
  assert.equal(write(`camera{ from = {1, 1, 1} }\ncamera{ name = "b", from = {0, 1, 5}, look_at = {0, 1, 0} }\n${rest}`),
    `camera{ from = {1, 1, 1} }\ncamera{ name = "b", from = {3, 2.5, -4}, look_at = {.25, 1, 0} }\n${rest}`);
  const added = write(rest).split('\n');
  assert.equal(added[1], 'camera{ from = {3, 2.5, -4}, look_at = {.25, 1, 0}, fov = 40 }');
  assert.equal(added.filter((line, i) => i !== 1).join('\n'), rest);
  assert.equal(write('function camera(t) return t end'),
    `camera{ from = {3, 2.5, -4}, look_at = {.25, 1, 0}, fov = 40 }\nfunction camera(t) return t end`);
  assert.equal(write('if a then\n  f(function() camera{ from = p, look_at = q } end)\nend'),
    'if a then\n  f(function() camera{ from = {3, 2.5, -4}, look_at = {.25, 1, 0} } end)\nend');
});

test('without a call, one is added as the first statement', () => {
  const added = 'camera{ from = {3, 2.5, -4}, look_at = {.25, 1, 0}, fov = 40 }';
  assert.equal(write(''), `${added}\n`);
  assert.equal(write('-- only a comment'), `-- only a comment\n${added}\n`);
  assert.equal(write('sphere{}'), `${added}\nsphere{}`);
  assert.equal(write('-- A ball.\n\nmoonlit(1)\n  -- more\nsphere{}\n'), `-- A ball.\n\nmoonlit(1)\n  -- more\n${added}\nsphere{}\n`);
  assert.equal(write('#!/usr/bin/moonlit\n--[[ long\n  comment ]]\n  sphere{}'),
    `#!/usr/bin/moonlit\n--[[ long\n  comment ]]\n${added}\n  sphere{}`);
  assert.equal(write('moonlit(1); sphere{}'), `moonlit(1);\n${added}\nsphere{}`);
  assert.equal(write('moonlit(1)\n'), `moonlit(1)\n${added}\n`);
  assert.equal(write('(f or g)()'), `${added};\n(f or g)()`, 'no call of what camera{} gives');
  // Its table is made elsewhere; a call before it would not count.
  assert.equal(write('local view = {}\ncamera(view)\n'), `local view = {}\n${added}\n`);
  assert.equal(cameraLine('-- a\n\ncamera{}\n'), 3);
  assert.equal(cameraLine('-- camera{}'), 0);
});

test('up: only where it says something, or stands there', () => {
  assert.equal(write('camera{ from = p, look_at = q, up = u }', turned, { ...script, up: [0, 0, -1] }),
    'camera{ from = {3, 2.5, -4}, look_at = {.25, 1, 0}, up = {0, 1, 0} }');
  assert.equal(write('', { ...turned, up: [0, 0, 1] }), 'camera{ from = {3, 2.5, -4}, look_at = {.25, 1, 0}, up = {0, 0, 1}, fov = 40 }\n');
  const down = { ...script, from: [0, 5, 0], look_at: [0, 0, 0], up: [0, 0, -1] };
  assert.equal(write('', down), 'camera{ from = {0, 5, 0}, look_at = {0, 0, 0}, fov = 40 }\n', '-z is the default of a view from above');
  assert.match(write('', { ...down, up: [1, 0, 0] }), /up = \{1, 0, 0\}/);
});

test('kinds: fov and size take each other’s place', () => {
  assert.equal(write('camera{ kind = "orthographic", from = {0, 1, 5}, look_at = {0, 1, 0}, size = 2 }',
    { ...flat, height: 3.14159265 }, { ...flat, height: 2 }),
    'camera{ kind = "orthographic", from = {0, 1, 5}, look_at = {0, 1, 0}, size = 3.14159 }');
  assert.equal(write('camera{ from = p, look_at = q, fov = 30 }', { ...turned, kind: 'orthographic', height: 3 }),
    'camera{ from = {3, 2.5, -4}, look_at = {.25, 1, 0}, size = 3, kind = "orthographic" }');
  assert.equal(write('camera{ kind = "orthographic", from = p, look_at = q, size = s }', turned, flat),
    'camera{ kind = "perspective", from = {3, 2.5, -4}, look_at = {.25, 1, 0}, fov = 40 }');
  assert.equal(write('camera{\n  fov = 30, -- wide\n}', { ...turned, kind: 'orthographic', height: 2 }),
    'camera{\n  size = 2, -- wide\n  kind = "orthographic",\n  from = {3, 2.5, -4},\n  look_at = {.25, 1, 0},\n}');
  assert.equal(write('', flat), 'camera{ kind = "orthographic", from = {0, 1, 5}, look_at = {0, 1, 0}, size = 3 }\n');
});

test('lens and focus', () => {
  const sharp = { ...turned, aperture: 0.1, focus: 4.5 };
  const own = { ...script, aperture: 0.1, focus: 4 };
  const begin = 'camera{ from = {3, 2.5, -4}, look_at = {.25, 1, 0}';
  const cases = [
    ['camera{ from = p, look_at = q, aperture = .1, focus = 4.5 }', `${begin}, aperture = .1, focus = 4.5 }`],
    ['camera{ from = p, look_at = q, aperture = r, focus = {0, 1, .5} }', `${begin}, aperture = r, focus = 4.5 }`],
    ['camera{ from = p, look_at = q, aperture = r, focus = ball }', `${begin}, aperture = r, focus = 4.5 }`],
    ['camera{ from = p, look_at = q, aperture = .1 }', `${begin}, aperture = .1, focus = 4.5 }`],
    ['camera{ from = p, look_at = q }', `${begin}, aperture = .1, focus = 4.5 }`],
    ['camera{ from = p, look_at = q, aperture = .2 }', `${begin}, aperture = .1, focus = 4.5 }`],
    ['camera{ from = p, look_at = q, fstop = n }', `${begin}, fstop = n, focus = 4.5 }`],
    ['camera{ from = p, look_at = q, fstop = 4 }', `${begin}, aperture = .1, focus = 4.5 }`],
  ];
  for (const [text, expected] of cases) assert.equal(write(text, sharp, own), expected, text);
  // The f-number of that very diameter stays, without knowing the script's camera.
  const fstop = 0.024 / 2 / Math.tan((20 * Math.PI) / 180) / 0.1;
  assert.equal(write(`camera{ from = p, look_at = q, fstop = ${fstop}, fov = 40, focus = 4.5 }`, sharp, null),
    `${begin}, fstop = ${fstop}, fov = 40, focus = 4.5 }`);
  // Automatic, or of a pinhole
  assert.equal(write('camera{ from = p, look_at = q, aperture = r }', { ...turned, aperture: 0.1 }, { ...own }),
    `${begin}, aperture = r }`);
  assert.equal(write('camera{ from = p, look_at = q, focus = 3 }'), `${begin}, focus = 3 }`);
  assert.match(write('camera{ from = p, look_at = q, focus = ball }'), /focus = \d+\.\d+ }/, 'a point may lie behind the new camera');
  assert.equal(write('', { ...sharp, aperture: 0 }), `${begin}, fov = 40 }\n`);
});

test('a field given twice: the last one counts', () => {
  assert.equal(write('camera{ from = a, look_at = q, from = b }'), 'camera{ look_at = {.25, 1, 0}, from = {3, 2.5, -4} }');
});

test('half-written texts are left whole', () => {
  for (const text of ['camera{ from = {0, 1', 'camera{', 'camera', 'camera{ from = }', '--[[ camera{', "camera{ 'x",
    'camera(', 'camera{ = 3 }', 'camera{ , , }', 'camera{ [1] = 2, 3 }']) {
    const out = write(text);
    assert.ok(out.includes(text.slice(0, 6)), out);
    assert.ok(out.length >= text.length, out);
  }
});

/** The camera that a written text makes: its numbers, as Lua reads them. */
function cameraOf(text, camera) {
  const fields = new Map(lastCall(text, 'camera').fields.map((field) => [field.name, field.value]));
  return {
    ...camera, from: pointOf(fields.get('from')), look_at: pointOf(fields.get('look_at')),
      up: fields.has('up') ? pointOf(fields.get('up')) : [0, 1, 0],
    fov: fields.has('fov') ? numberOf(fields.get('fov')) : camera.fov,
      height: fields.has('size') ? numberOf(fields.get('size')) : camera.height,
    aperture: fields.has('aperture') ? numberOf(fields.get('aperture')) : 0, focus: fields.has('focus') ? numberOf(fields.get('focus')) : 0,
  };
}

test('digits: as few as do, whatever the size, the place and the angle', () => {
  assert.match(write('', at(0.00312345678, 1.00000000001, 0.0011)), /from = \{\.0031235, 1, \.0011\}/);
  assert.match(write('', { ...at(123456.789, 20000.123, 0), look_at: [0, 0, 0] }), /from = \{123457, 20000, 0\}/);
  for (const size of [1e-9, 1e-3, 1, 1e3, 1e7]) {
    for (const fov of [0.05, 1, 40, 150]) {
      for (const away of [0, 1e4]) {
        const scaled = (v) => v.map((value) => value * size);
        let camera = { ...script, fov, from: scaled([0, 1 + away, 5]), look_at: scaled([0, 1 + away, 0]), focus: 5 * size };
        camera = orbit(pan(camera, 0.123456789, 0.0987654321), 1.2345678, 0.3456789);
        const text = write('', camera);
        assert.ok(looksSame(camera, cameraOf(text, camera)), `${size} ${fov} ${away}: ${text}`);
        const digits = Math.max(...text.match(/[\d.]+(?=[,}e])/g).map((number) => number.replace('.', '').replace(/^0+|0+$/g, '').length));
        assert.ok(digits <= 7 + Math.log10(Math.max(away, 1)) + Math.max(0, Math.log10(40 / fov)), text);
      }
    }
  }
  // Near the pole a digit turns the whole picture: there are as many as it takes.
  const steep = orbit(script, 0.7, 3);
  assert.ok(looksSame(steep, cameraOf(write('', steep), steep)));
});

const moonlit = process.env.MOONLIT;
const REST = 'sphere{ floor = true, radius = .7 }\nplane{}\nbox{ at = {2, .5, -1} }\nrender{ size = {48, 27}, samples = 2, integrator = "normals" }\n';
const SCRIPTS = [
  REST,
  `camera{ fov = 40 }\n${REST}`,
  `camera{\n  look_at = {0, 1, 0}, fov = 30, -- it\n  aperture = .2,\n  focus = {0, .7, 0}\n}\n${REST}`,
  `local ball = sphere{ center = {0, 3, 0} }\ncamera{ from = {0, 1, 6}, look_at = ball, focus = ball, fstop = 1.4 }\n${REST}`,
  `camera{ kind = "orthographic", size = 4 }\n${REST}`,
  `camera{ kind = "orthographic", from = {0, 9, 0}, look_at = {0, 0, 0} }\n${REST}`,
  `if true then camera({ from = {4, 4, 4} }) end\n${REST}`,
  `local view = { from = {4, 4, 4} }\ncamera(view)\n${REST}`,
  `moonlit(1);\n(sphere or plane){ center = {0, 3, 0} }\n${REST}`,
];

test('the command renders what was meant, by the script and by its options', { skip: !moonlit && 'MOONLIT is not set' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'moonlit-'));
  const scene = join(folder, 'scene.lua');
  const hash = (text, ...words) => {
    writeFileSync(scene, text);
    return execFileSync(moonlit, ['hash', scene, ...words],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim().split('\n').at(-1);
  };
  try {
    SCRIPTS.forEach((text, i) => {
      const kind = text.includes('orthographic') ? 'orthographic' : 'perspective';
      const before = { ...script, kind, fov: text.includes('fov = 30') ? 30 : 40, height: text.includes('size = 4') ? 4 : 2 };
      const lens = i === 2 ? 0.2 : i === 3 ? 0.024 / 2 / Math.tan(Math.PI / 9) / 1.4 : 0;
      const camera = look(zoom(orbit({ ...before, aperture: lens, focus: 4.4 }, 0.3 + i, 0.4), 0.9, [0.1, 0.2]), 0.05, 0.02);
      const written = write(text, camera, null);
      const rounded = { ...cameraOf(written, camera), aperture: lens };
      assert.ok(looksSame(camera, rounded), written);
      assert.equal(hash(written), hash(text, ...cameraWords(rounded)), written);
      if (i === 1) assert.notEqual(hash(written), hash(text), 'another view');
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
