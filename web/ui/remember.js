/** remember.js - small preferences in localStorage, which may be forbidden or full: then they last as long as the page. */
const PREFIX = 'moonlit.';
const unkept = new Map();

/** @returns {string|null} */
export function recall(key) {
  try {
    return localStorage.getItem(PREFIX + key) ?? unkept.get(key) ?? null;
  } catch {
    return unkept.get(key) ?? null;
  }
}

export function remember(key, value) {
  unkept.set(key, String(value));
  try {
    localStorage.setItem(PREFIX + key, String(value));
  } catch { /* kept above */ }
}
