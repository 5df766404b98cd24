/** test_orbit.mjs - cameras that were moved: distances, aims and poles, at every scale. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axes, heightSeen, orbit, pan, zoom } from '../../../web/camera/orbit.js';
import { dot, length, sub } from '../../../web/camera/vectors.js';

const at = (from, change = {}) => ({
  kind: 'perspective', from, look_at: [0, 1, 0], up: [0, 1, 0], fov: 40, height: 2, aperture: 0, focus: 0, blades: 0, ...change,
});
const near = (a, b, allowed = 1e-9) => assert.ok(length(sub(a, b)) <= allowed, `${a} is not ${b}`);
const distance = (camera) => length(sub(camera.from, camera.look_at));

test('a quarter turn goes from the front to the right', () => {
  near(orbit(at([0, 1, 5]), 90, 0).from, [5, 1, 0]);
  near(orbit(at([0, 1, 5]), 0, 30).from, [0, 1 + 2.5, 5 * Math.cos(Math.PI / 6)]);
  const there = orbit(at([1, 3, 4]), 37, 11);
  near(orbit(there, -37, -11).from, [1, 3, 4]);
});

test('an orbit keeps distance, aim and the horizon, at every scale and past the poles', () => {
  for (const scale of [1e-3, 1, 1e4]) {
    let camera = at([0, scale, 4 * scale], { look_at: [0, 0, 0] });
    const before = distance(camera);
    for (let i = 0; i < 200; i++) {
      camera = orbit(camera, 7, i % 50 < 25 ? 9 : -9);
      assert.ok(Math.abs(distance(camera) / before - 1) < 1e-9);
      assert.deepEqual(camera.look_at, [0, 0, 0]);
      assert.ok(Math.abs(axes(camera).right[1]) < 1e-6, 'the horizon is level');
      assert.ok(axes(camera).up[1] > 0, 'never upside down');
      assert.ok(camera.from.every(Number.isFinite));
    }
  }
});

test('a camera that looks straight down turns about the vertical, and begins where it is', () => {
  const down = at([0, 6, 0], { up: [0, 0, -1] });
  const turned = orbit(down, 0, -60);
  assert.ok(turned.from[2] > 0 && Math.abs(turned.from[0]) < 1e-9, 'what was up in the picture stays up');
  assert.deepEqual(turned.up, [0, 1, 0]);
  const up = orbit(at([0, -4, 0], { up: [0, 0, -1] }), 0, 60);
  assert.ok(up.from[2] < 0, `from below: ${up.from}`);
});

test('a pan follows the hand at the depth of look_at', () => {
  const camera = at([0, 1, 5]);
  const moved = pan(camera, 0.5, 0.25);
  near(sub(moved.from, camera.from), sub(moved.look_at, camera.look_at));
  near(moved.look_at, [-0.5 * heightSeen(camera), 1 + 0.25 * heightSeen(camera), 0]);
  assert.ok(Math.abs(heightSeen(camera) - 2 * 5 * Math.tan(Math.PI / 9)) < 1e-12);
});

test('zooming has ends, and leaves the aim', () => {
  let camera = at([0, 1, 5]);
  assert.ok(Math.abs(distance(zoom(camera, 0.5)) - 2.5) < 1e-12);
  for (let i = 0; i < 300; i++) camera = zoom(camera, 0.8, 2);
  assert.ok(distance(camera) >= 1.9e-4 && camera.from.every(Number.isFinite));
  for (let i = 0; i < 900; i++) camera = zoom(camera, 1.25, 2);
  assert.ok(distance(camera) <= 2.1e4);
  assert.deepEqual(camera.look_at, [0, 1, 0]);
  const flat = zoom(at([0, 1, 5], { kind: 'orthographic', height: 3 }), 2);
  assert.equal(flat.height, 6);
  assert.deepEqual(flat.from, [0, 1, 5]);
  // Beyond an end already, as a script may be: no jump
  const far = zoom(at([0, 1, 9e5]), 0.9, 1);
  assert.ok(distance(far) > 7e5);
});

test('an automatic focus stays automatic, another stays where it is', () => {
  assert.equal(orbit(at([0, 1, 5], { focus: 5 }), 10, 0).focus, 0);
  assert.equal(zoom(at([0, 1, 5], { focus: 4.2 }), 0.5).focus, 4.2);
});

test('nothing comes of a camera without a direction', () => {
  const camera = at([0, 1, 0]);
  assert.equal(orbit(camera, 5, 5), camera);
  assert.equal(zoom(camera, 2), camera);
  assert.ok(pan(camera, 1, 1).from.every(Number.isFinite));
  assert.ok(Math.abs(dot(axes(camera).right, axes(camera).up)) < 1e-12);
});
