/**
 * params.js - controls for what the scene declares by param(), live: every change is sent as text, as `--set` takes it. The newest wish is
 * what is shown, not what an older report says, and nothing is written into a field that has the focus.
 *
 * Colours are linear in reports and in "r,g,b"; "#rrggbb" is sRGB.
 */
import { make, setText } from './elements.js';
import { visible } from './format.js';
import { fileControl } from './param-file.js';

const MOST = 200; // controls, and choices of one: a script may declare any number
const TYPED = 250; // ms after the last letter of a string
const STEPS = 200; // a slider without a step of its own has at least half as many

// -- values and texts -----------------------------------------------------------------------------------------------------------------

const toLinear = (code) => (code <= 0.04045 ? code / 12.92 : ((code + 0.055) / 1.055) ** 2.4);
const toSrgb = (light) => (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055);

/** Linear [r, g, b] → the nearest "#rrggbb"; brighter than white is white. */
export function toHex(rgb) {
  const code = (light) => Math.round(255 * Math.min(1, Math.max(0, toSrgb(Math.max(0, light)))));
  return `#${rgb.map((light) => code(light).toString(16).padStart(2, '0')).join('')}`;
}

/** "#rrggbb" → linear [r, g, b]. */
export function fromHex(text) {
  return [1, 3, 5].map((at) => toLinear(parseInt(text.slice(at, at + 2), 16) / 255));
}

/** A value as the report has it → the text that --set takes. */
export function toText({ type }, value) {
  if (type === 'color' || type === 'vec3') return value.map(String).join(',');
  return String(value);
}

/** A text that --set takes → a value as the report has it; null: it is none for this parameter. */
export function fromText({ type, choices }, text) {
  switch (type) {
    case 'number': return number(text);
    case 'int': return Number.isInteger(number(text)) ? number(text) : null;
    case 'bool': return { true: true, 1: true, false: false, 0: false }[text] ?? null;
    case 'choice': return choices.includes(text) ? text : null;
    case 'color': return /^#[\da-f]{6}$/i.test(text) ? fromHex(text) : vector(text);
    case 'vec3': return vector(text);
    default: return text;
  }
}

const number = (text) => (/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(text) ? Number(text) : null);

function vector(text) {
  const parts = text.split(',').map(number);
  return parts.length === 3 && !parts.includes(null) ? parts : null;
}

/** What a slider needs, or null where the parameter has no two ends: {min, max, step}. */
export function slider({ type, min, max, step }) {
  if (min === undefined || max === undefined || !(max > min)) return null;
  if (type === 'int') return { min, max, step: step ?? 1 };
  return { min, max, step: step ?? 10 ** Math.ceil(Math.log10((max - min) / STEPS) - 1e-9) };
}

/** Digits without noise: .1 + .2 is 0.3. */
export const short = (value) => String(Number(value.toPrecision(7)));

/** The parameters whose settings the scene knows no more, if that is all that is wrong with it. */
export function stale(report, parameters) {
  const errors = (report?.script?.diagnostics ?? []).filter(({ severity }) => severity === 'error');
  const known = new Set((report?.params ?? []).map(({ name }) => name));
  const names = [...parameters.keys()].filter((name) => !known.has(name));
  const unknown = (name) => errors.some(({ message }) => message.startsWith(`--set ${name}=`) && message.includes('the scene has no parameter'));
  return names.length && errors.length === names.length && names.every(unknown) ? names : [];
}

// -- controls -------------------------------------------------------------------------------------------------------------------------

let ids = 0;

/** Every control: {element, fields, show(value)}; `fields[0]` is what the label names. `send(text)` sends. */
const CONTROLS = {
  number: numeric,
  int: numeric,
  bool({ name }, send) {
    const box = make('input', { type: 'checkbox', id: `param-${++ids}`, onchange: () => send(String(box.checked)) });
    return { fields: [box], name, show: (value) => { box.checked = value; } };
  },
  choice({ choices }, send) {
    const select = make('select', { id: `param-${++ids}`, onchange: () => send(select.value) },
      ...choices.slice(0, MOST).map((choice) => make('option', { value: choice }, visible(choice))));
    return { fields: [select], show: (value) => { select.value = value; } };
  },
  color(param, send) {
    const well = make('input', { type: 'color', id: `param-${++ids}`, oninput: () => send(well.value) });
    const words = make('span', { class: 'param-words' });
    return {
      fields: [well],
      after: words,
      show: (value) => {
        const hex = toHex(value);
        well.value = hex;
        setText(words, Math.max(...value) > 1.0005 ? value.map(short).join(', ') : hex);
      },
    };
  },
  vec3({ name }, send) {
    const fields = ['x', 'y', 'z'].map((axis) => make('input', { type: 'number', step: 'any', 'aria-label': `${visible(name)}, ${axis}`, id: `param-${++ids}` }));
    for (const field of fields) {
      field.addEventListener('input', () => {
        if (fields.every((each) => each.value !== '')) send(fields.map((each) => each.value).join(','));
      });
    }
    return { fields, show: (value) => fields.forEach((field, n) => put(field, short(value[n]))) };
  },
  string(param, send) {
    let timer = 0;
    const now = () => { clearTimeout(timer); send(field.value); };
    const field = make('input', { type: 'text', id: `param-${++ids}`, spellcheck: 'false', onchange: now });
    field.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(now, TYPED); });
    return { fields: [field], show: (value) => put(field, value) };
  },
  file: fileControl,
};

function numeric(param, send) {
  const { name, type, min, max, step, unit } = param;
  const track = slider(param);
  const field = make('input', {
    type: 'number', id: `param-${++ids}`, min, max, step: type === 'int' ? (step ?? 1) : 'any', inputmode: type === 'int' ? 'numeric' : 'decimal',
    'aria-label': track ? `${visible(name)}, as a number` : undefined,
  });
  const range = track && make('input', { type: 'range', id: `param-${++ids}`, ...track });
  const fit = (value) => Math.min(max ?? Infinity, Math.max(min ?? -Infinity, type === 'int' ? Math.round(value) : value));
  field.addEventListener('input', () => {
    if (field.value !== '' && fit(field.valueAsNumber) === field.valueAsNumber) send(field.value, field);
  });
  // What is outside goes to the end that is nearest when the number is finished.
  field.addEventListener('change', () => {
    if (field.value === '') return send(null);
    field.value = short(fit(field.valueAsNumber));
    return send(field.value);
  });
  range?.addEventListener('input', () => {
    field.value = short(range.valueAsNumber);
    send(field.value, range);
  });
  const after = make('span', { class: 'param-number' }, field, unit ? make('span', { class: 'param-unit' }, visible(unit)) : null);
  return {
    fields: range ? [range, field] : [field],
    after,
    show: (value, except) => {
      if (range && range !== except) range.value = value;
      if (field !== except) put(field, short(value));
    },
  };
}

function put(field, value) {
  if (field.value !== value) field.value = value;
}

/** A parameter's line: its label, its control, and a way back to what the script says. */
function row(session, param) {
  const { name, type, help } = param;
  const send = (text) => session.setParameter(name, text);
  const control = (CONTROLS[type] ?? CONTROLS.string)(param, send, session);
  const [first] = control.fields;
  const reset = make('button', { type: 'button', class: 'quiet only-icon param-reset', 'aria-label': `Reset ${visible(name)}`, title: 'As the script says' });
  reset.append(resetIcon());
  const about = help ? make('small', { id: `${first.id}-help`, title: visible(help) }, visible(help)) : null;
  if (about) for (const field of control.fields) field.setAttribute('aria-describedby', [about.id, field.getAttribute('aria-describedby')].filter(Boolean).join(' '));
  const label = type === 'vec3'
    ? make('span', { class: 'param-name', id: `${first.id}-name` }, visible(name))
    : make('label', { class: 'param-name', for: first.id }, visible(name));
  const inputs = control.fields.filter((field) => !control.after?.contains(field));
  const element = make('div', { class: `param ${type}`, role: type === 'vec3' ? 'group' : undefined, 'aria-labelledby': type === 'vec3' ? label.id : undefined },
    make('div', { class: 'param-head' }, label, about),
    make('div', { class: 'param-control' }, ...inputs, control.after, reset));
  const draw = (value, forced) => {
    const changed = session.parameters.has(name);
    element.classList.toggle('changed', changed);
    const focused = forced ? null : control.fields.find((field) => field === document.activeElement && field.type !== 'checkbox' && field.type !== 'color');
    if (!focused || control.fields.length > 1) control.show(value, focused);
  };
  reset.addEventListener('click', () => {
    session.setParameter(name, null);
    first.focus();
  });
  return { element, draw, param };
}

function resetIcon() {
  const svg = document.querySelector('#reset-camera svg').cloneNode(true);
  svg.classList.add('small');
  return svg;
}

// -- all of them ----------------------------------------------------------------------------------------------------------------------

/** What a control is made of: with the same, it stays. */
const spec = ({ name, type, min, max, step, unit, help, group, choices, endings }) =>
  JSON.stringify([name, type, min, max, step, unit, help, group, choices, endings]);

export function mountParams(session, root = document) {
  const host = root.querySelector('#params');
  const resetAll = make('button', { type: 'button', class: 'quiet', id: 'reset-params', onclick: () => session.setParameters(new Map()) }, 'Reset all');
  const list = make('div', { class: 'param-list' });
  const more = make('p', { class: 'nothing', hidden: true });
  host.append(make('div', { class: 'params-head' }, make('h2', {}, 'Parameters'), resetAll), list, more);
  let rows = new Map(); // by spec
  let order = '';

  const valueOf = (param) => {
    const wish = session.parameters.get(param.name);
    const wanted = wish === undefined ? null : fromText(param, wish);
    return wanted ?? (wish === undefined ? param.default : param.value);
  };

  const build = (params) => {
    const next = new Map();
    for (const param of params) {
      const key = spec(param);
      const old = rows.get(key);
      if (old) old.param = param;
      next.set(key, old ?? row(session, param));
    }
    rows = next;
    const now = [...rows.keys()].join();
    if (now === order) return;
    order = now;
    arrange();
  };

  // Elements that stay are not moved: one that is moved loses the focus.
  const arrange = () => {
    const wanted = [];
    const groups = new Map();
    for (const each of rows.values()) {
      const group = each.param.group ?? '';
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push(each.element);
    }
    for (const [group, elements] of [...groups].sort(([a], [b]) => Number(a !== '') - Number(b !== ''))) {
      if (group) wanted.push(heading(list, visible(group)));
      wanted.push(...elements);
    }
    for (const child of [...list.children]) if (!wanted.includes(child)) child.remove();
    wanted.forEach((element, n) => { if (list.children[n] !== element) list.insertBefore(element, list.children[n] ?? null); });
  };

  const draw = (forced = false) => {
    for (const each of rows.values()) each.draw(valueOf(each.param), forced);
    resetAll.hidden = ![...rows.values()].some(({ param }) => session.parameters.has(param.name));
    if (host.hidden !== (rows.size === 0)) host.hidden = rows.size === 0;
  };

  session.addEventListener('report', () => {
    const { report } = session;
    if (!report.params) return;
    const gone = stale(report, session.parameters);
    if (gone.length) {
      const left = new Map(session.parameters);
      for (const name of gone) left.delete(name);
      session.setParameters(left);
      return;
    }
    // A scene that ended half way has not declared all of its parameters: those from before stay.
    const names = new Set(report.params.map(({ name }) => name));
    const kept = report.script?.errors ? [...rows.values()].map(({ param }) => param).filter(({ name }) => !names.has(name)) : [];
    const all = [...report.params, ...kept];
    build(all.slice(0, MOST));
    more.hidden = all.length <= MOST;
    setText(more, `The first ${MOST} of ${all.length}.`);
    draw();
  });
  session.addEventListener('wanted', (event) => {
    if (event.detail.what === 'parameters') draw(![...session.parameters.keys()].some((name) => focusedOn(name)));
  });
  // What is missing is said when the scene has ended without: the page may have it.
  session.addEventListener('state', () => {
    for (const each of rows.values()) if (each.param.type === 'file') each.draw(valueOf(each.param));
  });
  session.addEventListener('text', (event) => {
    if (event.detail.origin === 'restore') {
      build([]);
      draw();
    }
  });
  const focusedOn = (name) => [...rows.values()].some(({ param, element }) => param.name === name && element.contains(document.activeElement));
  draw();
}

function heading(list, text) {
  const old = [...list.children].find((child) => child.tagName === 'H3' && child.textContent === text);
  return old ?? make('h3', {}, text);
}
