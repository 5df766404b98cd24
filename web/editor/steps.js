/* steps.js - numbers of the text as they are stepped up and down: by how much, within which limits, written how. Pure. */
import { subjectAt } from './context.js';

const DECIMAL = /^(?:\d+\.?\d*|\.\d+)$/;

const decimalsOf = (text) => /\.(\d*)$/.exec(text)?.[1].length ?? 0;

/** The step that fits a number as it is written: its last decimal; whole numbers by their size. whole: it has to stay whole. */
export function stepOf(text, whole) {
  const decimals = decimalsOf(text);
  if (decimals && !whole) return 10 ** -decimals;
  const size = Math.abs(Number(text));
  if (size >= 100) return 10 ** (Math.floor(Math.log10(size)) - 1);
  return whole || size >= 10 ? 1 : 0.1;
}

/** The number `count` steps on, written like the one before, within the field's limits. `text` has no sign; sign: -1 or 1. */
export function stepNumber(text, sign, count, field, whole) {
  const step = stepOf(text, whole);
  const decimals = Math.max(decimalsOf(text), step < 1 ? Math.round(-Math.log10(step)) : 0);
  let value = sign * Number(text) + count * step;
  const { least = -Infinity, most = Infinity, above } = field ?? {};
  // A limit that is wrong itself is kept at a distance of one step; numbers that are outside already may come back.
  if (count < 0) value = Math.max(value, Math.min(sign * Number(text), above ? least + step : least));
  else value = Math.min(value, Math.max(sign * Number(text), most));
  const shown = value.toFixed(decimals);
  const trimmed = decimalsOf(text) < decimals ? shown.replace(/\.?0+$/, '') : shown;
  const plain = Number(trimmed) === 0 ? trimmed.replace('-', '') : trimmed;
  return text.startsWith('.') ? plain.replace(/^(-?)0\./, '$1.') : plain;
}

/** The number at `at`: {from, to, text, sign, field, whole}; from: of its sign; null: there is none. */
export function numberAt(words, source, at) {
  const found = subjectAt(source, source[at] === '-' ? at + 1 : at); // the sign belongs to it
  if (found?.token.type !== 'number' || !DECIMAL.test(found.token.text)) return null;
  const { token, tokens, frame } = found;
  const [minus, before] = [tokens.at(-1), tokens.at(-2)];
  const isSign =
    minus?.text === '-' &&
    minus.to === token.from &&
    !(before && (before.type === 'name' || before.type === 'number' || ')]}'.includes(before.text)));
  const field = frame?.key || frame?.callee ? words?.fieldAt(frame, tokens) : null;
  // Outside of tables numbers count things more often than not.
  const whole = field
    ? field.type === 'integer' || field.type === 'cells' || field.type === 'pixels'
    : frame?.open !== '{' && frame?.open !== '(';
  return {
    from: isSign ? minus.from : token.from,
    to: token.to,
    text: token.text,
    sign: isSign ? -1 : 1,
    field: field?.least !== undefined ? field : null,
    whole,
  };
}
