/* positions.js - places and changes between the text as the engine and as the editor count it. The engine counts lines from 1 and columns
 * from 1 in characters (code points); the editor counts UTF-16 units from 0. */

/** Offset within a line of the given column; columns beyond the end are at the end. */
export function offsetOfColumn(line, column) {
  let at = 0;
  for (let left = column - 1; left > 0 && at < line.length; left--) at += line.codePointAt(at) > 0xffff ? 2 : 1;
  return at;
}

/** Column of an offset within a line. */
export function columnOfOffset(line, offset) {
  let column = 1;
  for (let at = 0; at < offset; column++) at += line.codePointAt(at) > 0xffff ? 2 : 1;
  return column;
}

const isHigh = (code) => code >= 0xd800 && code < 0xdc00;

/** The least change that makes `next` of `text`: {from, to, insert}; null: they are equal. Characters are not split. */
export function leastChange(text, next) {
  if (text === next) return null;
  const shorter = Math.min(text.length, next.length);
  let start = 0;
  while (start < shorter && text.charCodeAt(start) === next.charCodeAt(start)) start += 1;
  if (start > 0 && isHigh(text.charCodeAt(start - 1))) start -= 1;
  let end = 0;
  while (end < shorter - start && text.charCodeAt(text.length - 1 - end) === next.charCodeAt(next.length - 1 - end)) end += 1;
  if (end > 0 && isHigh(text.charCodeAt(text.length - 1 - end))) end -= 1;
  return { from: start, to: text.length - end, insert: next.slice(start, next.length - end) };
}

/** Line breaks as a textarea and the editor have them. */
export function withPlainBreaks(text) { return text.replace(/\r\n?/g, '\n'); }

/** {from, to} of a diagnostic's place; `line(n)`: {from, text} of line n, null beyond the end. No column: the line without its indentation. */
export function rangeOf(place, line) {
  const found = line(place.line);
  if (!found) return null;
  const { from, text } = found;
  if (!place.column) return { from: from + text.search(/\S|$/), to: from + text.trimEnd().length };
  const start = from + offsetOfColumn(text, place.column);
  return { from: start, to: Math.max(start, from + offsetOfColumn(text, place.endColumn)) };
}
