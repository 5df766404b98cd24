/** test_orbit.mjs - moving a camera: what stays, what changes, poles, and scenes of every size. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { POLE, isAutomaticFocus, isCamera, look, orbit, pan, viewHeight, zoom } from '../../../web/camera/orbit.js';
import { add, cross, dot, frameOf, length, minus, normalize, scale, turn } from '../../../web/camera/vectors.js';

const CAMERA = { kind: 'perspective', from: [1, 2, 6], look_at: [0, 0.5, 0],
  up: [0, 1, 0], fov: 40, height: 2, aperture: 0.05, focus: 5, blades: 0 };
const FLAT = { ...CAMERA, kind: 'orthographic', height: 3 };
const distance = ({ from, look_at: to }) => length(minus(to, from));
const near = (a, b, allowed, what = '') => assert.ok(Math.abs(a - b) <= allowed, `${what} ${a} is not ${b} within ${allowed}`);
const nearAll = (a, b, allowed, what) => a.forEach((value, i) => near(value, b[i], allowed, what));
const elevation = (camera) => Math.asin(-dot(frameOf(camera).forward, normalize(camera.up)));

/** Where a point is seen: [right, up] in heights of the picture from its middle. */
function seenAt(camera, point) {
  const frame = frameOf(camera);
  const v = minus(point, camera.from);
  const high = camera.kind === 'orthographic' ? camera.height : (viewHeight(camera) / frame.distance) * dot(v, frame.forward);
  return [dot(v, frame.right) / high, dot(v, frame.up) / high];
}

const SIZES = [1e-9, 1e-3, 1, 1e4, 1e9];
const sized = (camera, size) => ({
  ...camera, from: scale(camera.from, size), look_at: scale(camera.look_at, size),
    height: camera.height * size, focus: camera.focus * size, aperture: camera.aperture * size,
});

test('vectors: turning keeps length and angle, and goes the right way', () => {
  nearAll(turn([0, 0, 1], [0, 1, 0], Math.PI / 2), [1, 0, 0], 1e-15);
  nearAll(turn([1, 2, 3], normalize([1, 2, 3]), 1.2), [1, 2, 3], 1e-14);
  near(length(normalize([3e200, 4e200, 0])), 1, 1e-15);
  near(length(normalize([3e-200, 4e-200, 0])), 1, 1e-15);
  nearAll(normalize([0, 0, 0]), [0, 0, 0], 0);
});

test('an orbit keeps aim, distance and level, and goes around', () => {
  const there = orbit(CAMERA, 0.7, 0.2);
  nearAll(there.look_at, CAMERA.look_at, 0);
  near(distance(there), distance(CAMERA), 1e-12);
  near(elevation(there), elevation(CAMERA) + 0.2, 1e-12);
  near(frameOf(there).right[1], 0, 1e-15, 'no roll:');
  const around = orbit(CAMERA, 2 * Math.PI, 0);
  nearAll(around.from, CAMERA.from, 1e-12);
  const back = orbit(there, -0.7, -0.2);
  nearAll(back.from, CAMERA.from, 1e-12);
});

test('to the right and upwards are what they say', () => {
  const straight = { ...CAMERA, from: [0, 0, 5], look_at: [0, 0, 0] };
  assert.ok(orbit(straight, 0.1, 0).from[0] > 0);
  assert.ok(orbit(straight, 0, 0.1).from[1] > 0);
  assert.ok(look(straight, 0.1, 0).look_at[0] < 0);
  assert.ok(look(straight, 0, 0.1).look_at[1] > 0);
  assert.ok(pan(straight, 0.1, 0).from[0] > 0);
  assert.ok(pan(straight, 0, 0.1).from[1] > 0);
});

test('an orbit ends at the poles, without a flip', () => {
  for (const sign of [1, -1]) {
    let camera = CAMERA;
    const right = frameOf(CAMERA).right;
    for (let i = 0; i < 200; i++) camera = orbit(camera, 0, sign * 0.05);
    near(elevation(camera), sign * (Math.PI / 2 - POLE), 1e-9);
    nearAll(frameOf(camera).right, right, 1e-9, 'right');
    near(elevation(orbit(camera, 0, -sign * 0.3)), sign * (Math.PI / 2 - POLE - 0.3), 1e-9);
    const beyond = orbit(CAMERA, 0, sign * 1000);
    nearAll(beyond.from, camera.from, 1e-8);
  }
});

test('a script nearer to the pole than an orbit goes stays there until it comes down', () => {
  const steep = { ...CAMERA, from: [0, 5, 1e-3], look_at: [0, 0, 0] };
  near(elevation(orbit(steep, 0.5, 0)), elevation(steep), 1e-9);
  near(elevation(orbit(steep, 0, 0.5)), elevation(steep), 1e-9);
  near(elevation(orbit(steep, 0, -0.5)), elevation(steep) - 0.5, 1e-9);
});

test('straight down, where -z is up by itself, turns about y and keeps the top of the picture', () => {
  for (const [y, sign] of [[5, 1], [-5, -1]]) {
    const down = { ...CAMERA, from: [0, y, 0], look_at: [0, 0, 0], up: [0, 0, -1] };
    const before = frameOf(down);
    const moved = orbit(down, 1e-9, 0);
    nearAll(moved.up, [0, 1, 0], 0);
    nearAll(frameOf(moved).up, before.up, 2e-3, 'top');
    nearAll(frameOf(moved).right, before.right, 2e-3, 'right');
    near(elevation(orbit(down, 0, -sign * 0.5)), sign * (Math.PI / 2 - 0.5), 2e-3);
    assert.ok(orbit(down, 0, -0.5).from[2] * sign > 0 || sign < 0);
  }
});

test("a world whose up is z turns about z, also looking along y", () => {
  const front = { ...CAMERA, from: [0, -5, 0], look_at: [0, 0, 0], up: [0, 0, 1] };
  const there = orbit(front, Math.PI / 2, 0);
  nearAll(there.from, [5, 0, 0], 1e-12);
  nearAll(there.up, [0, 0, 1], 0);
  near(orbit(front, 0, 0.4).from[2], 5 * Math.sin(0.4), 1e-12);
});

test('a drag takes what is at look_at along with the pointer, in both kinds', () => {
  for (const camera of [CAMERA, FLAT]) {
    const frame = frameOf(camera);
    const point = add(camera.look_at, add(scale(frame.right, 0.3), scale(frame.up, -0.2)));
    const before = seenAt(camera, point);
    const there = pan(camera, -0.1, -0.25); // the pointer went right and up
    const after = seenAt(there, point);
    near(after[0] - before[0], 0.1, 1e-12);
    near(after[1] - before[1], 0.25, 1e-12);
    nearAll(frameOf(there).forward, frame.forward, 1e-12);
    near(distance(there), distance(camera), 1e-12);
  }
});

test('a zoom holds what is under the pointer, and can be taken back', () => {
  for (const camera of [CAMERA, FLAT]) {
    const frame = frameOf(camera);
    const high = viewHeight(camera);
    const point = add(camera.look_at, add(scale(frame.right, 0.4 * high), scale(frame.up, -0.3 * high)));
    const there = zoom(camera, 0.5, [0.4, -0.3]);
    nearAll(seenAt(there, point), [0.4, -0.3], 1e-12);
    near(viewHeight(there), high / 2, 1e-12);
    const back = zoom(there, 2, [0.4, -0.3]);
    nearAll(back.from, camera.from, 1e-12);
    nearAll(back.look_at, camera.look_at, 1e-12);
    near(back.focus, camera.focus, 1e-12);
  }
  near(distance(zoom(FLAT, 0.5)), distance(FLAT), 1e-12, 'an orthographic camera stays where it is:');
  near(zoom(FLAT, 0.5).height, 1.5, 1e-12);
});

test('zooms end, and come back from their ends', () => {
  const scene = { center: [0, 0, 0], radius: 2 };
  for (const camera of [CAMERA, FLAT]) {
    for (const factor of [0.5, 2]) {
      let there = camera;
      for (let i = 0; i < 200; i++) there = zoom(there, factor, [0.1, 0.1], scene);
      assert.ok(isCamera(there));
      const reach = viewHeight(there) / viewHeight(camera);
      assert.ok(factor < 1 ? reach < 1e-4 && reach > 1e-8 : reach > 100 && reach < 1e6, `${factor}: ${reach}`);
      assert.ok(viewHeight(zoom(there, 1 / factor, [0, 0], scene)) / viewHeight(there) !== 1);
    }
  }
  // A camera beyond the limits is not pulled back by looking closer.
  const far = { ...CAMERA, from: [0, 0, 1e9], look_at: [0, 0, 0] };
  near(distance(zoom(far, 0.9, [0, 0], scene)), 0.9e9, 1);
  near(distance(zoom(far, 1.1, [0, 0], scene)), 1e9, 1e-3);
});

test('looking around keeps the place', () => {
  const there = look(CAMERA, 0.3, -0.1);
  nearAll(there.from, CAMERA.from, 0);
  near(distance(there), distance(CAMERA), 1e-12);
  near(elevation(there), elevation(CAMERA) + 0.1, 1e-12);
  nearAll(look(there, -0.3, 0.1).look_at, CAMERA.look_at, 1e-12);
});

test('an automatic focus follows, another keeps its proportion', () => {
  const automatic = { ...CAMERA, focus: distance(CAMERA) };
  assert.ok(isAutomaticFocus(automatic) && isAutomaticFocus({ ...CAMERA, focus: 0 }) && !isAutomaticFocus(CAMERA));
  for (const camera of [automatic, { ...CAMERA, focus: 0 }]) {
    for (const there of [zoom(camera, 0.3), orbit(camera, 1, 0.3), pan(camera, 1, 1), look(camera, 0.1, 0)])
      near(there.focus, distance(there), 1e-9 * there.focus);
  }
  near(zoom(CAMERA, 0.5).focus, CAMERA.focus / 2, 1e-12);
  near(orbit(CAMERA, 1, 0.2).focus, CAMERA.focus, 1e-12);
});

test('a scene of any size moves alike', () => {
  for (const camera of [CAMERA, FLAT]) {
    for (const size of SIZES) {
      const large = sized(camera, size);
      for (const move of [(c) => orbit(c, 0.3, 0.2), (c) => pan(c, 0.2, -0.1), (c) => zoom(c, 0.7, [0.2, 0.1]), (c) => look(c, 0.2, 0.1)]) {
        const a = sized(move(camera), size), b = move(large);
        nearAll(a.from, b.from, 1e-11 * size);
        nearAll(a.look_at, b.look_at, 1e-11 * size);
        near(a.focus, b.focus, 1e-11 * size);
      }
    }
  }
});

/** Small, fast, and the same every time. */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test('whatever is done, what comes out can be rendered, and is level', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const next = numbers(seed);
    const size = SIZES[seed % SIZES.length];
    let camera = sized(seed % 2 ? CAMERA : FLAT, size);
    if (seed % 7 === 0) camera = { ...camera, from: add(camera.look_at, [0, 3 * size, 0]), up: [0, 0, -1] };
    if (seed % 11 === 0)
      camera = { ...camera, from: add(camera.from, [0, 0, 1e6 * size]), look_at: add(camera.look_at, [0, 0, 1e6 * size]) };
    for (let i = 0; i < 200; i++) {
      const wild = next() < 0.05 ? 1e3 : 1;
      const kind = Math.floor(next() * 4);
      const x = (next() - 0.5) * wild, y = (next() - 0.5) * wild;
      camera = [() => orbit(camera, x, y), () => pan(camera, x, y),
        () => zoom(camera, Math.exp(x), [x, y]), () => look(camera, x, y)][kind]();
      assert.ok(isCamera(camera), `seed ${seed}, step ${i}: ${JSON.stringify(camera)}`);
      assert.ok(camera.focus > 0);
      const { forward, right } = frameOf(camera);
      assert.ok(length(cross(forward, normalize(camera.up))) > 1e-5, `seed ${seed}, step ${i}: up lies along the view`);
      near(dot(right, normalize(camera.up)), 0, 1e-9);
    }
  }
});

test('what cannot be moved stays as it is', () => {
  assert.equal(isCamera(null), false);
  assert.equal(isCamera({ ...CAMERA, look_at: CAMERA.from }), false);
  assert.equal(isCamera({ ...CAMERA, from: [0, NaN, 0] }), false);
  assert.equal(isCamera({ ...CAMERA, fov: 180 }), false);
  for (const factor of [0, -1, NaN, Infinity]) assert.equal(zoom(CAMERA, factor), CAMERA);
  assert.equal(orbit(CAMERA, 0, 0), CAMERA);
  const edge = { ...CAMERA, from: [9.9e11, 0, 0], look_at: [9e11, 0, 0] };
  assert.equal(pan(edge, 1e6, 0), edge, 'nothing beyond what the language takes');
});
