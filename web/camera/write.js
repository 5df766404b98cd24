/**
 * write.js - "write the camera into the script": the text with its camera{} call edited, or with one added.
 *
 * The last call counts, as it does for the engine. Only what has changed is replaced; other fields, comments and the layout stay. Numbers are rounded
 * to a hundred-thousandth of the distance to look_at: far below a pixel, and readable.
 */
import { tokenize } from '../editor/tokens.js';
import { length, sub } from './vectors.js';

/** What the scene language takes for these fields (docs/REFERENCE.md, camera; the rest are its synonyms, which scenes may hold while they are wrong). */
const NAMES = {
  from: ['from'], look_at: ['look_at', 'lookat', 'target'], up: ['up'], fov: ['fov'], size: ['size'], focus: ['focus'],
};
const OPEN = new Set(['{', '(', '[']);
const CLOSE = new Set(['}', ')', ']']);

/**
 * @param {string} text
 * @param {object} camera to be written, as in the report
 * @param {object|null} script the script's own camera, as in the report; null: not known
 */
export function writeCamera(text, camera, script) {
  const values = valuesOf(camera, script);
  const call = lastCall(text);
  return call ? editCall(text, call, camera, values) : addCall(text, camera, values);
}

// -- values ------------------------------------------------------------------------------------------------------------------------

/** A number of the script's: `digits` after the point at most (fewer than 0: of tens), no "-0", no exponent where none is needed. */
function number(value, digits = 4) {
  const step = 10 ** -digits;
  const rounded = digits > 0 ? Number(value.toFixed(Math.min(digits, 15))) : Math.round(value / step) * step;
  return String(rounded === 0 ? 0 : rounded).replace(/^(-?)0\./, '$1.').replace('e+', 'e');
}

const same = (a, b) => a !== undefined && b !== undefined && Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
const sameVector = (a, b) => Boolean(a && b) && a.every((value, i) => same(value, b[i]) || value === b[i]);

/** Text by field; null: it need not be there. */
function valuesOf(camera, script) {
  const distance = length(sub(camera.from, camera.look_at));
  const digits = 4 - Math.floor(Math.log10(distance || 1));
  const vector = (v, d = digits) => `{${v.map((value) => number(value, d)).join(', ')}}`;
  const orthographic = camera.kind === 'orthographic';
  const changed = (name) => !script || !same(camera[name], script[name]);
  const upright = sameVector(camera.up, [0, 1, 0]);
  return {
    from: vector(camera.from),
    look_at: vector(camera.look_at),
    up: script && sameVector(camera.up, script.up) ? null : vector(camera.up, 5),
    upright,
    fov: !orthographic && changed('fov') ? number(camera.fov || 40) : null,
    size: orthographic && changed('height') ? number(camera.height, 4 - Math.floor(Math.log10(camera.height || 1))) : null,
    focus: camera.focus > 0 && Math.abs(camera.focus - distance) > 1e-9 * distance ? number(camera.focus, digits) : null,
  };
}

// -- the call ----------------------------------------------------------------------------------------------------------------------

/** The table of the last camera{} or camera({}): {open, close, entries}, offsets of its braces; null: there is none. */
function lastCall(text) {
  const tokens = tokenize(text).filter(({ type }) => type !== 'comment');
  for (let i = tokens.length - 1; i >= 0; i--) {
    const before = tokens[i - 1]?.text;
    if (tokens[i].type !== 'name' || tokens[i].text !== 'camera' || before === '.' || before === ':' || before === 'function') continue;
    const at = tokens[i + 1]?.text === '(' ? i + 2 : i + 1;
    const call = tokens[at]?.text === '{' ? tableAt(tokens, at) : null;
    if (call) return call;
  }
  return null;
}

/** The table whose `{` is tokens[at]; null: it is not closed. */
function tableAt(tokens, at) {
  const entries = [];
  let entry = null;
  let depth = 0;
  for (let i = at; i < tokens.length; i++) {
    const { text, from, to } = tokens[i];
    if (CLOSE.has(text) && --depth === 0) {
      if (entry) entries.push(entry);
      return { open: tokens[at].from, close: from, entries };
    }
    if (depth === 1 && (text === ',' || text === ';')) {
      if (entry) entries.push({ ...entry, comma: true });
      entry = null;
    } else if (i > at) {
      if (!entry) entry = named(tokens, i, depth);
      entry.to = to;
    }
    if (OPEN.has(text)) depth++;
  }
  return null;
}

/** An entry that begins with tokens[i]: {name, value, from}, value: where its expression begins. */
function named(tokens, i) {
  const hasName = tokens[i].type === 'name' && tokens[i + 1]?.text === '=' && tokens[i + 2];
  return { name: hasName ? tokens[i].text : '', value: hasName ? tokens[i + 2].from : tokens[i].from, from: tokens[i].from };
}

const find = (entries, field) => entries.find(({ name }) => NAMES[field].includes(name));
const isNumber = (text) => /^-?[\d.]+(e-?\d+)?$/.test(text.trim());

function editCall(text, call, camera, values) {
  const edits = [];
  const missing = [];
  const replace = (entry, value) => edits.push({ from: entry.value, to: entry.to, value });
  for (const field of ['from', 'look_at', 'up', 'fov', 'size', 'focus']) {
    const entry = find(call.entries, field);
    const value = values[field];
    if (field === 'focus') {
      // A distance stays; a point or a node would be another distance, seen from elsewhere
      if (entry && value && !isNumber(text.slice(entry.value, entry.to))) replace(entry, value);
    } else if (entry && value) {
      replace(entry, value);
    } else if (!entry && value && !(field === 'up' && values.upright)) {
      missing.push(`${field} = ${value}`);
    }
  }
  if (missing.length) edits.push(addition(text, call, missing));
  return edits.sort((a, b) => b.from - a.from).reduce((now, { from, to, value }) => now.slice(0, from) + value + now.slice(to), text);
}

/** Fields behind the last one, laid out like it. */
function addition(text, call, fields) {
  const last = call.entries.at(-1);
  if (!last) return { from: call.open + 1, to: call.close, value: ` ${fields.join(', ')} ` };
  const inside = text.slice(call.open, last.from);
  const line = inside.lastIndexOf('\n');
  const gap = line < 0 ? ' ' : `\n${inside.slice(line + 1).match(/^[ \t]*/)[0]}`;
  const words = fields.join(`,${gap}`);
  // Behind the entry's own comma, else with one of ours
  const end = last.comma ? text.indexOf(separatorAfter(text, last.to), last.to) + 1 : last.to;
  return { from: end, to: end, value: last.comma ? `${gap}${words}${line < 0 ? '' : ','}` : `,${gap}${words}` };
}

const separatorAfter = (text, at) => tokenize(text.slice(at)).find(({ text: t }) => t === ',' || t === ';').text;

// -- a new call --------------------------------------------------------------------------------------------------------------------

/** As the first statement: after comments, and after the line that names the language's version. */
function addCall(text, camera, values) {
  const fields = [`from = ${values.from}`, `look_at = ${values.look_at}`];
  if (!values.upright) fields.push(`up = ${values.up ?? `{${camera.up.join(', ')}}`}`);
  if (camera.kind === 'orthographic') fields.push('kind = "orthographic"', `size = ${values.size ?? number(camera.height)}`);
  else fields.push(`fov = ${number(camera.fov || 40)}`);
  const line = `camera{ ${fields.join(', ')} }\n`;
  const at = text.match(/^(?:[ \t]*(?:--(?!\[=*\[)[^\n]*)?\n|[ \t]*moonlit[ \t]*\([^)\n]*\)[^\n]*\n|#[^\n]*\n)*/)[0].length;
  return text.slice(0, at) + line + text.slice(at);
}
