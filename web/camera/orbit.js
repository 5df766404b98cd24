/**
 * orbit.js - cameras that were orbited, panned and zoomed. Pure: a camera as in the report (bridge.h) comes in, another one goes out.
 *
 * Lengths are metres, angles degrees. Everything is relative to the distance between from and look_at, so that scenes of a millimetre and of ten
 * kilometres feel alike. A focus that was automatic stays so: 0 stands for the distance to look_at.
 */
import { add, cross, dot, length, scale, sub, unit } from './vectors.js';

/** Just short of the poles, where a turn about the axis would be a roll. */
const STEEPEST = 89.5;
/** How far zooming goes, as multiples of the scene's radius. */
const NEAREST = 1e-4;
const FARTHEST = 1e4;

const radians = (degrees) => (degrees * Math.PI) / 180;
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const distanceOf = ({ from, look_at: to }) => length(sub(from, to));

/** Whether the picture is sharp where the camera looks, without a word of the script's about it. */
function focusIsAutomatic(camera) {
  const distance = distanceOf(camera);
  return !camera.focus || Math.abs(camera.focus - distance) <= 1e-9 * distance;
}

const moved = (camera, change) => ({ ...camera, focus: focusIsAutomatic(camera) ? 0 : camera.focus, ...change });

/** The picture's right and up, and the direction of view: unit vectors. */
export function axes({ from, look_at: to, up }) {
  const forward = unit(sub(to, from)) ?? [0, 0, -1];
  const right = unit(cross(forward, up)) ?? unit(cross(forward, [0, 0, -1])) ?? [1, 0, 0];
  return { forward, right, up: cross(right, forward) };
}

/** The height of what is seen at look_at, in metres. */
export function heightSeen(camera) {
  if (camera.kind === 'orthographic') return camera.height || 2;
  return 2 * distanceOf(camera) * Math.tan(radians((camera.fov || 40) / 2));
}

/** The axis of turning, and where the camera stands about look_at: a heading in the plane across the axis, and a height. */
function standing(camera) {
  const offset = sub(camera.from, camera.look_at);
  const distance = length(offset);
  const { forward, up } = axes(camera);
  const own = unit(camera.up) ?? [0, 1, 0];
  // A camera that looks straight down has an `up` that lies flat; it turns about the world's.
  const axis = Math.abs(dot(forward, [0, 1, 0])) > 0.9999 ? [0, 1, 0] : own;
  const sine = clamp(dot(offset, axis) / distance, -1, 1);
  const flat = sub(offset, scale(axis, dot(offset, axis)));
  const level = sub(up, scale(axis, dot(up, axis)));
  const heading = length(flat) > 1e-6 * distance ? unit(flat) : unit(scale(level, sine > 0 ? -1 : 1));
  return { axis, distance, elevation: (Math.asin(sine) * 180) / Math.PI, heading: heading ?? [0, 0, 1] };
}

/** Around look_at: by `turn` degrees about the axis (counterclockwise from above), and `lift` degrees up. */
export function orbit(camera, turn, lift) {
  if (!(distanceOf(camera) > 0)) return camera;
  const { axis, distance, elevation, heading } = standing(camera);
  const a = radians(turn);
  const turned = add(scale(heading, Math.cos(a)), scale(cross(axis, heading), Math.sin(a)));
  const e = radians(clamp(elevation + lift, -STEEPEST, STEEPEST));
  const offset = add(scale(turned, distance * Math.cos(e)), scale(axis, distance * Math.sin(e)));
  return moved(camera, { from: add(camera.look_at, offset), up: axis });
}

/** Moves the picture by x to the right and y down, in heights of the picture; what is at look_at follows the hand. */
export function pan(camera, x, y) {
  const { right, up } = axes(camera);
  const metres = heightSeen(camera);
  const shift = add(scale(right, -x * metres), scale(up, y * metres));
  return moved(camera, { from: add(camera.from, shift), look_at: add(camera.look_at, shift) });
}

/** Nearer (factor below 1) or farther; without perspective, less or more is seen. radius: of the scene, in metres. */
export function zoom(camera, factor, radius = 0) {
  const size = radius > 0 ? radius : distanceOf(camera);
  const within = (value) => clamp(value, Math.min(NEAREST * size, value / factor), Math.max(FARTHEST * size, value / factor));
  if (camera.kind === 'orthographic') return moved(camera, { height: within((camera.height || 2) * factor) });
  const offset = sub(camera.from, camera.look_at);
  const distance = length(offset);
  if (!(distance > 0)) return camera;
  return moved(camera, { from: add(camera.look_at, scale(offset, within(distance * factor) / distance)) });
}
