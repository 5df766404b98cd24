/* suggest.js - what can be completed at a place, without an editor: options with their snippets. Pure; completion.js shows them.
 *
 * An option: {label, kind, detail, apply, boost, subject, again}. apply: text, or {snippet}; subject: for explain(); again: completion goes on
 * behind it. In snippets ${…} are the places to fill in, and braces within them have a backslash. */
import { declaredNames, madeBy } from './context.js';
import { usualRange } from './api.js';

const place = (text) => `\${${text.replace(/[{}]/g, '\\$&')}}`;
const snippet = (text) => ({ snippet: text });

const LISTS = { points: '{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}', faces: '{{1, 2, 3}}', pairs: '{{0, 0}, {1, 0}, {1, 1}}', normals: '{{0, 0, 1}}', uvs: '{{0, 0}}',
  outlines: '{{{0, 0}, {1, 0}, {1, 1}}}', rows: '{{0, 0}, {0, 1}}' };
const VECTORS = new Set(['vector', 'direction', 'point']);
const NESTED = { visible: '{ camera = true, shadow = true, reflection = true }', bounces: '{ diffuse = 16 }', turn: '{ y = 30 }' };

/** A value to begin with, as a snippet; '' where the list of values is what helps. */
function firstValue(field) {
  if (field.type === 'boolean') return place(field.default === 'true' ? 'false' : 'true');
  if (VECTORS.has(field.type)) {
    const parts = /^\{(.+)\}$/.exec(field.default ?? '')?.[1].split(', ') ?? (field.type === 'direction' ? ['0', '1', '0'] : ['0', '0', '0']);
    return `{${parts.map(place).join(', ')}}`;
  }
  if (field.type in LISTS) return place(LISTS[field.type]);
  if (field.type === 'function') return 'function(u, v) return {u, ${0}, v} end';
  if (field.type === 'pixels' || field.type === 'heading' || field.type === 'size2' || field.type === 'size3') return place(field.default ?? (field.type === 'heading' ? '{45, 45}' : '1'));
  if (field.type === 'string') return '"${}"';
  if (['number', 'integer', 'radii', 'cells', 'focus', 'turn', 'scale'].includes(field.type)) return place(field.default ?? String(Math.max(field.min ?? 1, 1)));
  return '';
}

/** "m · 0..1 · 0.5": what helps to fill it in, short. */
function fieldDetail(field) {
  const range = usualRange(field) || (field.unit ? `${field.takes} · ${field.unit}` : field.takes);
  return field.required ? `required · ${range}` : range;
}

function fieldOption(field, owner, boost) {
  const value = firstValue(field);
  const apply = value ? snippet(`${field.name} = ${value}`) : `${field.name} = `;
  return { label: field.name, kind: 'field', detail: fieldDetail(field), apply, boost, subject: { what: 'field', item: field, owner }, again: !value };
}

/** Fields that are not given yet and exclude none that is: the required first, then as in the reference. */
function fieldOptions(words, { frame, tokens }) {
  const owner = words.entryOf(frame, tokens);
  const fields = words.fieldsOf(frame, tokens);
  const free = fields.filter((field) => !frame.given.has(field.name) && !field.excludes?.some((other) => frame.given.has(other)));
  return free.map((field, i) => fieldOption(field, owner, (field.required ? 60 : field.advanced ? -10 : 40) - i / 4));
}

/** `name{ … }` with what has to be given. */
function entrySnippet(entry) {
  const required = entry.fields.filter((field) => field.required && firstValue(field));
  const text = required.map((field) => `${field.name} = ${firstValue(field)}`).join(', ');
  return entry.fields.length ? `${entry.name}{ ${text || '${}'} }` : `${entry.name}{}`;
}

function entryOption(entry, boost = 0) {
  const again = entry.fields.length > 0 && !entry.fields.some((field) => field.required && firstValue(field));
  return { label: entry.name, kind: entry.kind, detail: entry.kind, apply: snippet(entrySnippet(entry)), boost, subject: { what: 'entry', item: entry }, again };
}

/** The entry's own line of its example. */
function exampleOption(entry) {
  const line = entry.example.split('\n').find((each) => each.startsWith(`${entry.name}{`) || each.startsWith(`${entry.name}(`));
  if (!line) return null;
  return { label: `${entry.name} example`, kind: 'example', detail: line.slice(entry.name.length), apply: line, boost: -40, subject: { what: 'entry', item: entry } };
}

/** The first way to call a function, its arguments as places to fill in. */
function callSnippet(signature, name) {
  const first = signature.split(/,? or |, (?=part:|\w+ ")/)[0].replace(/^part:/, '').replace(/^\w+:/, '');
  const call = /^([\w.]+)(?:\((.*)\)| ?"(.*)"|\{(.*)\})?$/s.exec(first);
  if (!call) return `${name}(\${})`;
  const [, , list, text, table] = call;
  if (text !== undefined) return `${name} "${place(text)}"`;
  if (table !== undefined) return `${name}{${place(table)}}`;
  if (list === undefined) return name;
  const parts = list.replace(/\{[^}]*\}/g, '').split(',').map((part) => part.trim()).filter((part) => /^\w+$/.test(part));
  return parts.length ? `${name}(${parts.map(place).join(', ')})` : `${name}(${list.includes('...') ? '${}' : ''})`;
}

function functionOption(fn, boost = -5) {
  const apply = fn.kind === 'value' ? fn.name : snippet(callSnippet(fn.signature, fn.name));
  return { label: fn.name, kind: fn.kind, detail: fn.kind === 'value' ? '' : fn.section, apply, boost, subject: { what: 'function', item: fn } };
}

const methodOption = (fn) => ({ ...functionOption(fn, 0), detail: '', subject: { what: 'method', item: fn } });

const nameOption = (name, i) => ({ label: name, kind: 'name', detail: '', apply: name, boost: 20 - Math.min(i, 20) / 2, subject: null });

const literal = (label, detail, boost = 60) => ({ label, kind: 'value', detail, apply: label, boost, subject: null });

function wordOption(each, quote, i) {
  const order = { word: 50, preset: 45, color: -30 }[each.kind];
  const text = quote ? `"${each.word}"` : each.word;
  return { label: text, kind: each.kind, detail: each.kind === 'color' ? '' : each.doc, apply: text, boost: order - Math.min(i, 30) / 4, color: each.color, subject: { what: 'word', item: each } };
}

const KINDS = { material: ['material', 'texture'], materials: ['material'], texture: ['texture'], nodes: ['shape', 'group', 'light'] };
const SECTIONS = { color: 'vectors and colours', material: 'vectors and colours', vector: 'vectors and colours', direction: 'vectors and colours', point: 'vectors and colours' };

/** What is written as the value of a field, the most fitting first. */
function valueOptions(words, frame, tokens) {
  const field = words.fieldAt(frame, tokens);
  const options = [];
  if (!field) return options;
  const quoted = words.wordsFor(frame, tokens).filter((each) => each.kind !== 'color');
  options.push(...quoted.map((each, i) => wordOption(each, true, i)));
  if (field.type === 'boolean' || field.type === 'visible') {
    options.push(...(field.default === 'true' ? ['false', 'true'] : ['true', 'false']).map((each, i) => literal(each, field.default === each ? 'default' : '', 60 - i)));
  }
  const kinds = KINDS[field.type] ?? (field.texture ? ['texture'] : []);
  for (const entry of words.entries.values()) if (kinds.includes(entry.kind)) options.push(entryOption(entry, 30));
  const value = firstValue(field);
  if (value && field.type !== 'boolean') {
    const shown = value.replace(/\$\{((?:\\.|[^}])*)\}/g, '$1').replace(/\\/g, '');
    options.push({ label: shown, kind: 'value', detail: shown === field.default ? 'default' : '', apply: snippet(value), boost: 55, subject: { what: 'field', item: field, owner: words.entryOf(frame, tokens) } });
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
  const result = (options) => {
    // A word that is complete already must not take the Enter that follows it.
    const useful = unique(options).filter((each) => explicit || each.label !== word || typeof each.apply !== 'string' || each.apply !== word);
    return useful.length ? { from: found.from, to: found.to, options: useful, kind } : null;
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
