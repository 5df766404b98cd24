/**
 * text.js - the textarea: what is typed goes to the session, what the session has comes back. It works by itself; an editor over it keeps
 * its value equal, and shows places in its stead.
 */
import { rangeOf } from './places.js';

export function mountText(session, root) {
  const textarea = root.querySelector('#scene');
  textarea.addEventListener('input', () => session.setText(textarea.value, 'textarea'));
  session.addEventListener('text', () => {
    if (textarea.value !== session.text) replaceValue(textarea, session.text);
  });
  session.addEventListener('reveal', ({ detail }) => {
    if (!('covered' in textarea.dataset)) select(textarea, rangeOf(session.text, detail));
  });
  if (session.text) textarea.value = session.text;
}

/** A fix changes a word: the caret and what is seen stay where they are. */
function replaceValue(textarea, text) {
  const { selectionStart, selectionEnd, scrollTop, scrollLeft } = textarea;
  textarea.value = text;
  textarea.setSelectionRange(Math.min(selectionStart, text.length), Math.min(selectionEnd, text.length));
  textarea.scrollTop = scrollTop;
  textarea.scrollLeft = scrollLeft;
}

function select(textarea, { from, to }) {
  textarea.focus();
  textarea.setSelectionRange(from, to);
  const lines = textarea.value.slice(0, from).split('\n').length - 1;
  const lineHeight = parseFloat(getComputedStyle(textarea).lineHeight);
  const top = lines * lineHeight;
  const { scrollTop, clientHeight } = textarea;
  if (top < scrollTop || top > scrollTop + clientHeight - 3 * lineHeight) textarea.scrollTop = top - clientHeight / 3;
}
