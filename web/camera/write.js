/**
 * write.js - a camera as the script's own words: changes its camera{…} call, or adds one. Pure.
 *
 * Only what differs is touched: comments, order and the other fields stay, and an expression whose value has not changed does, too. Numbers
 * have as few digits as leave the picture as it is seen: a fiftieth of a pixel in a picture of 1000.
 */
import { additions, applyEdits, lastCall, numberOf, pointOf, removal } from './call.js';
import { isAutomaticFocus, viewHeight } from './orbit.js';
import { defaultUp, dot, frameOf, largest, length, minus } from './vectors.js';
import { tokenize } from '../editor/tokens.js';

/** How far a rounded camera may move what is seen, in heights of the picture. */
const SEEN = 2e-5;
const SENSOR_HEIGHT = 0.024; // metres; of f-numbers, as in camera{}
const DEFAULT_FOV = 40; // as camera{} has them
const DEFAULT_SIZE = 2;

const isOrthographic = (camera) => camera.kind === 'orthographic';
const close = (a, b, allowed = 1e-9) => Math.abs(a - b) <= allowed * Math.max(Math.abs(a), Math.abs(b));
const equal = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);

// -- numbers --------------------------------------------------------------------------------------------------------------------------

/** As Lua reads it, and people write it: .5, not 0.5, -0 or 1e+21. */
const plain = (value) => String(value === 0 ? 0 : value).replace(/^(-?)0\./, '$1.').replace('e+', 'e');
const vector = (point) => `{${point.map(plain).join(', ')}}`;
const short = (value, digits = 6) => Number(value.toPrecision(digits));

/** To `decimals` after the point; fewer than 0: to tens, hundreds … */
function rounded(point, decimals) {
  const step = 10 ** -decimals;
  return point.map((value) => (decimals < 0 ? Math.round(value / step) * step : Number(value.toFixed(decimals))));
}

/** Does `other` show the same picture, as far as anyone could see? (by place and direction only; `times` as far apart) */
export function looksSame(camera, other, times = 1) {
  const a = frameOf(camera), b = frameOf(other);
  if (!(b.distance > 0)) return false;
  const high = Math.min(viewHeight(camera) / a.distance, 1);
  const seen = SEEN * times;
  const place = seen * high * a.distance;
  if (length(minus(camera.from, other.from)) > place || length(minus(camera.look_at, other.look_at)) > place) return false;
  return length(minus(a.forward, b.forward)) <= seen * high && length(minus(a.up, b.up)) <= seen;
}

/** The camera with the fewest decimals of from, look_at and up that look the same. `fixed`: fields that stay as they are. */
function roundCamera(camera, fixed) {
  const scale = Math.floor(Math.log10(frameOf(camera).distance));
  const keep = (name, value) => (fixed.has(name) ? camera[name] : value);
  const up = keep('up', rounded(camera.up, 5));
  for (let decimals = 2 - scale; decimals <= Math.min(100, 17 - scale); decimals++) {
    const from = keep('from', rounded(camera.from, decimals));
    const to = keep('look_at', rounded(camera.look_at, decimals));
    for (const top of [up, camera.up]) {
      const other = { ...camera, from, look_at: to, up: top };
      if (largest(top) > 0 && looksSame(camera, other)) return other;
    }
  }
  return camera;
}

// -- what the fields become -----------------------------------------------------------------------------------------------------------

/** The height-based f-number's aperture, as camera{} computes it. */
const apertureOf = (fstop, fov) => SENSOR_HEIGHT / 2 / Math.tan((fov * Math.PI) / 360) / fstop;

/** Is the picture's top where it is without an up? */
function needsNoUp(camera) {
  const { forward, up } = frameOf(camera);
  const automatic = frameOf({ ...camera, up: defaultUp(forward) });
  return length(minus(up, automatic.up)) <= SEEN / 10;
}

/** Does this field's value, by its own words, say `camera.focus`? (A pinhole has none: any distance does.) */
function saysFocus(field, camera) {
  const number = numberOf(field.value);
  if (number !== null) return close(number, camera.focus, 1e-6) || !(camera.aperture > 0);
  const point = pointOf(field.value);
  return point !== null && close(dot(minus(point, camera.from), frameOf(camera).forward), camera.focus, 1e-6);
}

/**
 * What is to be done with each field: a text in its place, null: it goes, missing: it stays (or is not added).
 * @param {Map<string, object>} fields of the call
 * @param {object|null} was the camera that the call makes now, where that is known
 */
function wishes(fields, camera, was) {
  const wish = {};
  const stays = (name, same) => fields.has(name) && was !== null && same;
  const sameKind = was !== null && was.kind === camera.kind;

  const says = (name) => fields.has(name) && equal(pointOf(fields.get(name).value) ?? [], camera[name]);
  const saysNumber = (name, value) => numberOf(fields.get(name).value) === value;
  const fixed = new Set(['from', 'look_at', 'up'].filter((name) => says(name) || stays(name, was && equal(was[name], camera[name]))));
  const round = roundCamera(camera, fixed);
  for (const name of ['from', 'look_at']) if (!fixed.has(name)) wish[name] = vector(round[name]);
  if (!fixed.has('up') && (fields.has('up') || !needsNoUp(round))) wish.up = vector(upOf(round));

  // The field of this kind's angle or height, in place of the other kind's.
  const [name, other, value, usual] = isOrthographic(camera) ? ['size', 'fov', 'height', DEFAULT_SIZE] : ['fov', 'size', 'fov', DEFAULT_FOV];
  const isUsual = fields.size > 0 && !fields.has(other) && camera[value] === usual; // an empty call is better off with a word about it
  const stands = fields.has(name) && (saysNumber(name, camera[value]) || (sameKind && was[value] === camera[value]));
  if (!stands && (fields.has(name) || !isUsual)) wish[name] = plain(short(camera[value]));
  wish[other] = null;
  if (!sameKind && (isOrthographic(camera) || fields.has('kind'))) wish.kind = `"${camera.kind}"`;

  const fov = Number(wish.fov ?? (fields.has('fov') ? camera.fov : DEFAULT_FOV));
  const aperture = sameLens(fields, camera, was, fov) ? undefined : camera.aperture;
  if (aperture !== undefined) {
    wish.aperture = plain(short(aperture));
    wish.fstop = null;
  }
  if (fields.has('focus') ? !stays('focus', sameFocus(camera, was, fixed)) && !saysFocus(fields.get('focus'), round) : needsFocus(camera))
    wish.focus = plain(short(camera.focus));
  if (camera.blades > 0 && !fields.has('blades')) wish.blades = plain(camera.blades);
  return wish;
}

/** An up that is to be written: never zero or along the view. */
function upOf(camera) {
  const { top } = frameOf(camera);
  return largest(camera.up) > 0 ? camera.up : top;
}

/** Makes the call's aperture or fstop the camera's aperture already? */
function sameLens(fields, camera, was, fov) {
  if (fields.has('fstop')) {
    const fstop = numberOf(fields.get('fstop').value);
    if (fstop !== null) return close(apertureOf(fstop, fov), camera.aperture, 1e-6);
    return was !== null && was.aperture === camera.aperture && was.fov === camera.fov;
  }
  if (!fields.has('aperture')) return !(camera.aperture > 0);
  const aperture = numberOf(fields.get('aperture').value);
  if (aperture !== null) return close(aperture, camera.aperture, 1e-6);
  return was !== null && was.aperture === camera.aperture;
}

/** An expression of a focus may be a point or a node: its distance is another as soon as the view is. */
const sameFocus = (camera, was, fixed) => was !== null && fixed.has('from') && fixed.has('look_at') && was.focus === camera.focus;
const needsFocus = (camera) => camera.aperture > 0 && !isAutomaticFocus(camera);

// -- the text -------------------------------------------------------------------------------------------------------------------------

const ORDER = ['kind', 'from', 'look_at', 'up', 'fov', 'size', 'aperture', 'fstop', 'focus', 'blades'];
const given = (wish) => ORDER.filter((name) => typeof wish[name] === 'string');
const settings = (wish, names) => ORDER.filter((name) => names.has(name)).map((name) => `${name} = ${wish[name]}`);

/** The edits of a call whose argument is a table. Where a value goes and another comes that stands for the same, it takes its place. */
function edit(text, call, wish) {
  const fields = new Map(call.fields.filter((field) => field.name).map((field) => [field.name, field]));
  const heirs = { fov: 'size', size: 'fov', fstop: 'aperture' };
  const added = new Set(given(wish).filter((name) => !fields.has(name)));
  const edits = [];
  const kept = [];
  for (const field of call.fields) {
    const value = wish[field.name];
    const heir = heirs[field.name];
    const isLast = fields.get(field.name) === field; // given twice, the last one counts
    const gone = field.name in wish && (!isLast || (value === null && !added.delete(heir)));
    if (gone) {
      edits.push(removal(text, field));
      continue;
    }
    kept.push(field);
    if (value === null) edits.push({ from: field.from, to: field.to, insert: `${heir} = ${wish[heir]}` });
    else if (value !== undefined) edits.push({ from: field.valueFrom, to: field.to, insert: value });
  }
  if (added.size) edits.push(...additions(text, call, kept, settings(wish, added)));
  return applyEdits(text, edits);
}

/** A call in front of the first statement, after `moonlit(1)` where that stands first. */
function insert(text, line) {
  const tokens = tokenize(text).filter((token) => token.type !== 'comment');
  const [first, open, version, end] = tokens;
  const isVersion = first?.text === 'moonlit' && open?.text === '(' && version?.type === 'number' && end?.text === ')';
  const next = isVersion ? tokens[tokens[4]?.text === ';' ? 5 : 4] : first;
  if (!next) return text === '' || text.endsWith('\n') ? `${text}${line}\n` : `${text}\n${line}\n`;
  // In Lua a "(" on the next line would call what this one gives.
  const statement = next.text === '(' ? `${line};` : line;
  const lineStart = text.lastIndexOf('\n', next.from - 1) + 1;
  const isAlone = /^[ \t]*$/.test(text.slice(lineStart, next.from));
  if (isAlone) return `${text.slice(0, lineStart)}${statement}\n${text.slice(lineStart)}`;
  return `${text.slice(0, next.from).trimEnd()}\n${statement}\n${text.slice(next.from)}`;
}

/**
 * @param {string} text the script
 * @param {object} view the camera that it shall have
 * @param {object|null} [was] the one that this very text makes, as reported; null: not known
 */
export function writeCamera(text, view, was = null) {
  const camera = view.focus > 0 ? view : { ...view, focus: length(minus(view.look_at, view.from)) };
  const call = lastCall(text, 'camera');
  if (call?.isTable) {
    const fields = new Map(call.fields.filter((field) => field.name).map((field) => [field.name, field]));
    return edit(text, call, wishes(fields, camera, was));
  }
  const wish = wishes(new Map(), camera, null);
  const line = `camera{ ${settings(wish, new Set(given(wish))).join(', ')} }`;
  // camera(view): the table is made elsewhere.
  return call ? text.slice(0, call.from) + line + text.slice(call.to) : insert(text, line);
}

/** Where `writeCamera` wrote, as a line of the text from 1; 0: there is no call. */
export function cameraLine(text) {
  const call = lastCall(text, 'camera');
  return call ? text.slice(0, call.from).split('\n').length : 0;
}
