/* reveal.js - "show that line": the session's event 'reveal' {line, column}, both from 1, column in characters. With the editor in place it
 * is the editor that answers; until then, and without it, the textarea. */
import { offsetOfColumn } from './positions.js';

/** Puts the caret of a textarea at a place and scrolls there. */
export function revealInTextarea(textarea, line, column = 1) {
  const lines = textarea.value.split('\n');
  const row = Math.min(Math.max(line, 1), lines.length) - 1;
  const start = lines.slice(0, row).reduce((sum, each) => sum + each.length + 1, 0);
  const at = start + offsetOfColumn(lines[row], column || 1);
  textarea.focus({ preventScroll: true });
  textarea.setSelectionRange(at, at);
  const height = parseFloat(getComputedStyle(textarea).lineHeight) || textarea.scrollHeight / lines.length;
  textarea.scrollTop = Math.max(0, (row + 0.5) * height - textarea.clientHeight / 2);
}

/** Answers 'reveal' while no editor covers the textarea. */
export function mountReveal(session, textarea) {
  session.addEventListener('reveal', ({ detail }) => {
    if (!('covered' in textarea.dataset)) revealInTextarea(textarea, detail.line, detail.column);
  });
}
