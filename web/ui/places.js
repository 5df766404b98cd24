/**
 * places.js - places in a script: lines and columns as diagnostics count them (from 1, columns in characters) against offsets in
 * JavaScript's strings (UTF-16).
 */

/** Offset of the beginning of a line; lines past the end are the end. */
function lineStart(text, line) {
  let start = 0;
  for (let n = 1; n < line; n += 1) {
    const end = text.indexOf('\n', start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  return start;
}

function lineEnd(text, start) {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end;
}

/** A line's text. */
export function lineOf(text, line) {
  const start = lineStart(text, line);
  return text.slice(start, lineEnd(text, start));
}

/** The offset of a column; 0 (not known) is the first one that is no blank, columns past the end of the line are its end. */
export function offsetOf(text, line, column) {
  const start = lineStart(text, line);
  const end = lineEnd(text, start);
  if (column < 1) return start + text.slice(start, end).search(/\S|$/);
  let at = start;
  for (let n = 1; at < end && n < column; n += 1) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return at;
}

/** Offsets {from, to} of a diagnostic's place; without columns the whole line, without its indentation. */
export function rangeOf(text, { line, column, endColumn }) {
  const from = offsetOf(text, line, column);
  if (column < 1) return { from, to: lineEnd(text, from) };
  return { from, to: Math.max(from, offsetOf(text, line, endColumn)) };
}

/**
 * The text with a diagnostic's fix: {line, column, endColumn, text}; null: the line is no more what it was.
 * @param {string|null} about the text that the diagnostic was made for; null: not known
 */
export function fixed(text, fix, about = text) {
  if (about === null || lineOf(text, fix.line) !== lineOf(about, fix.line)) return null;
  const { from, to } = rangeOf(text, fix);
  return text.slice(0, from) + fix.text + text.slice(to);
}
