/**
 * first.js - what the page begins with: this tab's scene after a reload, somebody's link, a scene of the gallery by its name, the scene that
 * was shown last, or the gallery's first.
 */
import { openLink } from './open-link.js';

const FIRST = 'hello';

/** The script of one of the gallery's scenes. Fails with an Error for people. */
export async function galleryScript(name) {
  const response = await fetch(new URL(`scenes/${name}.lua`, document.baseURI)).catch(() => null);
  const text = response?.ok ? await response.text() : null;
  // Hosts that answer everything with their first page…
  if (text === null || /^\s*<(!doctype|html)/i.test(text)) {
    throw new Error(response ? `The gallery has no scene called “${name}”.` : `“${name}” could not be fetched: the network is away.`);
  }
  return text;
}

/** The page is there again, not anew: by reload, or by going back. */
function loadedAgain() {
  return ['reload', 'back_forward'].includes(performance.getEntriesByType('navigation')[0]?.type);
}

/** Gives the session its first text. @param {object} query of query.js */
export async function firstScene(session, { scene, run }) {
  const { scenes } = session;
  const { store } = scenes;
  const how = { run };
  const id = store.current;
  const kept = id ? store.get(id) : null;
  const again = kept && store.again && loadedAgain();
  // What was made of ?scene=… is there after a reload, too.
  if (again && scene && kept.from === scene && scenes.open(id, how)) return;
  if (await openLink(session, location.hash, { run, again: again ? kept : null })) return;
  if (scene) {
    try {
      const text = await galleryScript(scene);
      if (!scenes.record) scenes.openText({ name: `${scene}.lua`, text, from: scene, pristine: true }, how);
      return;
    } catch (error) {
      session.notify('warning', error.message);
    }
  }
  if (kept && !(kept.pristine && kept.from === FIRST && !store.marked(id)) && scenes.open(id, how)) return;
  const text = await galleryScript(FIRST).catch((error) => {
    if (kept) return kept.text;
    throw error;
  });
  // Who has begun to write meanwhile goes on with that.
  if (scenes.record) return;
  if (kept) scenes.show({ ...kept, text }, how);
  else scenes.openText({ name: 'scene.lua', text, from: FIRST, pristine: true }, how);
}
