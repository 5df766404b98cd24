/**
 * main.js - starts the page: the engine and the first scene at once, then all that can be seen, and the editor when the first picture has
 * begun. `globalThis.moonlit` is the session, for tests and for curious people.
 */
import { startEngine } from './engine/engine.js';
import { startServiceWorker } from './offline.js';
import { readQuery } from './query.js';
import { Session } from './session.js';
import { mountCamera } from './camera/camera.js';
import { firstScene } from './keep/first.js';
import { mountEmbed } from './ui/embed.js';
import { mountFigures } from './ui/figures.js';
import { mountFiles } from './ui/files.js';
import { mountGallery } from './ui/gallery.js';
import { mountLayout } from './ui/layout.js';
import { mountMessages } from './ui/messages.js';
import { mountNotices } from './ui/notices.js';
import { mountParams } from './ui/params.js';
import { mountPicture } from './ui/picture.js';
import { mountRunning } from './ui/running.js';
import { mountSave } from './ui/save.js';
import { mountScenes } from './ui/scenes.js';
import { mountShare } from './ui/share.js';
import { mountText } from './ui/text.js';
import { mountTheme } from './ui/theme.js';

/** Where no picture comes (an error, ?run=no), the editor does not wait longer than this, in ms. */
const EDITOR_PATIENCE = 2000;
/** After so long somebody who waits for it is told, in ms. */
const EDITOR_LATE = 30000;

const query = readQuery(location.search);
const cores = navigator.hardwareConcurrency || 1;
const session = new Session({ marks: document.body.dataset, threads: Math.min(query.threads ?? cores, cores), maxThreads: cores });
globalThis.moonlit = session;

// The theme before anything is painted.
mountTheme(document);
if (query.embed) mountEmbed(session, document);

async function start() {
  if ((await startServiceWorker()) === 'reloading') return;
  const engine = startEngine({ threads: session.threads, single: query.single });
  engine.catch(() => {}); // told below, when the scene is there
  mountAll();
  const scene = firstScene(session, query).catch((error) => session.notify('error', error.message));
  try {
    await scene;
    if (query.size) session.setSize(query.size);
    if (query.samples) session.setSamples(query.samples);
    session.start(await engine);
  } catch (error) {
    session.fail(error.message);
  }
  if (session.engine?.reason) tellReason(session.engine.reason);
}

function mountAll() {
  const mounts = [mountLayout, mountNotices, mountText, mountPicture, mountFigures, mountMessages, mountRunning,
    mountParams, mountFiles, mountGallery, mountSave, mountScenes, mountShare];
  for (const mount of mounts) mount(session, document);
  mountCamera(session, document.getElementById('canvas'));
  mountEditorSoon();
}

/** The editor is larger than all the rest: it is fetched when the first picture has begun. */
function mountEditorSoon() {
  let wanted = false;
  const load = async () => {
    if (wanted) return;
    wanted = true;
    const late = setTimeout(() => session.notify('warning', 'The editor is still on its way; the plain text field works.'), EDITOR_LATE);
    try {
      const { mountEditor } = await import('./editor/editor.js');
      await mountEditor(session, { textarea: document.getElementById('scene'), host: document.getElementById('editor') });
    } catch (error) {
      session.notify('warning', `The editor could not be loaded; the plain text field works. (${error.message})`);
    } finally {
      clearTimeout(late);
    }
  };
  session.addEventListener('frame', () => requestAnimationFrame(() => setTimeout(load)), { once: true });
  session.addEventListener('state', () => {
    if (session.state !== 'loading') setTimeout(load, EDITOR_PATIENCE);
  }, { once: true });
}

function tellReason(reason) {
  const line = document.getElementById('engine-reason');
  line.textContent = reason;
  line.hidden = false;
}

start();
