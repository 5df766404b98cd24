/* lua.js - Lua 5.4 for the editor: colours (with the scene language's own words), indentation, folding, comments. */
import { StreamLanguage, foldService } from '@codemirror/language';
import { tags } from '@lezer/highlight';
import { KEYWORDS, tokenize } from './tokens.js';

const ATOMS = new Set(['true', 'false', 'nil']);
const CLOSING = { '}': '{', ')': '(', ']': '[' };
const OPENS_BLOCK = new Set(['function', 'if', 'do', 'repeat']);
const ELECTRIC = /^\s*(?:end|else|elseif|until|[})\]])$/;
/** What is longer than this holds data: it is not folded, in characters. */
const FOLD_REACH = 40000;

/* What is open at a place: [kind, indentation of the line that it opened on], innermost last. */
function open(state, kind, stream) {
  state.open.push({ kind, indent: stream.indentation() });
}

function close(state, kind) {
  for (let i = state.open.length - 1; i >= 0; i--) {
    if (state.open[i].kind === kind) {
      state.open.length = i;
      return;
    }
  }
}

function longRest(stream, state) {
  const close = `]${state.long.equals}]`;
  const at = stream.string.indexOf(close, stream.pos);
  const { style } = state.long;
  if (at < 0) {
    stream.skipToEnd();
  } else {
    stream.pos = at + close.length;
    state.long = null;
  }
  return style;
}

function quotedRest(stream, state) {
  for (let c = stream.next(); c !== undefined; c = stream.next()) {
    if (c === state.quote) {
      state.quote = '';
      return 'string';
    }
    if (c !== '\\') continue;
    if (stream.eol()) return 'string'; // the string goes on in the next line
    if (stream.next() === 'z' && stream.match(/\s*$/)) return 'string';
  }
  state.quote = '';
  return 'string';
}

function name(stream, state, words) {
  const text = stream.match(/^[A-Za-z_]\w*/)[0];
  const behind = state.before;
  if (behind === '.' || behind === ':') return stream.match(/^\s*[({"']/, false) ? 'method' : 'propertyName';
  if (ATOMS.has(text)) return 'atom';
  if (KEYWORDS.has(text)) {
    if (OPENS_BLOCK.has(text)) open(state, 'block', stream);
    if (text === 'end' || text === 'until') close(state, 'block');
    return 'keyword';
  }
  const inTable = state.open.at(-1)?.kind === '{';
  if (inTable && stream.match(/^\s*=(?!=)/, false)) return 'propertyName';
  if (behind === 'function') return 'defined';
  if (words.entries.has(text)) return 'entry';
  if (words.functions.has(text)) return 'builtin';
  return 'variableName';
}

function token(stream, state, words) {
  if (state.long) return longRest(stream, state);
  if (state.quote) return quotedRest(stream, state);
  if (stream.eatSpace()) return null;
  const start = stream.pos;
  const style = code(stream, state, words);
  state.before = stream.string.slice(start, stream.pos);
  return style;
}

function code(stream, state, words) {
  const long = /^(--)?\[(=*)\[/.exec(stream.string.slice(stream.pos, stream.pos + 40));
  if (long) {
    stream.pos += long[0].length;
    state.long = { equals: long[2], style: long[1] ? 'comment' : 'string' };
    return longRest(stream, state);
  }
  if (stream.match('--') || stream.match(/^#!/)) {
    stream.skipToEnd();
    return 'comment';
  }
  const c = stream.peek();
  if (c === '"' || c === "'") {
    stream.next();
    state.quote = c;
    return quotedRest(stream, state);
  }
  if (/[A-Za-z_]/.test(c)) return name(stream, state, words);
  if (stream.match(/^(?:0[xX][\da-fA-F]*(?:\.[\da-fA-F]*)?(?:[pP][+-]?\d*)?|(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d*)?)/))
    return 'number';
  stream.next();
  if (c === '{' || c === '(' || c === '[') open(state, c, stream);
  else if (c in CLOSING) close(state, CLOSING[c]);
  if (/[{}()[\]]/.test(c)) return 'bracket';
  if (c === ',' || c === ';') return 'punctuation';
  if (c === ':' || c === '.') {
    stream.eatWhile(c);
    return 'punctuation';
  }
  stream.match(/^[=/<>~]/);
  return 'operator';
}

function indent(state, textAfter, context) {
  if (state.long || state.quote) return null;
  const top = state.open.at(-1);
  if (!top) return 0;
  const closes = /^\s*(?:end\b|else\b|elseif\b|until\b|[})\]])/.test(textAfter);
  return closes ? top.indent : top.indent + context.unit;
}

/** @param {{entries: Map, functions: Map}} words the scene language's; empty maps for plain Lua */
export function luaLanguage(words) {
  return StreamLanguage.define({
    name: 'lua',
    startState: () => ({ open: [], long: null, quote: '', before: '' }),
    copyState: (state) => ({ ...state, open: state.open.slice() }),
    token: (stream, state) => token(stream, state, words),
    indent,
    tokenTable: {
      entry: tags.typeName,
      builtin: tags.standard(tags.variableName),
      defined: tags.definition(tags.variableName),
      method: tags.function(tags.propertyName),
      atom: tags.atom,
    },
    languageData: {
      commentTokens: { line: '--', block: { open: '--[[', close: ']]' } },
      closeBrackets: { brackets: ['(', '[', '{', '"', "'"] },
      indentOnInput: ELECTRIC,
    },
  });
}

const opens = ({ type, text }) => (type === 'op' && '{(['.includes(text)) || (type === 'keyword' && OPENS_BLOCK.has(text));
const closes = ({ type, text }) => (type === 'op' && text in CLOSING) || (type === 'keyword' && (text === 'end' || text === 'until'));

/** How many brackets and blocks are open behind the text, of those that open in it. */
function openAfter(text) {
  return tokenize(text).reduce((depth, token) => (opens(token) ? depth + 1 : closes(token) ? Math.max(0, depth - 1) : depth), 0);
}

/** Folds what opens on a line, the outermost, up to the line that it closes on. */
export const luaFolding = foldService.of((state, from, to) => {
  const line = state.doc.sliceString(from, to);
  if (!/[{([]|\b(?:function|if|do|repeat)\b/.test(line)) return null;
  let depth = openAfter(line);
  if (!depth) return null;
  for (const token of tokenize(state.doc.sliceString(to, Math.min(state.doc.length, to + FOLD_REACH)))) {
    depth += opens(token) ? 1 : closes(token) ? -1 : 0;
    if (depth) continue;
    const end = state.doc.lineAt(to + token.from).from - 1;
    return end > to ? { from: to, to: end } : null;
  }
  return null;
});
