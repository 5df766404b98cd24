/**
 * orbit.js - moving a camera: pure maths, without page or engine.
 *
 *   (camera, how far) --orbit, pan, zoom, look--> another camera
 *
 * A camera is that of the report: {kind, from, look_at, up, fov, height, aperture, focus, blades}; metres, degrees. It is never changed,
 * and what comes back can always be rendered: from is not look_at, nothing is NaN, up does not lie along the view.
 * No size is built in: a scene of 1 mm moves as one of 10 km does.
 *
 * Focus: it keeps its proportion to the distance of look_at. So a focus that is automatic, the distance itself, follows; another one stays
 * on about what it was on, and coming nearer and going back is no change.
 */
import { UP_ALONG_Y, add, cross, dot, frameOf, isFinite3, largest, length, minus, normalize, scale, turn } from './vectors.js';

/** How near to the poles an orbit goes, in radians: closer, the picture's top would depend on rounding. A script may be closer. */
export const POLE = Math.PI / 1800;

const FURTHEST = 1e12; // metres: what camera{} takes
const NEAREST = 1e-25;
const PRECISION = 1e-9; // of the coordinates: nearer to look_at than this, rounding would turn the view
const HALF_TURN = Math.PI / 2;

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const slope = (camera) => Math.tan((camera.fov * Math.PI) / 360);

/** Can this be moved? (a report may hold what cannot be rendered) */
export function isCamera(camera) {
  if (!camera || !isFinite3(camera.from) || !isFinite3(camera.look_at)) return false;
  if (!(length(minus(camera.look_at, camera.from)) > 0)) return false;
  return camera.kind === 'orthographic' ? camera.height > 0 : camera.fov > 0 && camera.fov < 180;
}

/** Height of what the picture shows at the depth of look_at, metres. */
export function viewHeight(camera) {
  return camera.kind === 'orthographic' ? camera.height : 2 * slope(camera) * frameOf(camera).distance;
}

/** Is what is sharp at look_at because the script says nothing else? */
export function isAutomaticFocus({ focus, from, look_at: to }) {
  const distance = length(minus(to, from));
  return !(focus > 0) || Math.abs(focus - distance) <= 1e-9 * distance;
}

/** How near and far from look_at a camera goes: by the scene's size, and beyond where the camera is already. */
function limits(camera, { center, radius } = {}, distance) {
  const out = Math.max(largest(camera.look_at), largest(center ?? [0, 0, 0]));
  const size = radius > 0 ? radius : distance;
  return {
    near: Math.min(distance, Math.max(size * 1e-5, out * PRECISION * 2, NEAREST)),
    far: Math.max(distance, Math.min(size * 1e4 + out, FURTHEST / 4)),
  };
}

function moved(camera, { from = camera.from, look_at: to = camera.look_at, up = camera.up, height = camera.height }) {
  const before = length(minus(camera.look_at, camera.from));
  const distance = length(minus(to, from));
  const out = Math.max(largest(from), largest(to));
  const outBefore = Math.max(largest(camera.from), largest(camera.look_at));
  const isPrecise = distance > PRECISION * out || (out <= outBefore && distance > 0.999 * before);
  const isView = distance > 0 && isFinite3(from) && isFinite3(to) && (height > 0 || camera.kind !== 'orthographic');
  if (!isView || !isPrecise || out > FURTHEST) return camera;
  const focus = isAutomaticFocus(camera) ? distance : camera.focus * (distance / before);
  return { ...camera, from, look_at: to, up, height, focus };
}

/**
 * The axis about which a camera turns, and where it stands: elevation above the plane across the axis, in radians, and the level vector
 * ahead of it. Straight down (or up) a script's camera has -z as its up, which says where the picture's top is and not what is above: such
 * a camera turns about y.
 */
function pose(camera) {
  const { forward, top, right, distance } = frameOf(camera);
  const alongY = Math.abs(forward[1]) > 1 - 1e-12 && UP_ALONG_Y.every((value, i) => camera.up?.[i] === value);
  const axis = alongY ? [0, 1, 0] : top;
  const ahead = alongY ? scale(UP_ALONG_Y, forward[1] > 0 ? -1 : 1) : normalize(cross(axis, right));
  const sine = clamp(-dot(forward, axis), -1, 1);
  const elevation = Math.atan2(sine, dot(forward, ahead));
  return { axis, ahead, elevation, distance, up: alongY ? [0, 1, 0] : camera.up };
}

/** The direction of the view after turning by `azimuth` and `elevation`, radians, the latter as far as the poles. */
function turned({ axis, ahead, elevation: before }, azimuth, elevation) {
  const most = Math.max(HALF_TURN - POLE, Math.min(Math.abs(before), HALF_TURN - POLE / 10));
  const now = clamp(before + elevation, -most, most);
  const level = normalize(turn(ahead, axis, azimuth));
  return normalize(add(scale(level, Math.cos(now)), scale(axis, -Math.sin(now))));
}

/** Goes around look_at: `azimuth` to the right, `elevation` upwards, radians. */
export function orbit(camera, azimuth, elevation) {
  if (!azimuth && !elevation) return camera;
  const at = pose(camera);
  const forward = turned(at, azimuth, elevation);
  return moved(camera, { from: minus(camera.look_at, scale(forward, at.distance)), up: at.up });
}

/** Looks elsewhere from where the camera stands: `azimuth` to the left, `elevation` upwards, radians. */
export function look(camera, azimuth, elevation) {
  if (!azimuth && !elevation) return camera;
  const at = pose(camera);
  const forward = turned(at, azimuth, -elevation);
  return moved(camera, { look_at: add(camera.from, scale(forward, at.distance)), up: at.up });
}

/** Moves along the picture, `right` and `up` in heights of the picture at the depth of look_at: what is there moves the other way. */
export function pan(camera, right, up) {
  const frame = frameOf(camera);
  const high = viewHeight(camera);
  const step = add(scale(frame.right, right * high), scale(frame.up, up * high));
  return moved(camera, { from: add(camera.from, step), look_at: add(camera.look_at, step) });
}

/**
 * Comes nearer (factor < 1) or goes away: the distance to look_at, or an orthographic height, times `factor`.
 * @param {number[]} [point] [right, up] from the picture's middle, in heights of the picture: what is there at the depth of look_at stays
 * @param {object} [scene] the report's: center and radius bound the distance
 */
export function zoom(camera, factor, point = [0, 0], scene = undefined) {
  if (!(factor > 0) || !Number.isFinite(factor)) return camera;
  const { right, up, forward, distance } = frameOf(camera);
  const high = viewHeight(camera);
  const held = add(scale(right, point[0] * high), scale(up, point[1] * high)); // from look_at
  if (camera.kind === 'orthographic') {
    const { near, far } = limits(camera, scene, camera.height);
    const height = clamp(camera.height * factor, near, far);
    const step = scale(held, 1 - height / camera.height);
    return moved(camera, { from: add(camera.from, step), look_at: add(camera.look_at, step), height });
  }
  const { near, far } = limits(camera, scene, distance);
  const there = clamp(distance * factor, near, far);
  const to = add(camera.look_at, scale(held, 1 - there / distance));
  return moved(camera, { from: minus(to, scale(forward, there)), look_at: to });
}
