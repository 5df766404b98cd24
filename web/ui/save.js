/**
 * save.js - the picture as PNG (the command's very bytes) and HDR, the script, and the command line that renders the same picture.
 */
import { make } from './elements.js';
import { copyText } from './clipboard.js';

const KEEP = 60_000; // ms until a saved file's bytes may go: some browsers ask first where it shall lie

// -- the command ----------------------------------------------------------------------------------------------------------------------

/** A word as a POSIX shell reads it. */
export function quote(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}

/** A camera of the page's as the command's flags. */
export function cameraWords({ kind, from, look_at: to, up, fov, height, aperture, focus }) {
  const point = (each) => each.map(String).join(',');
  const words = ['--from', point(from), '--look-at', point(to), '--up', point(up)];
  words.push(...(kind === 'orthographic' ? ['--height', String(height)] : ['--fov', String(fov)]));
  if (aperture > 0) words.push('--aperture', String(aperture), '--focus', String(focus));
  return words;
}

/**
 * The command line of a picture. What is null is as the script says.
 * @param {object} wanted {name, parameters: Map, size, samples, camera}
 */
export function commandLine({ name, parameters, size, samples, camera }) {
  const words = ['moonlit', 'render', /^-/.test(name) ? `./${name}` : name];
  for (const [key, value] of parameters) words.push('--set', `${key}=${value}`);
  if (size) words.push('--size', `${size.width}x${size.height}`);
  if (samples) words.push('--samples', String(samples));
  if (camera) words.push(...cameraWords(camera));
  return words.map(quote).join(' ');
}

/** What the session shows; a link's limits make the picture smaller than its script says. */
export function shownPicture({ name, parameters, size, samples, camera, budget, frame, figures }) {
  if (budget === 'own') return { name, parameters, size, samples, camera };
  const bounded = frame?.current && frame.scale === 1 ? { width: frame.width, height: frame.height } : size;
  return { name, parameters, size: bounded, samples: figures?.samples?.wanted || samples, camera };
}

// -- files ----------------------------------------------------------------------------------------------------------------------------

/** "my ball.lua" → "my ball.png", without what systems do not take in a name. */
export function fileFor(name, ending) {
  const base = name.replace(/\.lua$/i, '').replace(/[\u0000-\u001f"*/:<>?\\|]/g, '_').replace(/^\.+/, '');
  return `${base || 'scene'}.${ending}`;
}

export function saveBytes(bytes, name, type) {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const link = make('a', { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), KEEP);
}

const TYPES = { png: 'image/png', hdr: 'image/vnd.radiance' };

async function savePicture(session, format) {
  if (!session.frame || !session.engine) {
    session.notify('info', 'There is no picture yet.');
    return;
  }
  try {
    // A copy: some browsers take no shared memory into a file.
    saveBytes(Uint8Array.from(await session.engine.encode(format)), fileFor(session.name, format), TYPES[format]);
  } catch (error) {
    session.notify('error', `The picture could not be saved: ${error.message}`);
  }
}

async function copyCommand(session) {
  const line = commandLine(shownPicture(session));
  if (await copyText(line)) session.notify('info', `Copied: ${line}`);
  else session.notify('info', `The browser does not let the page copy. This is the command: ${line}`);
}

export function mountSave(session, root = document) {
  const menu = root.querySelector('#save-menu');
  const on = (id, then) => root.querySelector(id).addEventListener('click', () => {
    if (menu.matches(':popover-open')) menu.hidePopover();
    then();
  });
  on('#save-png', () => savePicture(session, 'png'));
  on('#save-hdr', () => savePicture(session, 'hdr'));
  on('#save-lua', () => saveBytes(session.text, fileFor(session.name, 'lua'), 'text/x-lua;charset=utf-8'));
  on('#copy-command', () => copyCommand(session));
  const told = root.querySelector('#save-lua small');
  const draw = () => { if (told.textContent !== session.name) told.textContent = fileFor(session.name, 'lua'); };
  session.addEventListener('text', draw);
  draw();
}
