/* editor.js - the editor over the textarea: CodeMirror with Lua, the scene language's words, and what the engine says about the text.
 *
 * The textarea stays: its value is the editor's text at every moment, and setting it and dispatching `input` works as typing does. What
 * others make of the session's text comes in as the least change, so that caret and history stay; another scene begins a new history. */
import './adopt.js';
import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentLess, indentMore, insertTab, isolateHistory } from '@codemirror/commands';
import { bracketMatching, codeFolding, foldGutter, foldKeymap, indentOnInput, indentUnit } from '@codemirror/language';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Annotation, Compartment, EditorSelection, EditorState, StateEffect, StateField } from '@codemirror/state';
import {
  Decoration,
  drawSelection,
  dropCursor,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { Language } from './api.js';
import { rangeOf } from '../ui/places.js';
import { leastChange, withPlainBreaks } from './changes.js';
import { completion } from './completion.js';
import { diagnostics } from './diagnostics.js';
import { explanations } from './explain.js';
import { luaFolding, luaLanguage } from './lua.js';
import { numbers, stepped } from './numbers.js';
import { theme } from './theme.js';

const NARROW = '(max-width: 760px)'; // as in styles/layout.css
const REVEAL_TIME = 1600; // ms that a line is marked which was shown

/** Changes that come from the session or the textarea; the value is who made them. */
const incoming = Annotation.define();
/** Changes of ours that are more than typing: the origin that the session is told. */
const origin = Annotation.define();

async function loadWords() {
  try {
    const response = await fetch(new URL('api.json', document.baseURI));
    return response.ok ? new Language(await response.json()) : null;
  } catch {
    return null; // without its words it is an editor for plain Lua
  }
}

/* --------------------------------------------------------------------------------------------------------------- a line that is shown */

const setRevealed = StateEffect.define();
const revealedLine = Decoration.line({ class: 'cm-revealed' });
const revealed = StateField.define({
  create: () => Decoration.none,
  update(lines, tr) {
    for (const effect of tr.effects) {
      if (effect.is(setRevealed)) return effect.value === null ? Decoration.none : Decoration.set(revealedLine.range(effect.value));
    }
    return lines.map(tr.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Selects a diagnostic's place, its line in the middle and marked for a moment. */
function reveal(view, place) {
  const { from, to } = rangeOf(view.state.doc.toString(), place);
  const effects = [EditorView.scrollIntoView(from, { y: 'center' }), setRevealed.of(view.state.doc.lineAt(from).from)];
  view.dispatch({ selection: { anchor: from, head: place.column && place.endColumn ? to : from }, effects });
  view.focus();
  clearTimeout(reveal.timer);
  reveal.timer = setTimeout(() => view.dispatch({ effects: setRevealed.of(null) }), REVEAL_TIME);
}

/* --------------------------------------------------------------------------------------------------------------------------- the parts */

/** Tab indents lines that are selected, and goes to the next stop otherwise. After Escape it leaves the editor (CodeMirror's own rule). */
function tab(view) {
  if (view.state.readOnly) return false;
  return view.state.selection.ranges.some((range) => !range.empty) ? indentMore(view) : insertSpaces(view);
}

function insertSpaces(view) {
  const unit = view.state.facet(indentUnit);
  if (!unit.startsWith(' ')) return insertTab(view);
  view.dispatch(
    view.state.changeByRange((range) => {
      const column = range.head - view.state.doc.lineAt(range.head).from;
      const spaces = ' '.repeat(unit.length - (column % unit.length));
      return { changes: { from: range.from, to: range.to, insert: spaces }, range: EditorSelection.cursor(range.from + spaces.length) };
    }),
    { scrollIntoView: true, userEvent: 'input' },
  );
  return true;
}

/** The page's own keys: Ctrl-Enter renders. */
const RESERVED = new Set(['Mod-Enter', 'Shift-Mod-Enter']);

function extensionsFor({ words, marks, wrap, attributes, listen }) {
  const language = luaLanguage(words ?? { entries: new Map(), functions: new Map() });
  const parts = [numbers(words), marks, ...(words ? [completion(words, language), explanations(words, language)] : [])];
  return [
    lineNumbers(),
    marks.gutter ?? [],
    codeFolding(),
    foldGutter({ markerDOM: foldMarker }),
    highlightSpecialChars(),
    history(),
    drawSelection(),
    dropCursor(),
    EditorState.allowMultipleSelections.of(true),
    indentUnit.of('  '),
    EditorState.tabSize.of(2),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    search({ top: true }),
    language,
    luaFolding,
    revealed,
    theme,
    wrap,
    EditorView.contentAttributes.of(attributes),
    ...parts.map((part) => part.extensions),
    keymap.of([
      ...parts.flatMap((part) => part.keys),
      ...closeBracketsKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...foldKeymap,
      ...defaultKeymap.filter(({ key }) => !RESERVED.has(key)),
      { key: 'Tab', run: tab, shift: indentLess },
    ]),
    EditorView.updateListener.of(listen),
  ];
}

function foldMarker(open) {
  const marker = document.createElement('span');
  marker.className = open ? 'cm-fold-open' : 'cm-fold-closed';
  marker.textContent = open ? '⌄' : '›';
  return marker;
}

function label(textarea) {
  return textarea.getAttribute('aria-label') ?? textarea.labels?.[0]?.textContent?.trim() ?? 'Scene';
}

/** Says to screen readers how to leave; the element stays beside the editor. */
function description(host) {
  const text = document.createElement('p');
  text.id = 'editor-keys';
  text.className = 'editor-keys';
  text.textContent =
    'Tab indents; Escape, then Tab, leaves the editor. F1 explains the word at the caret, F8 goes to the next problem, ' +
    'Control and full stop takes its suggestion.';
  host.append(text);
  return text;
}

/* --------------------------------------------------------------------------------------------------------------------------- mounting */

/**
 * Puts the editor over the textarea. Rejects where it cannot be; the textarea is as it was then.
 * @param session session.js
 * @param {{textarea: HTMLTextAreaElement, host: HTMLElement}} places host: is filled by the editor
 * @returns {Promise<{view: EditorView, destroy: () => void}>}
 */
export async function mountEditor(session, { textarea, host }) {
  const words = await loadWords();
  const keys = description(host);
  const attributes = {
    'aria-label': label(textarea),
    'aria-describedby': keys.id,
    spellcheck: 'false',
    autocapitalize: 'off',
    autocorrect: 'off',
    translate: 'no',
    tabindex: '0', // for those who look for what can have the focus
    'data-gramm': 'false', // some browsers' extensions write into every field
  };
  const narrow = matchMedia(NARROW);
  const wrap = new Compartment();
  const wrapping = () => (narrow.matches ? EditorView.lineWrapping : []);
  const replace = (view, changes) =>
    view.dispatch({ changes, annotations: [origin.of('fix'), isolateHistory.of('full')], userEvent: 'input.fix' });
  const marks = diagnostics({ session, words, replace });

  const listen = (update) => {
    if (!update.docChanged) return;
    const text = update.state.doc.toString();
    if (textarea.value !== text) textarea.value = text;
    const from = update.transactions.map((tr) => tr.annotation(incoming)).find(Boolean);
    if (from === 'session') return;
    const own = update.transactions.map((tr) => tr.annotation(origin) ?? (tr.annotation(stepped) ? 'step' : null)).find(Boolean);
    session.setText(text, from ?? own ?? 'editor');
  };
  const extensions = extensionsFor({ words, marks, wrap: wrap.of(wrapping()), attributes, listen });
  const stateOf = (text, selection) => EditorState.create({ doc: text, selection, extensions });

  const hadFocus = document.activeElement === textarea;
  const { selectionStart, selectionEnd, scrollTop } = textarea;
  const view = new EditorView({
    state: stateOf(textarea.value, EditorSelection.single(selectionStart, selectionEnd)),
    root: document,
  });

  const put = (text, from) => {
    const change = leastChange(view.state.doc.toString(), withPlainBreaks(text));
    if (change) view.dispatch({ changes: change, annotations: [incoming.of(from), isolateHistory.of('full')], userEvent: 'input.replace' });
  };
  const load = (text) => {
    marks.forget();
    view.setState(stateOf(withPlainBreaks(text)));
    view.dispatch({ effects: wrap.reconfigure(wrapping()) });
    if (textarea.value !== view.state.doc.toString()) textarea.value = view.state.doc.toString();
  };
  const undo = [];
  const on = (target, type, run) => {
    target.addEventListener(type, run);
    undo.push(() => target.removeEventListener(type, run));
  };
  on(session, 'text', ({ detail }) => {
    if (detail.origin === 'load' || detail.origin === 'restore') load(session.text);
    else if (detail.origin !== 'editor') put(session.text, 'session');
  });
  on(textarea, 'input', () => put(textarea.value, 'textarea'));
  on(textarea, 'focus', () => view.focus());
  on(session, 'reveal', ({ detail }) => reveal(view, detail));
  on(narrow, 'change', () => view.dispatch({ effects: wrap.reconfigure(wrapping()) }));

  host.append(view.dom);
  cover(textarea, true);
  undo.push(() => {
    cover(textarea, false);
    keys.remove();
    view.destroy();
  });
  marks.connect(view);
  if (hadFocus) view.focus();
  view.scrollDOM.scrollTop = scrollTop;
  return { view, destroy: () => undo.forEach((each) => each()) };
}

/** Under the editor the textarea has no part in looks, focus order or the tree of accessible things. */
function cover(textarea, on) {
  if (on) {
    textarea.dataset.covered = '';
    textarea.tabIndex = -1;
    textarea.setAttribute('aria-hidden', 'true');
  } else {
    delete textarea.dataset.covered;
    textarea.removeAttribute('tabindex');
    textarea.removeAttribute('aria-hidden');
  }
}
