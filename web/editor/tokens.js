/* tokens.js - Lua 5.4 as tokens, tolerant of everything that is half written. Offsets are UTF-16 units from the start of the text.
 *
 * A token: {type, text, from, to}; types: name, keyword, number, string, comment, op. Strings and comments have `closed` and
 * `inner` (offset of the content). Blanks are left out. */

export const KEYWORDS = new Set([
  'and',
  'break',
  'do',
  'else',
  'elseif',
  'end',
  'false',
  'for',
  'function',
  'goto',
  'if',
  'in',
  'local',
  'nil',
  'not',
  'or',
  'repeat',
  'return',
  'then',
  'true',
  'until',
  'while',
]);

const BLANK = /\s+/y;
const LONG = /\[(=*)\[/y;
const QUOTED = /"(?:\\(?:z\s*|\r\n|[^])|[^"\\\n])*("?)|'(?:\\(?:z\s*|\r\n|[^])|[^'\\\n])*('?)/y;
const NUMBER = /0[xX][\da-fA-F]*(?:\.(?!\.)[\da-fA-F]*)?(?:[pP][+-]?\d*)?|(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d*)?/y;
const NAME = /[A-Za-z_]\w*/y;
const OPERATOR = /\.{1,3}|::|\/\/|<<|>>|[=~<>]=|[^]/uy;

function match(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** "[[...]]" or "[=[...]=]" at `at`: where its content begins and where it ends; null: none begins there. */
function longBracket(text, at) {
  const open = match(LONG, text, at);
  if (!open) return null;
  const inner = at + open[0].length;
  const end = text.indexOf(`]${open[1]}]`, inner);
  return end < 0 ? { inner, to: text.length, closed: false } : { inner, to: end + open[1].length + 2, closed: true };
}

function comment(text, at) {
  const long = longBracket(text, at + 2);
  if (long) return { type: 'comment', ...long };
  const end = text.indexOf('\n', at);
  return { type: 'comment', inner: at + 2, to: end < 0 ? text.length : end, closed: false };
}

function tokenAt(text, at) {
  const c = text[at];
  if (c === '-' && text[at + 1] === '-') return comment(text, at);
  if (c === '#' && at === 0) return { ...comment(text, at), inner: 1 }; // a first line for the shell
  if (c === '[') {
    const long = longBracket(text, at);
    if (long) return { type: 'string', ...long };
  }
  if (c === '"' || c === "'") {
    const [all, ...closing] = match(QUOTED, text, at);
    return { type: 'string', inner: at + 1, to: at + all.length, closed: closing.some(Boolean) };
  }
  const name = match(NAME, text, at);
  if (name) return { type: KEYWORDS.has(name[0]) ? 'keyword' : 'name', to: at + name[0].length };
  const number = match(NUMBER, text, at);
  if (number) return { type: 'number', to: at + number[0].length };
  return { type: 'op', to: at + match(OPERATOR, text, at)[0].length };
}

/** The tokens that begin in [from, to), with comments. */
export function tokenize(text, from = 0, to = text.length) {
  const tokens = [];
  for (let at = from; at < to;) {
    const blank = match(BLANK, text, at);
    if (blank) {
      at += blank[0].length;
      continue;
    }
    const token = tokenAt(text, at);
    token.from = at;
    token.text = text.slice(at, token.to);
    tokens.push(token);
    at = token.to;
  }
  return tokens;
}

/** What stands between the quotes or brackets of a string. */
export function content(token) {
  const end = token.closed ? token.text.length - (token.inner - token.from) : token.text.length;
  return token.text.slice(token.inner - token.from, end);
}
