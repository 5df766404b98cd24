/** test_params.mjs - values of param() and their texts; sliders; settings that the scene knows no more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted, endsWell, listed } from '../../../web/ui/param-file.js';
import { fromHex, fromText, short, slider, stale, toHex, toText } from '../../../web/ui/params.js';

test('every colour of a screen is found again', () => {
  for (let code = 0; code < 256; code += 1) {
    const hex = `#${[code, 255 - code, (code * 7) & 255].map((each) => each.toString(16).padStart(2, '0')).join('')}`;
    assert.equal(toHex(fromHex(hex)), hex);
  }
});

test('colours are linear', () => {
  assert.deepEqual(fromHex('#ffffff'), [1, 1, 1]);
  assert.deepEqual(fromHex('#000000'), [0, 0, 0]);
  // As the engine reports color("#3060a0").
  const engine = [0.029556834437809, 0.11697066775851, 0.35153259950044];
  fromHex('#3060a0').forEach((value, n) => assert.ok(Math.abs(value - engine[n]) < 1e-9));
  assert.equal(toHex(engine), '#3060a0');
  assert.equal(toHex([7, 1, -1]), '#ffff00');
});

test('values are texts and back', () => {
  const cases = [
    [{ type: 'number' }, 0.1, '0.1'], [{ type: 'number' }, -1e-7, '-1e-7'], [{ type: 'int' }, 40, '40'],
    [{ type: 'bool' }, true, 'true'], [{ type: 'bool' }, false, 'false'], [{ type: 'string' }, ' a, "b" ', ' a, "b" '],
    [{ type: 'choice', choices: ['ball', 'box'] }, 'box', 'box'],
    [{ type: 'vec3' }, [1, -2.5, 1e-9], '1,-2.5,1e-9'], [{ type: 'color' }, [0.5, 0, 2], '0.5,0,2'],
  ];
  for (const [param, value, text] of cases) {
    assert.equal(toText(param, value), text);
    assert.deepEqual(fromText(param, text), value);
  }
  assert.deepEqual(fromText({ type: 'bool' }, '1'), true);
  assert.deepEqual(fromText({ type: 'color' }, '#ffffff'), [1, 1, 1]);
});

test('what is no value is none', () => {
  for (const [param, text] of [
    [{ type: 'number' }, ''], [{ type: 'number' }, '1x'], [{ type: 'int' }, '1.5'], [{ type: 'bool' }, 'yes'],
    [{ type: 'choice', choices: ['a'] }, 'b'], [{ type: 'vec3' }, '1,2'], [{ type: 'vec3' }, '1,2,x'], [{ type: 'color' }, 'blueish'],
  ]) assert.equal(fromText(param, text), null, `${param.type} '${text}'`);
});

test('sliders have two ends and a step to take hold of', () => {
  assert.equal(slider({ type: 'number', min: 0 }), null);
  assert.equal(slider({ type: 'number', min: 1, max: 1 }), null);
  assert.deepEqual(slider({ type: 'number', min: 0, max: 1, step: 0.05 }), { min: 0, max: 1, step: 0.05 });
  assert.deepEqual(slider({ type: 'int', min: 0, max: 5 }), { min: 0, max: 5, step: 1 });
  for (const [min, max, step] of [[0, 1, 0.01], [0, 2, 0.01], [-18, 90, 1], [0, 1000, 10], [0, 0.02, 0.0001]]) {
    const got = slider({ type: 'number', min, max });
    assert.ok(Math.abs(got.step / step - 1) < 1e-9, `${min}..${max}: ${got.step}`);
    const steps = (max - min) / got.step;
    assert.ok(steps >= 20 && steps <= 200.001, `${steps} steps`);
  }
});

test('numbers are shown without noise', () => {
  assert.equal(short(0.1 + 0.2), '0.3');
  assert.equal(short(0.25), '0.25');
  assert.equal(short(100000), '100000');
});

test('settings of parameters that are gone are found only where nothing else is wrong', () => {
  const error = (name) => ({ severity: 'error', message: `--set ${name}=3: the scene has no parameter '${name}', only size` });
  const set = new Map([['size', '2'], ['old', '3']]);
  const params = [{ name: 'size' }];
  assert.deepEqual(stale({ params, script: { diagnostics: [error('old')] } }, set), ['old']);
  assert.deepEqual(stale({ params, script: { diagnostics: [error('old'), { severity: 'warning', message: 'x' }] } }, set), ['old']);
  assert.deepEqual(stale({ params, script: { diagnostics: [error('old'), { severity: 'error', message: 'sphere has no field' }] } }, set), []);
  assert.deepEqual(stale({ params: [], script: { diagnostics: [{ severity: 'error', message: "'end' expected" }] } }, set), []);
  assert.deepEqual(stale({ params, script: { diagnostics: [] } }, new Map([['size', '2']])), []);
});

test('names of files end as the script wants it, whatever their case', () => {
  const model = { endings: ['.ply', '.OBJ'] };
  for (const name of ['a.ply', 'models/A.PLY', 'b.obj', '.ply']) assert.equal(endsWell(model, name), true, name);
  for (const name of ['', 'ply', 'a.ply.gz', 'a.png']) assert.equal(endsWell(model, name), false, name);
  assert.deepEqual([endsWell({}, 'whatever'), endsWell({}, '')], [true, false]);
});

test("the browser's picker is told endings that it knows, people all of them", () => {
  assert.equal(accepted({ endings: ['.ply', '_normal.png', 'hdr'] }), '.ply,.png,.hdr');
  assert.equal(accepted({}), '');
  assert.deepEqual([listed({ endings: ['.ply'] }), listed({ endings: ['.ply', '.obj', '.glb'] }), listed({})], ['.ply', '.ply, .obj or .glb', '']);
});
