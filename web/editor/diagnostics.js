/* diagnostics.js - what the report says about the text: marks at their places, notes, suggestions as one click. Numbers outside their
 * range are marked before anything runs, where nothing runs by itself. */
import { forEachDiagnostic, linter, lintGutter, nextDiagnostic, previousDiagnostic, setDiagnostics } from '@codemirror/lint';
import { ChangeSet, StateEffect, StateField } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { element } from './explain.js';
import { rangeOf } from '../ui/places.js';

const HINT_DELAY = 500; // ms after the last change

/** What has changed since the text went to the engine: the report speaks of that text. */
const sent = StateEffect.define();
const sinceSent = StateField.define({
  create: (state) => ({ doc: state.doc, changes: ChangeSet.empty(state.doc.length) }),
  update(value, tr) {
    if (tr.effects.some((effect) => effect.is(sent))) return { doc: tr.newDoc, changes: ChangeSet.empty(tr.newDoc.length) };
    return tr.docChanged ? { doc: value.doc, changes: value.changes.compose(tr.changes) } : value;
  },
});

/** A diagnostic of the report, at its place in the text as it is now. text: what the report is about. */
function placed(diagnostic, { text: source, changes }, applyFix) {
  const range = rangeOf(source, diagnostic);
  const map = ({ from, to }) => ({ from: changes.mapPos(from, 1), to: Math.max(changes.mapPos(from, 1), changes.mapPos(to, -1)) });
  const { from, to } = map(range);
  const count = diagnostic.count > 1 ? ` (${diagnostic.count} times)` : '';
  const message = `${diagnostic.message}${count}`;
  const made = {
    from,
    to,
    severity: diagnostic.severity === 'error' ? 'error' : diagnostic.severity === 'warning' ? 'warning' : 'info',
    message,
  };
  if (diagnostic.note) {
    made.renderMessage = () => element('span', '', message, element('span', 'cm-diagnostic-note', diagnostic.note));
  }
  const fix = diagnostic.fix && rangeOf(source, diagnostic.fix);
  if (fix) {
    const { text } = diagnostic.fix;
    const there = source.slice(fix.from, fix.to);
    const now = map(fix);
    // Where it is is known relative to the mark, which moves with the text.
    const run = (view, at) => applyFix(view, { from: at + now.from - from, there, text });
    made.fix = run;
    made.actions = [{ name: there ? `Write ${text} for ${there}` : `Write ${text}`, apply: run }];
  }
  return made;
}

function problemAt(state) {
  const { head } = state.selection.main;
  const line = state.doc.lineAt(head);
  let best = null;
  forEachDiagnostic(state, (diagnostic, from, to) => {
    if (!diagnostic.fix || to < line.from || from > line.to) return;
    const distance = head < from ? from - head : head > to ? head - to : 0;
    if (!best || distance < best.distance) best = { diagnostic, from, distance };
  });
  return best;
}

function fixHere(view) {
  const found = problemAt(view.state);
  if (found) found.diagnostic.fix(view, found.from);
  else view.dispatch({ effects: EditorView.announce.of('No suggestion for this line.') });
  return true;
}

/**
 * @param {object} options session; words: Language of api.js; replace(view, {from, to, insert}): makes a change that runs at once
 * @returns {{extensions, keys, connect(view), forget()}} connect: begins to show reports; forget: the text is another one
 */
export function diagnostics({ session, words, replace }) {
  const applyFix = (view, { from, there, text }) => {
    if (view.state.sliceDoc(from, from + there.length) !== there) {
      view.dispatch({ effects: EditorView.announce.of('The text has changed since.') });
      return;
    }
    replace(view, { from, to: from + there.length, insert: text });
    view.dispatch({ selection: { anchor: from + text.length }, scrollIntoView: true });
    view.focus();
  };

  let reported = [];
  let timer = 0;

  function show(view) {
    const hints = !session.live && words ? words.rangeHints(view.state.doc.toString()) : [];
    const free = hints.filter((hint) => !reported.some((each) => each.from <= hint.to && each.to >= hint.from));
    view.dispatch(setDiagnostics(view.state, [...reported, ...free]));
  }

  /** The marks of the report as the editor has moved them. */
  function current(state) {
    const list = [];
    forEachDiagnostic(state, (diagnostic, from, to) => {
      if (reported.includes(diagnostic)) list.push({ ...diagnostic, from, to });
    });
    return list;
  }

  function connect(view) {
    const report = () => {
      const list = session.report?.script?.diagnostics ?? [];
      const own = list.filter((each) => !each.file || each.file === session.name);
      const { doc, changes } = view.state.field(sinceSent);
      const since = { text: doc.toString(), changes };
      reported = own.map((each) => placed(each, since, applyFix));
      show(view);
    };
    session.addEventListener('run', () => view.dispatch({ effects: sent.of(null) }));
    session.addEventListener('report', report);
    session.addEventListener('wanted', ({ detail }) => {
      if (detail?.what !== 'live') return;
      reported = current(view.state);
      show(view);
    });
    if (session.report) report();
  }

  const later = EditorView.updateListener.of((update) => {
    if (!update.docChanged || session.live) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      reported = current(update.view.state);
      show(update.view);
    }, HINT_DELAY);
  });

  /** Another text: nothing is known of it yet. */
  function forget() {
    clearTimeout(timer);
    reported = [];
  }

  return {
    extensions: [sinceSent, linter(null, { delay: 100 }), lintGutter({ hoverTime: 200 }), later],
    keys: [
      { key: 'F8', run: nextDiagnostic },
      { key: 'Shift-F8', run: previousDiagnostic },
      { key: 'Mod-.', run: fixHere },
    ],
    connect,
    forget,
  };
}
