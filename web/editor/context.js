/* context.js - where in a scene a place is: in which call's table, at which field, after which method's colon. Tolerant: the text is
 * usually half written. Only lexing; what names mean is asked of `language` (language.js).
 *
 * A frame is an open bracket or block around the place:
 *   {open: '{' '(' '[' 'block' 'string', callee, method, receiver, key, position, given, outer}
 * callee: the name that is called with it ('' none); method: behind a colon; receiver: index of the token before the colon; key: field
 * whose value is being written ('' none); position: values without a name so far, from 1; given: Set of all its keys. */
import { content, tokenize } from './tokens.js';

/** How far back and ahead is looked, in characters. */
const REACH = 60000;
const AHEAD = 20000;

const CLOSES = { '}': '{', ')': '(', ']': '[' };
const OPENS_BLOCK = new Set(['function', 'if', 'do', 'repeat']);
/** Give what they are given. */
const PASSES = new Set(['proto', 'hide', 'show', 'add', 'only']);

function frame(open, outer, call = {}) {
  return { open, callee: '', method: false, receiver: -1, ...call, key: '', position: 1, given: new Set(), fresh: true, outer };
}

/** Is token `i` what is called, as in `name{`, `name(`, `name "`, `x:name{`? */
function callBefore(tokens, i) {
  const token = tokens[i];
  if (token?.type !== 'name') return null;
  const before = tokens[i - 1]?.text;
  if (before === 'function') return null;
  if (before === ':') return { callee: token.text, method: true, receiver: i - 2 };
  if (before === '.') return { callee: `${tokens[i - 2]?.text}.${token.text}` };
  return { callee: token.text };
}

/** The nearest frame out from `top` that opened so, or null. */
function enclosing(top, open) {
  let at = top;
  while (at && at.open !== open) at = at.outer;
  return at;
}

/** Token i is the next one after `top`: the innermost frame after it. What closes nothing is skipped. */
function step(tokens, i, top) {
  const { type, text } = tokens[i];
  const fresh = top?.fresh ?? false; // nothing of the item is written yet
  if (top) top.fresh = false;
  if (type === 'op') {
    if (text === '{' && top?.open === '(' && fresh && top.position === 1 && top.callee) {
      return frame('{', top, { callee: top.callee, method: top.method, receiver: top.receiver }); // name({ … })
    }
    if (text === '{' || text === '(') return frame(text, top, callBefore(tokens, i - 1) ?? {});
    if (text === '[') return frame(text, top);
    if (text in CLOSES) {
      const closed = enclosing(top, CLOSES[text]);
      return closed ? closed.outer : top;
    }
    if (top && top.open !== 'block' && (text === ',' || text === ';')) {
      if (!top.key) top.position += 1;
      top.key = '';
      top.fresh = true;
    } else if (text === '=' && top?.open === '{' && tokens[i - 1]?.opensItem) {
      top.key = tokens[i - 1].text;
      top.given.add(top.key);
    }
  } else if (type === 'keyword') {
    if (OPENS_BLOCK.has(text)) return frame('block', top);
    if (text === 'end' || text === 'until') {
      const closed = enclosing(top, 'block');
      return closed ? closed.outer : top;
    }
  } else if (type === 'name') {
    tokens[i].opensItem = fresh;
  }
  return top;
}

/** The frames around the end of `tokens` (without comments), innermost first by `outer`; null: none. */
function frames(tokens, visit) {
  let top = null;
  for (let i = 0; i < tokens.length; i++) {
    visit?.(i, top);
    top = step(tokens, i, top);
  }
  return top;
}

/** Adds the keys that stand behind the place in the innermost table. */
function readAhead(text, at, top) {
  if (top?.open !== '{') return;
  const tokens = tokenize(text, at, Math.min(text.length, at + AHEAD)).filter((token) => token.type !== 'comment');
  let depth = 0;
  for (let i = 0; i < tokens.length && depth >= 0; i++) {
    const { type, text: word } = tokens[i];
    if (type === 'op' && '{(['.includes(word)) depth += 1;
    else if (type === 'op' && word in CLOSES) depth -= 1;
    else if (type === 'keyword' && OPENS_BLOCK.has(word)) depth += 1;
    else if (type === 'keyword' && (word === 'end' || word === 'until')) depth -= 1;
    else if (depth === 0 && type === 'name' && tokens[i + 1]?.text === '=') top.given.add(word);
  }
}

/** A line's start, REACH before `at`: texts are far shorter, but data may stand in them. */
function startFor(text, at) {
  return at <= REACH ? 0 : text.lastIndexOf('\n', at - REACH) + 1;
}

/**
 * What could be written at `at`.
 * @returns {{kind: string, from: number, to: number, word: string, frame: ?object, tokens: object[]}}
 * kind: comment, number, string, key (a field or a value without a name), value, statement, expression, method (behind x:), member
 * (behind x.), name (of something that is being declared), none;
 * from, to: the word there; tokens: what is before it.
 */
export function contextAt(text, at) {
  const tokens = tokenize(text, startFor(text, at), at);
  const last = tokens.at(-1);
  const result = { from: at, to: at, word: '', frame: null, tokens };
  if (last?.type === 'comment' && (at < last.to || !last.closed)) return { ...result, kind: 'comment' };
  const code = tokens.filter((token) => token.type !== 'comment');
  result.tokens = code;

  if (last?.type === 'string' && (at < last.to || !last.closed)) {
    code.pop();
    const top = frames(code);
    const called = callBefore(code, code.length - 1);
    const inner = content(last);
    // An unclosed string is what the line up to the place says; what is behind it was there before the quote.
    const to = last.closed ? last.inner + inner.length : at;
    return {
      ...result,
      kind: 'string',
      from: last.inner,
      to,
      word: text.slice(last.inner, at),
      frame: called ? frame('string', top, called) : top,
    };
  }
  if (last && (last.type === 'name' || last.type === 'keyword' || last.type === 'number') && at <= last.to) {
    code.pop();
    Object.assign(result, { from: last.from, to: last.to, word: text.slice(last.from, at) });
  }
  const top = frames(code);
  result.frame = top;
  readAhead(text, result.to, top);
  return { ...result, kind: last?.type === 'number' && at <= last.to ? 'number' : kindOf(code, top) };
}

function kindOf(tokens, top) {
  const before = tokens.at(-1);
  if (before?.text === ':') return 'method';
  if (before?.text === '.') return 'member';
  if (before?.text === 'function' || before?.text === 'local' || before?.text === 'for' || before?.text === 'goto' || before?.text === '::')
    return 'name';
  if (top?.open === '{') return top.fresh ? 'key' : endsValue(before) ? 'none' : 'value';
  if (top && top.open !== 'block') return 'expression';
  return !before || endsValue(before) || startsStatement(before) ? 'statement' : 'expression';
}

/** Can a value end with this token? Behind it there is no value, but perhaps the next statement. */
function endsValue(token) {
  return (
    token.type === 'name' ||
    token.type === 'number' ||
    token.type === 'string' ||
    [')', '}', ']', '...', 'end', 'true', 'false', 'nil', 'break'].includes(token.text)
  );
}

const startsStatement = (token) => [';', '::', 'do', 'then', 'else', 'repeat'].includes(token.text);

/** Index of the bracket that tokens[i] closes; -1: none. */
function opening(tokens, i) {
  let depth = 0;
  for (let at = i; at >= 0; at--) {
    const { type, text } = tokens[at];
    if (type !== 'op') continue;
    if (text in CLOSES) depth += 1;
    else if ('{(['.includes(text) && --depth === 0) return at;
  }
  return -1;
}

/**
 * What the expression that ends with token i is: the name of the entry or function that made it; '' unknown.
 * Methods give what they are called of. Variables are followed to what was last assigned to them.
 */
export function madeBy(tokens, i, language, depth = 0) {
  if (i < 0 || depth > 8) return '';
  let at = i;
  const { type, text } = tokens[i];
  if (text === '}' || text === ')') at = opening(tokens, i) - 1;
  else if (type === 'string') at = i - 1;
  else if (type === 'name') return tokens[i - 1]?.text === '.' ? '' : variable(tokens, i, language, depth);
  else return '';
  const call = callBefore(tokens, at);
  if (!call) return type === 'string' ? 'string' : tokens[at + 1]?.text === '(' ? madeBy(tokens, i - 1, language, depth + 1) : '';
  if (call.method) return madeBy(tokens, call.receiver, language, depth + 1);
  return PASSES.has(call.callee) ? madeBy(tokens, i - 1, language, depth + 1) : callOf(call.callee, language);
}

const callOf = (name, language) => (language.entries.has(name) || language.functions.has(name) ? name : '');

/** The value that was last assigned to the name of token i before it. */
function variable(tokens, i, language, depth) {
  for (let at = i - 1; at >= 0; at--) {
    if (tokens[at].type !== 'name' || tokens[at].text !== tokens[i].text || tokens[at - 1]?.text === '.') continue;
    let place = 0;
    let equals = at + 1;
    while (tokens[equals]?.text === ',' && tokens[equals + 1]?.type === 'name') [place, equals] = [place, equals + 2];
    if (tokens[equals]?.text !== '=') continue;
    for (let back = at; tokens[back - 1]?.text === ',' && tokens[back - 2]?.type === 'name'; back -= 2) place += 1;
    const end = valueEnd(tokens, equals + 1, place, i);
    if (end >= 0) return madeBy(tokens.slice(0, end + 1), end, language, depth + 1);
  }
  return '';
}

/** Index of the last token of the value number `place` (from 0) of a list that begins at `from`. */
function valueEnd(tokens, from, place, limit) {
  let at = from;
  for (let left = place; ; at++) {
    let end = -1;
    for (let open = 0; at < limit; at++) {
      const { text, type } = tokens[at];
      if (type === 'op' && '{(['.includes(text)) open += 1;
      else if (type === 'op' && text in CLOSES) open -= 1;
      if (open < 0) return end;
      if (open === 0 && text === ',') break;
      // A value is over where one that begins anew would need an operator, a bracket or a string before it.
      if (open === 0 && end >= 0 && endsValue(tokens[end]) && (type === 'name' || type === 'keyword' || type === 'number')) {
        if (!['and', 'or', 'not', 'end'].includes(text)) return left === 0 ? end : -1;
      }
      end = at;
    }
    if (left === 0) return end;
    if (at >= limit) return -1;
    left -= 1;
  }
}

/** Names that the text declares: locals, functions, parameters, loop variables, globals; the nearest before `at` first. */
export function declaredNames(text, at, language) {
  const tokens = tokenize(text, startFor(text, at), Math.min(text.length, at + AHEAD)).filter((token) => token.type !== 'comment');
  const found = new Map();
  const add = (token) => {
    if (token?.type !== 'name' || (token.from <= at && at <= token.to)) return;
    const distance = token.from < at ? at - token.from : Infinity;
    found.set(token.text, Math.min(distance, found.get(token.text) ?? Infinity));
  };
  const addList = (i) => {
    for (let k = i; tokens[k]?.type === 'name'; k += 2) {
      add(tokens[k]);
      if (tokens[k + 1]?.text === '<') k += 3; // <const>
      if (tokens[k + 1]?.text !== ',') break;
    }
  };
  frames(tokens, (i, top) => {
    const { type, text: word } = tokens[i];
    if (word === 'local' && tokens[i + 1]?.text !== 'function') addList(i + 1);
    else if (word === 'for') addList(i + 1);
    else if (word === 'function') {
      if (tokens[i + 1]?.type === 'name' && tokens[i + 2]?.text === '(') add(tokens[i + 1]);
      const open = tokens[i + 1]?.text === '(' ? i + 1 : i + 2;
      if (tokens[open]?.text === '(') addList(open + 1);
    } else if (type === 'name' && tokens[i + 1]?.text === '=' && (!top || top.open === 'block') && tokens[i - 1]?.text !== '.')
      add(tokens[i]);
  });
  return [...found]
    .filter(([name]) => !language.entries.has(name))
    .sort((a, b) => a[1] - b[1])
    .map(([name]) => name);
}

/** Where the first statement `name{ … }` of a text ends; -1: there is none. */
export function callEnd(text, name) {
  const tokens = tokenize(text).filter((token) => token.type !== 'comment');
  let end = -1;
  let table = null;
  frames(tokens, (i, top) => {
    if (!table && !top?.outer && top?.open === '{' && top.callee === name && (tokens[i - 3]?.text ?? '') !== '=') table = top;
    if (table && end < 0 && top === table && tokens[i].text === '}') end = tokens[i].to;
  });
  return end;
}

/** Values in the first call `name{ … }` of a text as they are written: by field name, or by position ('1'). */
export function fieldTexts(text, name) {
  const tokens = tokenize(text).filter((token) => token.type !== 'comment');
  const found = new Map();
  let table = null;
  let item = null;
  frames(tokens, (i, top) => {
    if (!table && top?.open === '{' && top.callee === name) table = top;
    if (!table || top !== table) return;
    const { text: word } = tokens[i];
    if (word === ',' || word === '}') {
      if (item) found.set(table.key || String(table.position), text.slice(item.from, tokens[i - 1].to));
      item = null;
    } else if (word === '=') {
      item = null;
    } else {
      item ??= { from: tokens[i].from };
    }
  });
  return found;
}

/** Each literal number that is the whole value of a field, as {token, sign, frame, key}: for checks against the fields' ranges. */
export function literalValues(text) {
  const tokens = tokenize(text).filter((token) => token.type !== 'comment');
  const found = [];
  frames(tokens, (i, top) => {
    if (tokens[i].type !== 'number' || top?.open !== '{') return;
    const sign = tokens[i - 1]?.text === '-' ? -1 : 1;
    const before = tokens[sign < 0 ? i - 2 : i - 1]?.text;
    const after = tokens[i + 1]?.text;
    if (top.key && before === '=' && [',', ';', '}'].includes(after)) {
      found.push({
        token: tokens[i],
        from: tokens[sign < 0 ? i - 1 : i].from,
        value: sign * Number(tokens[i].text),
        frame: { ...top },
        key: top.key,
      });
    }
  });
  return { found, tokens };
}

/** The token at `at` (or ending there) with the frame around it; null: none but comments. For explanations. */
export function subjectAt(text, at) {
  const tokens = tokenize(text, startFor(text, at), Math.min(text.length, at + AHEAD)).filter((token) => token.type !== 'comment');
  let i = tokens.findIndex((token) => token.from <= at && at < token.to);
  if (i < 0 || tokens[i].type === 'op') i = tokens.findIndex((token) => token.to === at && token.type !== 'op');
  if (i < 0) return null;
  const token = tokens[i];
  const before = tokens.slice(0, i);
  const top = frames(before);
  const isKey = token.type === 'name' && top?.open === '{' && top.fresh && tokens[i + 1]?.text === '=';
  const called = token.type === 'string' ? callBefore(before, before.length - 1) : null;
  return {
    token,
    tokens: before,
    frame: called ? frame('string', top, called) : top,
    isKey,
    behind: before.at(-1)?.text === ':' ? 'method' : before.at(-1)?.text === '.' ? 'member' : '',
  };
}
