/* explain.js - what a word means, as elements: for hovering, for completion, and by key. Texts are only ever text. */
import { highlightTree } from '@lezer/highlight';
import { StateEffect, StateField } from '@codemirror/state';
import { EditorView, hoverTooltip, showTooltip } from '@codemirror/view';
import { usualRange } from './api.js';
import { highlightStyle } from './theme.js';

export function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
  return made;
}

/** Sentences of the reference: what stands between backquotes is code. */
function sentence(text) {
  return element('p', '', ...text.split(/`([^`]*)`/).map((part, i) => (i % 2 ? element('code', '', part) : part)));
}

export function chip(color) {
  const made = element('span', 'cm-chip');
  made.style.background = color;
  return made;
}

function code(text, language) {
  const pre = element('pre', '');
  let at = 0;
  highlightTree(language.parser.parse(text), highlightStyle, (from, to, classes) => {
    pre.append(text.slice(at, from), element('span', classes, text.slice(from, to)));
    at = to;
  });
  pre.append(text.slice(at));
  return pre;
}

function head(name, kind) {
  return element('div', 'cm-doc-head', element('strong', '', name), element('span', 'cm-doc-kind', kind));
}

function row(list, name, ...value) {
  if (value.some(Boolean)) list.append(element('dt', '', name), element('dd', '', ...value));
}

function field({ item, owner }) {
  const facts = element('dl', '');
  row(facts, 'takes', item.takes);
  row(facts, 'unit', item.unit);
  row(facts, 'default', item.required ? 'required' : item.default && element('code', '', item.default));
  row(facts, 'usual', usualRange(item));
  row(facts, 'not with', item.excludes?.join(', '));
  row(facts, 'position', item.position && `value ${item.position} without a name`);
  const name = owner ? `${owner.name}.${item.name}` : item.name;
  return [head(name, item.advanced ? 'field, for later' : 'field'), item.doc && sentence(item.doc), facts.childElementCount ? facts : null];
}

function entry({ item }, language) {
  const names = item.fields
    .filter((each) => !each.advanced)
    .map((each) => each.name)
    .join(', ');
  const see = item.see ? element('p', 'cm-doc-kind', `See also ${item.see.join(', ')}.`) : null;
  return [
    head(`${item.name}{ }`, item.kind),
    sentence(item.doc),
    names && element('p', 'cm-doc-fields', names),
    code(item.example, language),
    see,
  ];
}

function fn({ item }, language) {
  return [head(item.signature, item.kind), sentence(item.doc), item.example && code(item.example, language)];
}

function word({ item }) {
  const kinds = { preset: 'preset', color: 'colour', word: '' };
  const shown = element('span', '', item.color ? chip(item.color) : '', item.color ? ' ' : '', element('strong', '', `"${item.word}"`));
  const color = item.kind === 'color' && item.color !== item.word ? sentence(item.color) : null;
  return [
    element('div', 'cm-doc-head', shown, element('span', 'cm-doc-kind', kinds[item.kind])),
    item.doc && sentence(`${item.doc}.`),
    color,
  ];
}

const PARTS = { field, entry, function: fn, method: fn, word };

/** @param subject as Language.subject gives it; language: for the colours of examples */
export function explain(subject, language) {
  return element('div', 'cm-doc', ...PARTS[subject.what](subject, language));
}

/* ------------------------------------------------------------------------------------------------------------ in the editor */

function tooltip(subject, language) {
  return { pos: subject.from, end: subject.to, above: true, create: () => ({ dom: explain(subject, language) }) };
}

const setShown = StateEffect.define();

/** What was asked for by key stays until the text changes, the caret moves or Escape is pressed. */
const shown = StateField.define({
  create: () => null,
  update(value, tr) {
    for (const effect of tr.effects) if (effect.is(setShown)) return effect.value;
    return value && (tr.docChanged || tr.selection) ? null : value;
  },
  provide: (self) => showTooltip.from(self),
});

function explainAtCaret(words, language) {
  return (view) => {
    const subject = words.subject(view.state.doc.toString(), view.state.selection.main.head);
    if (!subject) {
      view.dispatch({ effects: [setShown.of(null), EditorView.announce.of('Nothing is known about this place.')] });
      return true;
    }
    const said = explain(subject, language).innerText || explain(subject, language).textContent;
    view.dispatch({ effects: [setShown.of(tooltip(subject, language)), EditorView.announce.of(said)] });
    return true;
  };
}

function hide(view) {
  if (!view.state.field(shown)) return false;
  view.dispatch({ effects: setShown.of(null) });
  return true;
}

/** Extensions and key bindings. @param words Language of api.js @param language of lua.js */
export function explanations(words, language) {
  const hover = hoverTooltip(
    (view, at) => {
      const subject = words.subject(view.state.doc.toString(), at);
      return subject ? tooltip(subject, language) : null;
    },
    { hoverTime: 350, hideOnChange: true },
  );
  const run = explainAtCaret(words, language);
  return {
    extensions: [hover, shown],
    keys: [
      { key: 'F1', run },
      { key: 'Mod-k Mod-i', run },
      { key: 'Escape', run: hide },
    ],
  };
}
