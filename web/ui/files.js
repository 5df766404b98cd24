/**
 * files.js - files by hand: dropped anywhere, pasted, or chosen; listed with what the scene lacks. A dropped script is a scene of its own,
 * unless the scene asks for a module of that name.
 */
import { icon, make, setText } from './elements.js';
import { bytes, plural, visible } from './format.js';
import { MOST_MISSING } from './messages.js';
import { FilesStore, baseName, bestFor, endingOf, openDatabase, pathFor, tidyPath } from '../keep/files-store.js';
import { galleryIndex } from '../keep/gallery-index.js';

/** What scenes read. Whatever else a scene asks for is taken, too. */
export const ENDINGS = ['png', 'jpg', 'jpeg', 'hdr', 'tga', 'bmp', 'obj', 'mtl', 'ply', 'stl', 'gltf', 'glb', 'bin', 'ies', 'ttf', 'lua'];
const SHOWN = ['png', 'jpg', 'jpeg', 'bmp']; // by browsers
const MOST_SHOWN = 16 * 2 ** 20; // bytes of a picture that is shown small
const MOST_SCRIPT = 4 * 2 ** 20;
const MOST_DROPPED = 500; // files of a folder

/** What becomes of dropped files: {scene: the one that is opened, kept: [[path, file]…], refused: […]}. `missing`: paths; `kept`: paths. */
export function sort(files, missing, kept) {
  const result = { scene: null, kept: [], refused: [] };
  for (const { path, file } of files) {
    const asked = bestFor(missing, path);
    if (endingOf(path) === 'lua' && !asked && !bestFor(kept, path) && !result.scene) result.scene = { path, file };
    else if (asked || ENDINGS.includes(endingOf(path))) result.kept.push([pathFor(path, missing, kept), file]);
    else result.refused.push(path);
  }
  return result;
}

export function mountFiles(session, root = document) {
  const store = new FilesStore({
    database: openDatabase(),
    manifest: galleryIndex,
    fetch: (path) => fetch(new URL(`scenes/${path}`, document.baseURI)),
  });
  session.files = store;
  const channel = openChannel();
  if (channel) channel.onmessage = () => store.refresh();
  store.addEventListener('change', (event) => {
    session.filesChanged(event.detail.paths);
    if (!event.detail.byOthers) setTimeout(() => channel?.postMessage('changed'), 500); // when it has been kept
  });
  let said = false;
  store.addEventListener('trouble', (event) => {
    if (!said) session.notify('warning', event.detail);
    said = true;
  });
  const take = (files, asPath) => takeFiles(session, store, files, asPath);
  mountDrop(root, take);
  mountPaste(session, root, take);
  mountList(session, root, store, take);
}

/** To other tabs; null where the browser keeps nothing, and so shares nothing. */
function openChannel() {
  try {
    return new BroadcastChannel('moonlit-files');
  } catch {
    return null;
  }
}

// -- what comes -----------------------------------------------------------------------------------------------------------------------

/** @param {string} [asPath] the one file is for this path, whatever its name is */
async function takeFiles(session, store, files, asPath) {
  if (!files.length) return;
  await store.ready;
  const missing = session.report?.missing ?? [];
  const { scene, kept, refused } = asPath
    ? { scene: null, kept: [[asPath, files[0].file]], refused: [] }
    : sort(files, missing, store.list.map(({ path }) => path));
  for (const [path, file] of kept) {
    try {
      await store.add(path, file);
    } catch (error) {
      session.notify('error', error.message);
    }
  }
  if (scene) await openScene(session, scene);
  if (refused.length) tellRefused(session, refused);
}

function tellRefused(session, refused) {
  const names = refused.slice(0, 3).map((path) => visible(baseName(path))).join(', ');
  const more = refused.length > 3 ? ` and ${plural(refused.length - 3, 'other')}` : '';
  session.notify('warning', `${names}${more}: not for scenes. They read pictures (png, jpg, hdr, tga, bmp), models (obj, ply, stl, gltf, glb), lamps (ies), fonts (ttf) and scripts (lua).`);
}

async function openScene(session, { path, file }) {
  try {
    if (file.size > MOST_SCRIPT) throw new Error('it is longer than 4 MB, the most that a scene can have.');
    const text = decode(await file.arrayBuffer());
    session.scenes.openText({ name: baseName(path), text, from: 'file' });
  } catch (error) {
    session.notify('error', `${visible(baseName(path))} was not opened: ${error.message}`);
  }
}

function decode(buffer) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(buffer);
    if (!text.includes('\0')) return text;
  } catch { /* said below */ }
  throw new Error('it is no text in UTF-8.');
}

/** Files and folders of a drop: [{path, file}]. The list must be read before the event ends. */
function entriesOf(transfer) {
  const items = [...(transfer.items ?? [])].filter(({ kind }) => kind === 'file');
  const found = items.map((item) => {
    const entry = item.webkitGetAsEntry?.();
    return entry?.isDirectory ? { entry } : { file: item.getAsFile() };
  });
  if (!found.length) found.push(...[...transfer.files].map((file) => ({ file })));
  return found;
}

async function readAll(found) {
  const files = [];
  const walk = async (entry, folder) => {
    if (files.length >= MOST_DROPPED) return;
    if (entry.isFile) {
      const file = await new Promise((resolve) => { entry.file(resolve, () => resolve(null)); });
      if (file && !file.name.startsWith('.')) files.push({ path: tidyPath(folder + file.name), file });
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const batch = await new Promise((resolve) => { reader.readEntries(resolve, () => resolve([])); });
      if (!batch.length) return;
      for (const each of batch) await walk(each, `${folder}${entry.name}/`);
    }
  };
  for (const { entry, file } of found) {
    if (file) files.push({ path: tidyPath(file.name), file });
    else if (entry) await walk(entry, '');
  }
  return files;
}

function mountDrop(root, take) {
  const hint = root.querySelector('#drop-hint');
  const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');
  const show = (shown) => { hint.hidden = !shown; };
  // Before the editor: it would write the file's bytes into the script.
  const on = (type, then) => root.defaultView.addEventListener(type, (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    then(event);
  }, { capture: true });
  on('dragenter', () => show(true));
  on('dragover', (event) => {
    event.dataTransfer.dropEffect = 'copy';
    show(true);
  });
  on('dragleave', (event) => { if (!event.relatedTarget) show(false); });
  on('drop', async (event) => {
    show(false);
    take(await readAll(entriesOf(event.dataTransfer)));
  });
}

/** A picture on the clipboard has no name worth keeping: it is the one that the scene lacks, if that is one. */
function mountPaste(session, root, take) {
  root.defaultView.addEventListener('paste', (event) => {
    const { files, types } = event.clipboardData ?? {};
    if (!files?.length || [...types].includes('text/plain')) return;
    event.preventDefault();
    event.stopPropagation();
    const missing = (session.report?.missing ?? []).filter((path) => endingOf(path) !== 'lua');
    const list = [...files].map((file) => ({ path: tidyPath(file.name || 'pasted.png'), file }));
    const nameless = list.length === 1 && /^image\.\w+$/.test(list[0].path);
    take(list, nameless && missing.length === 1 ? missing[0] : undefined);
  }, { capture: true });
}

// -- what is there --------------------------------------------------------------------------------------------------------------------

function mountList(session, root, store, take) {
  const host = root.querySelector('#files');
  const badge = root.querySelector('#file-count');
  const list = make('ul', { class: 'file-list' });
  const lacking = make('div', { class: 'file-lacking' });
  const chooser = make('input', { type: 'file', multiple: true, hidden: true, tabindex: '-1', 'aria-hidden': 'true' });
  const about = make('p', { class: 'nothing' });
  let asPath; // what the chooser is for
  const choose = (path) => {
    asPath = path;
    chooser.multiple = !path;
    chooser.accept = path ? '' : ENDINGS.map((each) => `.${each}`).join();
    chooser.click();
  };
  chooser.addEventListener('change', () => {
    take([...chooser.files].map((file) => ({ path: tidyPath(file.name), file })), asPath);
    chooser.value = '';
  });
  const add = make('button', { type: 'button', onclick: () => choose() }, 'Add files…');
  host.append(make('div', { class: 'files-head' }, add, about), lacking, list, chooser);
  const rows = new Map(); // path → {element, entry, free}

  const drawLacking = () => {
    const missing = session.report?.missing ?? [];
    const focused = lacking.contains(document.activeElement) ? document.activeElement.dataset.path : null;
    lacking.replaceChildren(...missing.slice(0, MOST_MISSING).map((path) => make('p', { class: 'lack' },
      make('span', {}, make('strong', {}, visible(path)), ' is missing'),
      make('button', { type: 'button', 'aria-label': `Choose ${visible(path)}`, 'data-path': path, onclick: () => choose(path) }, 'Choose…'))));
    if (focused) [...lacking.querySelectorAll('button')].find((each) => each.dataset.path === focused)?.focus();
  };
  const draw = () => {
    const entries = store.list;
    for (const [path, row] of rows) {
      if (entries.some((entry) => entry === row.entry)) continue;
      row.free();
      row.element.remove();
      rows.delete(path);
    }
    for (const entry of entries) if (!rows.has(entry.path)) rows.set(entry.path, fileRow(entry, { store, choose, add }));
    entries.forEach((entry, n) => {
      const { element } = rows.get(entry.path);
      if (list.children[n] !== element) list.insertBefore(element, list.children[n] ?? null);
    });
    drawUse();
  };
  const drawUse = () => {
    const { assets = [], missing = [] } = session.report ?? {};
    const used = new Set(assets.map((path) => store.keptFor(path)));
    for (const [path, { element }] of rows) element.classList.toggle('used', used.has(path));
    setText(badge, missing.length ? String(missing.length) : rows.size ? String(rows.size) : '');
    badge.dataset.severity = missing.length ? 'error' : '';
    badge.title = missing.length ? `${plural(missing.length, 'file')} missing` : '';
    setText(about, rows.size
      ? 'Kept in this browser. Scenes find them by their names.'
      : 'Drop or paste pictures, models, lamps (ies) and modules: they are kept in this browser, and scenes find them by their names.');
  };
  store.addEventListener('change', draw);
  session.addEventListener('report', () => { drawLacking(); drawUse(); });
  drawLacking();
  draw();
}

function fileRow(entry, { store, choose, add }) {
  const { path, size, blob } = entry;
  const shown = SHOWN.includes(endingOf(path)) && size <= MOST_SHOWN;
  const address = shown ? URL.createObjectURL(blob) : '';
  const kind = () => make('span', { class: 'file-kind', 'aria-hidden': 'true' }, endingOf(path).slice(0, 4));
  const picture = shown ? make('img', { src: address, alt: '', width: '36', height: '36', onerror: () => picture.replaceWith(kind()) }) : kind();
  const remove = make('button', { type: 'button', class: 'quiet only-icon', 'aria-label': `Remove ${visible(path)}`, title: 'Remove' }, icon('close'));
  remove.addEventListener('click', () => {
    const next = element.nextElementSibling ?? element.previousElementSibling;
    store.remove(path);
    (next?.querySelector('button:last-child') ?? add).focus();
  });
  const element = make('li', {},
    picture,
    make('span', { class: 'file-name', title: visible(path) }, visible(path)),
    make('span', { class: 'file-size' }, bytes(size)),
    make('button', { type: 'button', class: 'quiet', 'aria-label': `Replace ${visible(path)}`, onclick: () => choose(path) }, 'Replace…'),
    remove);
  return { element, entry, free: () => address && URL.revokeObjectURL(address) };
}
