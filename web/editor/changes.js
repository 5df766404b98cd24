/* changes.js - texts that others write, as the editor takes them in. Offsets are UTF-16 units. Pure. */

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
export function withPlainBreaks(text) {
  return text.replace(/\r\n?/g, '\n');
}
