/** clipboard.js - copying text, also where browsers allow it only the old way. */
import { make } from './elements.js';

/** @returns {Promise<boolean>} false: the browser does not allow it */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyTheOldWay(text);
  }
}

function copyTheOldWay(text) {
  const before = document.activeElement;
  // In an open dialog nothing outside of it can have the focus.
  const host = document.querySelector('dialog[open]') ?? document.body;
  const field = make('textarea', { class: 'for-copying', readonly: true, 'aria-hidden': 'true' });
  field.value = text;
  host.append(field);
  field.select();
  let done = false;
  try {
    done = document.execCommand('copy');
  } catch { /* not allowed */ }
  field.remove();
  before?.focus?.();
  return done;
}
