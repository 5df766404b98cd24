/* suggest.js - what can be completed at a place, without an editor: options with their snippets. Pure; completion.js shows them.
 *
 * An option: {label, kind, detail, apply, boost, subject, again}. apply: text, or {snippet}; subject: for explain(); again: completion
 * goes on behind it. In snippets ${…} are the places to fill in, and braces within them have a backslash. */
import { callEnd, declaredNames, fieldTexts, madeBy } from './context.js';
import { usualRange } from './api.js';
import { KEYWORDS } from './tokens.js';

const place = (text) => `\${${text.replace(/[{}]/g, '\\$&')}}`;

/** Places of equal text would be one place: they are numbered. Those with braces have no number, and may only differ. */
function snippet(text) {
  let count = 0;
  return { snippet: text.replace(/\$\{([^{}\\]+)\}/g, (all, inner) => `\${${++count}:${inner}}`) };
}

const LISTS = {
  points: '{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}',
  faces: '{{1, 2, 3}}',
  pairs: '{{0, 0}, {1, 0}, {1, 1}}',
  normals: '{{0, 0, 1}}',
  uvs: '{{0, 0}}',
  outlines: '{{{0, 0}, {1, 0}, {1, 1}}}',
  rows: '{{0, 0}, {0, 1}}',
};
const NUMERIC = new Set(['number', 'integer', 'radii', 'cells', 'focus', 'turn', 'size2', 'size3', 'pixels']);
/** Fields that are all the values without a name. */
const ITEMS = new Set(['materials', 'stops', 'nodes']);
const VECTORS = new Set(['vector', 'direction', 'point']);
const NESTED = {
  nodes: '{ }',
  materials: '{ }',
  visible: '{ camera = true, shadow = true, reflection = true }',
  bounces: '{ diffuse = 16 }',
  turn: '{ y = 30 }',
};

const isPlain = (text) => text.length <= 40 && /^[\s\d.,{}-]+$/.test(text);
const numbersAsPlaces = (text) => text.replace(/-?(?:\d+\.?\d*|\.\d+)/g, place);

/** A value to begin with, as a snippet: the default, or the example's; '' where the list of values is what helps. */
function firstValue(field, owner) {
  if (field.type === 'boolean') return place(field.default === 'true' ? 'false' : 'true');
  const shown = field.default ?? (owner ? fieldTexts(owner.example, owner.name).get(field.name) : '');
  if (shown && isPlain(shown)) return numbersAsPlaces(shown);
  if (VECTORS.has(field.type)) return numbersAsPlaces(field.type === 'direction' || field.name === 'to' ? '{0, 1, 0}' : '{0, 0, 0}');
  if (field.type in LISTS) return place(LISTS[field.type]);
  if (field.type === 'function') return `function(u, v) return {u, ${place('0')}, v} end`;
  if (field.type === 'heading') return numbersAsPlaces('{45, 45}');
  if (field.type === 'string') return '"${}"';
  return NUMERIC.has(field.type) ? place(String(Math.max(field.min ?? 1, 1))) : '';
}

const SHORT = {
  boolean: 'true, false',
  visible: 'true, false',
  string: 'text',
  word: 'word',
  words: 'words',
  vector: 'vector',
  direction: 'vector',
  point: 'vector',
  size3: 'number or vector',
  size2: 'number or pair',
  turn: 'number or vector',
  facing: 'word or vector',
  color: 'colour',
  material: 'material',
  materials: 'materials',
  texture: 'texture',
  exposure: 'number',
  bounces: 'whole number',
  focus: 'number or vector',
  pixels: 'width, height',
  heading: 'height, heading',
  cells: 'whole number',
  function: 'function',
  nodes: 'shapes',
};

/** "0 to 1", "vector, m": what helps to fill it in, short. */
function fieldDetail(field) {
  const takes =
    SHORT[field.type] ?? (field.type === 'number' || field.type === 'integer' ? field.takes.replace(/^a (whole )?number ?/, '$1') : 'list');
  const what = usualRange(field) || [takes.trim(), field.unit].filter(Boolean).join(', ');
  return field.required ? `required: ${what}` : what;
}

function fieldOption(field, owner, boost) {
  const value = firstValue(field, owner);
  const apply = value ? snippet(`${field.name} = ${value}`) : `${field.name} = `;
  return {
    label: field.name,
    kind: 'field',
    detail: fieldDetail(field),
    apply,
    boost,
    subject: { what: 'field', item: field, owner },
    again: !value,
  };
}

/** Fields that are not given yet and exclude none that is: the required first, then as in the reference. */
function fieldOptions(words, { frame, tokens }) {
  const owner = words.entryOf(frame, tokens);
  const fields = words.fieldsOf(frame, tokens);
  const free = fields.filter((field) => !frame.given.has(field.name) && !field.excludes?.some((other) => frame.given.has(other)));
  return free.map((field, i) => fieldOption(field, owner, (field.required ? 60 : field.advanced ? -10 : 40) - i / 4));
}

/** `name{ … }` with what has to be given, as in its example. */
function entrySnippet(entry) {
  const required = entry.fields.filter((field) => field.required);
  const shown = required.length ? fieldTexts(entry.example, entry.name) : new Map();
  const parts = required.map((field) => {
    const text = shown.get(field.name) ?? (ITEMS.has(field.type) ? '' : shown.get(String(field.position)));
    // A variable of the example says nothing, nor does a file that is not there.
    if (field.type === 'stops') return `{${place('0')}, "${place('black')}"}, {${place('1')}, "${place('white')}"}`;
    const value =
      !text || /^\w+$|\n/.test(text) || field.type === 'string' ? firstValue(field, entry) : isPlain(text) ? numbersAsPlaces(text) : text;
    return value && `${field.name} = ${value}`;
  });
  const text = parts.filter(Boolean).join(', ');
  return { again: !text && entry.fields.length > 0, text: entry.fields.length ? `${entry.name}{ ${text || '${}'} }` : `${entry.name}{}` };
}

function entryOption(entry, boost = 0) {
  const { text, again } = entrySnippet(entry);
  return {
    label: entry.name,
    kind: entry.kind,
    detail: entry.kind,
    apply: snippet(text),
    boost,
    subject: { what: 'entry', item: entry },
    again,
  };
}

/** The entry's call in its example, with what the example does before. */
function exampleOption(entry) {
  const { example, name } = entry;
  const end = callEnd(example, name);
  if (end < 0) return null;
  const text = example.slice(0, end);
  return {
    label: `${name} example`,
    kind: 'example',
    detail: text.split('\n')[0].slice(0, 60),
    apply: text,
    boost: -40,
    subject: { what: 'entry', item: entry },
  };
}

/** The first way to call a function, its arguments as places to fill in. */
function callSnippet(signature, name) {
  const first = signature
    .split(/,? or |, (?=part:|\w+ ")/)[0]
    .replace(/^part:/, '')
    .replace(/^\w+:/, '');
  const call = /^([\w.]+)(?:\((.*)\)| ?"(.*)"|\{(.*)\})?$/s.exec(first);
  if (!call) return `${name}(\${})`;
  const [, , list, text, table] = call;
  if (text !== undefined) return `${name} "${place(text)}"`;
  if (table !== undefined) return `${name}{ ${/field = value/.test(table) ? '${}' : place(table.trim())} }`;
  if (list === undefined) return name;
  const parts = list
    .replace(/\{[^}]*\}/g, '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => /^\w+$/.test(part));
  return parts.length
    ? `${name}(${parts.map((part) => (part === 'name' ? `"${place(part)}"` : place(part))).join(', ')})`
    : `${name}(${list.includes('...') ? '${}' : ''})`;
}

function functionOption(fn, boost = -5) {
  const apply = fn.kind === 'value' ? fn.name : snippet(callSnippet(fn.signature, fn.name));
  return {
    label: fn.name,
    kind: fn.kind,
    detail: fn.kind === 'value' ? '' : fn.section,
    apply,
    boost,
    subject: { what: 'function', item: fn },
  };
}

const methodOption = (fn) => ({ ...functionOption(fn, 0), detail: '', subject: { what: 'method', item: fn }, again: fn.name === 'with' });

const nameOption = (name, i) => ({ label: name, kind: 'name', detail: '', apply: name, boost: 20 - Math.min(i, 20) / 2, subject: null });

const literal = (label, detail, boost = 60) => ({ label, kind: 'value', detail, apply: label, boost, subject: null });

function wordOption(each, quote, i) {
  const order = { word: 50, preset: 45, color: -30 }[each.kind];
  const text = quote ? `"${each.word}"` : each.word;
  return {
    label: text,
    kind: each.kind,
    detail: each.kind === 'color' ? '' : each.doc,
    apply: text,
    boost: order - Math.min(i, 30) / 4,
    color: each.color,
    subject: { what: 'word', item: each },
  };
}

const KINDS = { material: ['material', 'texture'], materials: ['material'], texture: ['texture'], nodes: ['shape', 'group', 'light'] };
const SECTIONS = {
  color: 'vectors and colours',
  material: 'vectors and colours',
  vector: 'vectors and colours',
  direction: 'vectors and colours',
  point: 'vectors and colours',
};

/** A snippet with its places filled in as they are. */
export function plainSnippet(text) {
  return text.replace(/\$\{(?:\d+:)?((?:\\.|[^}])*)\}/g, '$1').replace(/\\/g, '');
}

/** What is written as the value of a field, the most fitting first. */
function valueOptions(words, frame, tokens) {
  const field = words.fieldAt(frame, tokens);
  const options = [];
  if (!field) return options;
  const quoted = words.wordsFor(frame, tokens).filter((each) => each.kind !== 'color');
  options.push(...quoted.map((each, i) => wordOption(each, true, i)));
  if (field.type === 'boolean' || field.type === 'visible') {
    options.push(
      ...(field.default === 'true' ? ['false', 'true'] : ['true', 'false']).map((each, i) =>
        literal(each, field.default === each ? 'default' : '', 60 - i),
      ),
    );
  }
  const kinds = (frame.key && ITEMS.has(field.type) ? null : KINDS[field.type]) ?? (field.texture ? ['texture'] : []);
  for (const entry of words.entries.values()) if (kinds.includes(entry.kind)) options.push(entryOption(entry, 30));
  const value = firstValue(field, words.entryOf(frame, tokens));
  if (value && field.type !== 'boolean') {
    const shown = plainSnippet(value);
    options.push({
      label: shown,
      kind: 'value',
      detail: shown === field.default ? 'default' : '',
      apply: snippet(value),
      boost: 55,
      subject: { what: 'field', item: field, owner: words.entryOf(frame, tokens) },
    });
  }
  if (NESTED[field.type]) options.push(literal(NESTED[field.type], '', 20));
  return options;
}

/** Everything that a value can be made with. */
function expressionOptions(words, text, at, near) {
  const section = near ? SECTIONS[near.type] : '';
  const functions = [...words.functions.values()].filter((fn) => fn.name !== 'moonlit');
  return [
    ...declaredNames(text, at, words).map(nameOption),
    ...[...words.entries.values()].filter((entry) => entry.kind !== 'setting').map((entry) => entryOption(entry, -10)),
    ...functions.map((fn) => functionOption(fn, section && fn.section === section ? 10 : -15)),
  ];
}

function unique(options) {
  const seen = new Set();
  return options.filter((each) => each && !seen.has(each.label) && seen.add(each.label));
}

/**
 * What can be written at `at`: {from, to, options}; null: nothing. `words`: Language of api.js.
 * explicit: it was asked for, not only typed.
 */
export function suggest(words, text, at, explicit = false) {
  const found = words.context(text, at);
  const { kind, frame, tokens, word } = found;
  const result = (list) => {
    const options = unique(list);
    // A word that is complete must not take the Enter that follows it.
    if (!explicit && (KEYWORDS.has(word) || options.some(({ label, apply }) => label === word && apply === word))) return null;
    return options.length ? { from: found.from, to: found.to, options, kind } : null;
  };
  if (kind === 'comment' || kind === 'none' || kind === 'name' || (kind === 'number' && !explicit)) return null;
  if (kind === 'string') return result(words.wordsFor(frame, tokens).map((each, i) => wordOption(each, false, i)));
  if (kind === 'method') return result([...words.methodsOf(madeBy(tokens, tokens.length - 2, words)).values()].map(methodOption));
  if (kind === 'member') return result([...words.membersOf(tokens.at(-2)?.text).values()].map((fn) => functionOption(fn, 0)));
  if (!word && !explicit && kind !== 'key' && kind !== 'value') return null;

  if (kind === 'key') {
    const values = word || explicit ? [...valueOptions(words, frame, tokens), ...expressionOptions(words, text, at, null)] : [];
    return result([...fieldOptions(words, found), ...values.map((each) => ({ ...each, boost: each.boost - 50 }))]);
  }
  if (kind === 'value') {
    const field = words.fieldAt(frame, tokens);
    const others = word || explicit ? expressionOptions(words, text, at, field) : [];
    return result([...valueOptions(words, frame, tokens), ...others]);
  }
  if (kind === 'statement') {
    const entries = [...words.entries.values()];
    return result([
      ...entries.map((entry) => entryOption(entry, 10)),
      ...declaredNames(text, at, words).map(nameOption),
      ...[...words.functions.values()].map((fn) => functionOption(fn, fn.section === 'scene' ? 0 : -20)),
      ...entries.map(exampleOption),
    ]);
  }
  return result(expressionOptions(words, text, at, null));
}
