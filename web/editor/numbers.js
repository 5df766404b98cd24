/* numbers.js - a number in the text as a slider: Alt with the up and down keys (with Shift ten times as far), or dragged with Alt held. */
import { isolateHistory } from '@codemirror/commands';
import { Annotation } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { numberAt, stepNumber } from './steps.js';

/** Marks changes by steps: they run at once. */
export const stepped = Annotation.define();

const PIXELS = 6; // of dragging for one step

/** Writes a step. go: 'key', or of one drag 'first' and 'next', which undo takes back together: CodeMirror joins what is composed. */
function write(view, number, text, go) {
  const annotations = [stepped.of(true)];
  if (go === 'first') annotations.push(isolateHistory.of('before'));
  view.dispatch({
    changes: { from: number.from, to: number.to, insert: text },
    selection: { anchor: number.from + text.length },
    annotations,
    userEvent: go === 'next' ? 'input.type.compose' : 'input.type.step',
  });
}

function stepHere(words, count) {
  return (view) => {
    const { main, ranges } = view.state.selection;
    const number = ranges.length === 1 ? numberAt(words, view.state.doc.toString(), main.head) : null;
    if (!number) return false; // the key moves lines
    const text = stepNumber(number.text, number.sign, count, number.field, number.whole);
    write(view, number, text, 'key');
    view.dispatch({ effects: EditorView.announce.of(text) });
    return true;
  };
}

function drag(words) {
  return EditorView.domEventHandlers({
    mousedown(event, view) {
      if (!event.altKey || event.button !== 0) return false;
      const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
      const number = at === null ? null : numberAt(words, view.state.doc.toString(), at);
      if (!number) return false;
      event.preventDefault();
      view.focus();
      const { ownerDocument } = view.dom;
      const { from } = number;
      let there = view.state.sliceDoc(from, number.to);
      let steps = 0;
      let first = true;
      const move = (moved) => {
        const next = Math.round((moved.clientX - event.clientX) / PIXELS);
        if (next === steps) return;
        if (view.state.sliceDoc(from, from + there.length) !== there) return end(); // another text has come meanwhile
        steps = next;
        const text = stepNumber(number.text, number.sign, steps, number.field, number.whole);
        write(view, { from, to: from + there.length }, text, first ? 'first' : 'next');
        there = text;
        first = false;
      };
      const end = () => {
        ownerDocument.removeEventListener('mousemove', move);
        ownerDocument.removeEventListener('mouseup', end);
      };
      ownerDocument.addEventListener('mousemove', move);
      ownerDocument.addEventListener('mouseup', end);
      return true;
    },
  });
}

/** Extensions and keys. @param words Language of api.js, or null */
export function numbers(words) {
  return {
    extensions: [drag(words)],
    keys: [
      { key: 'Alt-ArrowUp', run: stepHere(words, 1), shift: stepHere(words, 10) },
      { key: 'Alt-ArrowDown', run: stepHere(words, -1), shift: stepHere(words, -10) },
    ],
  };
}
