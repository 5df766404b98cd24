/** vectors.js - points and directions as [x, y, z], and the frame of a camera. Metres; doubles, as in the engine. */

export const add = (a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const minus = (a, b) => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const scale = (a, s) => [a[0] * s, a[1] * s, a[2] * s];
export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
export const length = (a) => Math.hypot(a[0], a[1], a[2]);
export const largest = (a) => Math.max(Math.abs(a[0]), Math.abs(a[1]), Math.abs(a[2]));
export const isFinite3 = (a) => a.every(Number.isFinite);

/** a of length 1; [0, 0, 0] stays. Lengths far below 1e-154 and above 1e154, too. */
export function normalize(a) {
  const most = largest(a);
  if (!(most > 0)) return [0, 0, 0];
  const near = scale(a, 1 / most);
  return scale(near, 1 / length(near));
}

/** `v` turned by `angle` (radians) about the unit vector `axis`, counterclockwise seen from its tip (Rodrigues). */
export function turn(v, axis, angle) {
  const c = Math.cos(angle);
  const along = scale(axis, dot(axis, v) * (1 - c));
  return add(add(scale(v, c), scale(cross(axis, v), Math.sin(angle))), along);
}

const Y = [0, 1, 0];
/** What camera{} takes for up where a script looks along y and says nothing: the picture's top is away from the default camera. */
export const UP_ALONG_Y = [0, 0, -1];

/** Sines below this are none: as in camera{}, which refuses an up that lies along the view. */
const PARALLEL = 1e-9;
const areParallel = (a, b) => length(cross(normalize(a), normalize(b))) < PARALLEL;

/** The up of a view whose script gives none. */
export const defaultUp = (forward) => (areParallel(forward, Y) ? UP_ALONG_Y : Y);

/** Unit vectors of a camera's picture, and the distance of what it looks at. Where up lies along the view, another one is taken. */
export function frameOf({ from, look_at: to, up }) {
  const view = minus(to, from);
  const forward = normalize(view);
  const top = up && largest(up) > 0 && !areParallel(up, forward) ? normalize(up) : defaultUp(forward);
  const right = normalize(cross(forward, top));
  return { forward, right, up: cross(right, forward), top, distance: length(view) };
}
