/**
 * call.js - a call of the script that takes one table, such as camera{…}: where it stands, its fields, and edits of them that leave
 * everything else as it is. Works on tokens, so that comments and strings mislead nobody; tolerant of what is half written.
 * Offsets are UTF-16 units.
 */
import { content, tokenize } from '../editor/tokens.js';

const OPEN = { '(': ')', '{': '}', '[': ']' };
const CLOSE = new Set(Object.values(OPEN));
/** Words that another `end` or `until` closes (`for` and `while` have a `do`). */
const BLOCK = new Set(['function', 'if', 'do', 'repeat']);
const BLOCK_END = new Set(['end', 'until']);

const is = (token, text) => token?.text === text && token.type !== 'string';

/** Index of the token that closes the bracket at `index`; -1: none does. */
function closing(tokens, index) {
  let depth = 0;
  for (let i = index; i < tokens.length; i++) {
    if (tokens[i].type !== 'op') continue;
    if (tokens[i].text in OPEN) depth += 1;
    else if (CLOSE.has(tokens[i].text) && --depth === 0) return i;
  }
  return -1;
}

/** Index of the first separator or closing brace at or after `index` that belongs to the table itself. */
function valueEnd(tokens, index) {
  let depth = 0;
  for (let i = index; i < tokens.length; i++) {
    const { type, text } = tokens[i];
    if (type === 'keyword') {
      if (BLOCK.has(text)) depth += 1;
      else if (BLOCK_END.has(text)) depth -= 1;
    } else if (type === 'op') {
      if (depth <= 0 && (text === ',' || text === ';' || text === '}')) return i;
      if (text in OPEN) depth += 1;
      else if (CLOSE.has(text)) depth -= 1;
    }
  }
  return tokens.length;
}

/** The name of the field whose `name =` or `["name"] =` begins at `index`, and the index of its value. */
function fieldName(tokens, index) {
  const [a, b, c, d] = tokens.slice(index, index + 4);
  if (a?.type === 'name' && is(b, '=')) return { name: a.text, value: index + 2 };
  if (is(a, '[') && b?.type === 'string' && is(c, ']') && is(d, '=')) return { name: content(b), value: index + 4 };
  return { name: '', value: index };
}

/** @returns {{name, from, valueFrom, to, value: object[], after}[]} value: its tokens; after: one past the separator, or past the value */
function fieldsOf(tokens, open, close) {
  const fields = [];
  for (let i = open + 1; i < close;) {
    const { name, value } = fieldName(tokens, i);
    const end = Math.min(valueEnd(tokens, value), close);
    if (end > value) {
      const last = tokens[end - 1];
      const after = end < close ? tokens[end].to : last.to;
      const { from } = tokens[i];
      fields.push({ name, from, to: last.to, valueFrom: tokens[value].from, value: tokens.slice(value, end), after });
    }
    i = Math.max(end, i) + 1;
  }
  return fields;
}

/**
 * The last call of `name` in the text that is a call: not a field, a method, a definition, a word of a comment or string.
 * @returns {null | {from, to, open, close, fields, isTable}} open, close: offsets of the braces, inclusive and exclusive. isTable false: it
 *   is called with something else, and open and close are those of its parentheses
 */
export function lastCall(text, name) {
  const tokens = tokenize(text).filter((token) => token.type !== 'comment');
  for (let i = tokens.length - 1; i >= 0; i--) {
    if (tokens[i].type !== 'name' || tokens[i].text !== name) continue;
    const before = tokens[i - 1];
    if (is(before, '.') || is(before, ':') || is(before, 'function')) continue;
    if (!is(tokens[i + 1], '{') && !is(tokens[i + 1], '(')) continue;
    const outer = closing(tokens, i + 1);
    if (outer < 0) continue;
    const bare = is(tokens[i + 1], '{');
    const open = bare ? i + 1 : i + 2;
    const isTable = is(tokens[open], '{') && closing(tokens, open) === (bare ? outer : outer - 1);
    const from = tokens[i].from, to = tokens[outer].to;
    if (!isTable) return { from, to, open: tokens[i + 1].from, close: to, fields: [], isTable };
    const close = bare ? outer : outer - 1;
    return { from, to, open: tokens[open].from, close: tokens[close].to, fields: fieldsOf(tokens, open, close), isTable };
  }
  return null;
}

/** The number that tokens are, `-1.5` and `+1` included; null: they are not one. */
export function numberOf(value) {
  const minus = is(value[0], '-');
  const rest = minus ? value.slice(1) : value;
  if (rest.length !== 1 || rest[0].type !== 'number' || /[pP]|0[xX].*\./.test(rest[0].text)) return null;
  const number = Number(rest[0].text);
  return Number.isFinite(number) ? (minus ? -number : number) : null;
}

/** The {x, y, z} of numbers that tokens are; null: something else. */
export function pointOf(value) {
  if (!is(value[0], '{') || closing(value, 0) !== value.length - 1) return null;
  const parts = fieldsOf(value, 0, value.length - 1);
  const numbers = parts.map((part) => (part.name ? null : numberOf(part.value)));
  return numbers.length === 3 && !numbers.includes(null) ? numbers : null;
}

/** Applies {from, to, insert} edits that do not overlap. */
export function applyEdits(text, edits) {
  const fromTheEnd = [...edits].sort((a, b) => b.from - a.from || b.to - a.to);
  return fromTheEnd.reduce((now, { from, to, insert }) => now.slice(0, from) + insert + now.slice(to), text);
}

/** The edit that removes a field, with its line where nothing else stands there. */
export function removal(text, field) {
  let { from } = field, to = field.after;
  while (/[ \t]/.test(text[to] ?? '')) to += 1;
  const lineStart = text.lastIndexOf('\n', from - 1) + 1;
  if (text[to] === '\n' && /^[ \t]*$/.test(text.slice(lineStart, from))) {
    from = lineStart;
    to += 1;
  }
  return { from, to, insert: '' };
}

/** The edits that add `fields` (each `name = value`) after the last of a call's `kept` fields, in its manner. */
export function additions(text, call, kept, fields) {
  const last = kept.at(-1);
  if (!last) return [{ from: call.open + 1, to: call.open + 1, insert: ` ${fields.join(', ')} ` }];
  const separated = last.after > last.to;
  const lineStart = text.lastIndexOf('\n', last.from - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart))[0];
  const ownLine = lineStart > call.open && lineStart + indent.length === last.from;
  if (!ownLine) {
    const insert = separated ? ` ${fields.join(', ')},` : `, ${fields.join(', ')}`;
    return [{ from: last.after, to: last.after, insert }];
  }
  // One more line each, under the last one and its comment.
  const lines = fields.map((each) => `\n${indent}${each}`).join(',') + (separated ? ',' : '');
  const at = lineEndAfter(text, last.after, call.close);
  if (separated) return [{ from: at, to: at, insert: lines }];
  if (at === last.to) return [{ from: at, to: at, insert: `,${lines}` }];
  return [{ from: last.to, to: last.to, insert: ',' }, { from: at, to: at, insert: lines }];
}

/** The end of the line, where only a comment follows on it; else the place itself. */
function lineEndAfter(text, at, close) {
  const newline = text.indexOf('\n', at);
  const rest = tokenize(text, at, close).find((token) => token.from < (newline < 0 ? Infinity : newline));
  if (newline < 0 || newline > close) return at;
  if (!rest) return newline;
  return rest.type === 'comment' && rest.to <= newline ? newline : at;
}
