/* api.js - what api.json knows of the scene language, as it is looked up while writing: entries, functions, methods, fields of the call
 * around a place, and the values that a field takes. Pure; lengths, angles and so on are in the fields' own units. */
import { contextAt, literalValues, madeBy, subjectAt } from './context.js';

/** Longer texts hold data: their numbers are not looked at, in characters. */
const HINT_LENGTH = 200000;

const byName = (list) => new Map(list.map((each) => [each.name, each]));

/** Methods that a function's sentence names, "r:pick(list)": of what that function gives. */
function methodsIn(fn) {
  const found = [...fn.doc.matchAll(/\b\w+:(\w+)(\([^)]*\))/g)];
  return found.map(([signature, name]) => ({ name, kind: 'method', section: fn.section, signature, doc: fn.doc, example: fn.example }));
}

/** "{ camera = ..., shadow = ... }" or "{ min, max, step }": the keys that a text names. */
function keysIn(text) {
  const table = /\{ ?(\w+(?: = [^,}]+)?(?:, \w+(?: = [^,}]+)?)*) ?\}/.exec(text)?.[1];
  return table ? table.split(', ').map((key) => key.replace(/ = .*/, '')) : [];
}

const quotedWords = (text) => [...text.matchAll(/"([^"]+)"/g)].map((found) => found[1]);

export class Language {
  /** @param {object} api the content of api.json */
  constructor(api) {
    this.entries = byName(api.entries);
    this.functions = byName(api.functions.filter((each) => each.kind !== 'method'));
    this.methods = byName(api.functions.filter((each) => each.kind === 'method'));
    this.presets = byName(api.presets);
    this.colors = new Map(Object.entries(api.colors));
    this.ofFunctions = new Map(api.functions.map((fn) => [fn.name, byName(fn.kind === 'method' ? [] : methodsIn(fn))]));
  }

  /** Members of a library of Lua's, as functions. Those of maths are the global functions, too. */
  membersOf(library) {
    const own = this.functions.get(library);
    if (!own?.members) return new Map();
    const members = own.members.map((name) => ({
      name,
      kind: 'function',
      section: own.section,
      signature: `${library}.${name}`,
      doc: own.doc,
    }));
    const shared = library === 'math' ? [...this.functions.values()].filter((each) => each.section === 'maths') : [];
    return byName([...shared, ...members]);
  }

  /** Methods of what `maker` made; all where that is not known. */
  methodsOf(maker) {
    if (this.entries.has(maker)) {
      const placed = ['shape', 'group', 'light', 'transform'].includes(this.entries.get(maker).kind);
      return placed ? this.methods : new Map([...this.methods].filter(([name]) => name === 'with'));
    }
    if (maker === 'string') return this.membersOf('string');
    if (this.functions.has(maker)) return this.ofFunctions.get(maker).size ? this.ofFunctions.get(maker) : this.methods;
    return new Map([...this.methods, ...[...this.ofFunctions.values()].flatMap((each) => [...each])]);
  }

  /** The entry that a frame's table describes; null: none. */
  entryOf(frame, tokens) {
    if (!frame?.callee) return null;
    if (!frame.method) return this.entries.get(frame.callee) ?? null;
    return frame.callee === 'with' ? (this.entries.get(madeBy(tokens, frame.receiver, this)) ?? null) : null;
  }

  /** Fields that can be given in a frame's table, as api.json has them. */
  fieldsOf(frame, tokens) {
    const entry = this.entryOf(frame, tokens);
    if (entry) return entry.fields;
    if (frame?.method && frame.callee === 'with') return this.#common();
    const outer = frame?.outer;
    if (frame?.open !== '{' || frame.callee || !outer) {
      const options = frame?.method && frame.callee === 'turn' ? ['x', 'y', 'z'] : [];
      return options.map((name) => ({
        name,
        type: 'number',
        takes: 'a number',
        unit: '°',
        default: '0',
        doc: `Degrees about the ${name} axis.`,
      }));
    }
    // A table within a call: options of a function, or a field that takes one.
    const named = (text) => keysIn(text).map((name) => ({ name, type: '', takes: '', doc: '' }));
    if (outer.open === '(') return named(this.functions.get(outer.callee)?.signature ?? '');
    const field = this.fieldAt(outer, tokens);
    if (!field) return [];
    if (field.type === 'turn')
      return ['x', 'y', 'z'].map((name) => ({ name, type: 'number', takes: 'a number', unit: '°', doc: field.doc }));
    if (field.type !== 'visible' && field.type !== 'bounces') return [];
    return named(field.takes).map((each) => ({ ...each, type: field.type === 'visible' ? 'boolean' : 'integer', doc: field.doc }));
  }

  /** Fields that most entries share: for methods of what is not known. */
  #common() {
    return this.entries.get('group')?.fields ?? [];
  }

  /** The field whose value is written at the end of the frame, by name or by position; null: none that is known. */
  fieldAt(frame, tokens) {
    if (!frame) return null;
    if (frame.key) return this.fieldsOf(frame, tokens).find((field) => field.name === frame.key) ?? null;
    if (frame.open === '[') return null;
    const entry = this.entryOf(frame, tokens);
    const fields = entry?.fields ?? [];
    return fields.find((field) => field.position === frame.position) ?? null;
  }

  /** Words that can stand in a string there: {word, kind: 'preset' 'color' 'word', doc, color}. */
  wordsFor(frame, tokens) {
    const field = this.fieldAt(frame, tokens);
    const colors = () => [...this.colors].map(([word, color]) => ({ word, kind: 'color', doc: '', color }));
    const presets = () => [...this.presets.values()].map(({ name, doc, color }) => ({ word: name, kind: 'preset', doc, color }));
    if (!field) {
      const list = this.#listField(frame, tokens);
      if (list?.type === 'materials') return [...presets(), ...colors()];
      if (list?.words) return list.words.map((word) => this.#word(word));
      return frame?.callee === 'color' ? colors() : [];
    }
    if (field.words) return field.words.map((word) => this.#word(word));
    if (field.type === 'material') return [...presets(), ...colors()];
    if (field.type === 'materials') return [...presets(), ...colors()];
    if (field.type === 'color') return colors();
    return quotedWords(field.takes).map((word) => this.#word(word));
  }

  #word(word) {
    const preset = this.presets.get(word);
    return { word, kind: preset ? 'preset' : 'word', doc: preset?.doc ?? '', color: preset?.color };
  }

  /** The field that takes a list which is written here. */
  #listField(frame, tokens) {
    if (frame?.open !== '{' || frame.callee) return this.entryOf(frame, tokens)?.fields.find((field) => field.type === 'materials') ?? null;
    return this.fieldAt(frame.outer, tokens);
  }

  /**
   * What stands at `at` of the text: {from, to, what: 'entry' 'field' 'function' 'method' 'word', item, owner}; null: nothing known.
   * owner: the entry of a field.
   */
  subject(text, at) {
    const found = subjectAt(text, at);
    if (!found) return null;
    const { token, frame, tokens, isKey, behind } = found;
    const place = { from: token.from, to: token.to };
    if (token.type === 'string') {
      const inner = text.slice(token.inner, token.closed ? token.to - 1 : token.to);
      const word = this.wordsFor(frame, tokens).find((each) => each.word === inner);
      const color = /^#(?:[\da-f]{3}|[\da-f]{6})$/i.test(inner) ? { word: inner, kind: 'color', doc: '', color: inner } : null;
      return word || color ? { ...place, what: 'word', item: word ?? color } : null;
    }
    if (token.type === 'number') {
      const field = frame?.open === '{' ? this.fieldAt(frame, tokens) : null;
      return field ? { ...place, what: 'field', item: field, owner: this.entryOf(frame, tokens) } : null;
    }
    if (token.type !== 'name') return null;
    if (isKey) {
      const field = this.fieldsOf(frame, tokens).find((each) => each.name === token.text);
      return field?.doc ? { ...place, what: 'field', item: field, owner: this.entryOf(frame, tokens) } : null;
    }
    if (behind === 'method') {
      const method = this.methodsOf(madeBy(tokens, tokens.length - 2, this)).get(token.text);
      return method ? { ...place, what: 'method', item: method } : null;
    }
    if (behind === 'member') {
      const member = this.membersOf(tokens.at(-2)?.text).get(token.text);
      return member ? { ...place, what: 'function', item: member } : null;
    }
    const entry = this.entries.get(token.text);
    if (entry) return { ...place, what: 'entry', item: entry };
    const fn = this.functions.get(token.text);
    return fn ? { ...place, what: 'function', item: fn } : null;
  }

  /** Literal numbers that their fields do not take, or hardly ever: {from, to, severity, message}. */
  rangeHints(text) {
    if (text.length > HINT_LENGTH) return [];
    const { found, tokens } = literalValues(text);
    const hints = found.map(({ token, from, value, frame, key }) => {
      const wrong = checkRange(this.fieldAt({ ...frame, key }, tokens), value);
      return wrong && { from, to: token.to, ...wrong };
    });
    return hints.filter(Boolean);
  }

  context(text, at) {
    return contextAt(text, at);
  }
}

/** "1..150 °", "at least 0 m", as people write it; '' for a field without a range. Usual values; what it takes says what is possible. */
export function usualRange({ min, max, unit }) {
  if (min === undefined || (min <= -1e6 && max >= 1e6)) return '';
  const of = unit ? ` ${unit}` : '';
  const say = (value) =>
    String(Math.abs(value) >= 1e5 || (value !== 0 && Math.abs(value) < 1e-3) ? value.toExponential() : value).replace('-', '−');
  if (max >= 1e6) return min > 1e-4 ? `at least ${say(min)}${of}` : '';
  if (min <= 1e-6 && min > 0) return `up to ${say(max)}${of}`;
  return `${say(min)} to ${say(max)}${of}`;
}

/** What is wrong with a number as the value of a field; null: nothing. severity: 'error' or 'warning' as the engine would say it. */
export function checkRange(field, value) {
  if (!field || (field.type !== 'number' && field.type !== 'integer') || !Number.isFinite(value)) return null;
  const takes = `${field.name} takes ${field.takes}${field.unit ? `, in ${field.unit}` : ''}.`;
  if (field.type === 'integer' && !Number.isInteger(value)) return { severity: 'error', message: takes };
  const low = field.least !== undefined && (field.above ? value <= field.least : value < field.least);
  if (low || (field.most !== undefined && value > field.most)) return { severity: 'error', message: takes };
  if (field.min === undefined || (value >= field.min && value <= field.max)) return null;
  const usual = usualRange(field);
  return usual ? { severity: 'warning', message: `${field.name} is usually ${usual}.` } : null;
}
