/** gallery-index.js - scenes/index.json, fetched once: the gallery's scenes and the files that they use (path, size in bytes, SHA-256). */
const PATIENCE = 15_000; // ms

let index = null;

/** @returns {Promise<object[]>} rejects where it cannot be fetched; then the next call tries again */
export function galleryIndex() {
  index ??= fetch(new URL('scenes/index.json', document.baseURI), { signal: AbortSignal.timeout(PATIENCE) })
    .then((response) => {
      if (!response.ok) throw new Error(`scenes/index.json: ${response.status}`);
      return response.json();
    })
    .catch((error) => {
      index = null;
      throw error;
    });
  return index;
}
