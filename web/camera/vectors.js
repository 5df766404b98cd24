/** vectors.js - three numbers as arrays, for the camera. */
export const add = (a, b) => a.map((value, i) => value + b[i]);
export const sub = (a, b) => a.map((value, i) => value - b[i]);
export const scale = (a, s) => a.map((value) => value * s);
export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
export const length = (a) => Math.hypot(...a);
/** null: `a` has no direction. */
export const unit = (a) => (length(a) > 0 ? scale(a, 1 / length(a)) : null);
