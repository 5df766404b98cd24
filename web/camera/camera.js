/**
 * camera.js - looking around: mouse, touch and keys on the canvas turn into cameras of the session. The script does not run again.
 *
 *   drag, one finger, arrows                 orbit
 *   right, middle or Shift and drag, Shift and arrows; two fingers   pan
 *   wheel, pinch, + and -                    zoom
 *   Home, R                                  the script's camera again
 *
 * A click without movement is a `pick` event of the session, {x, y} in pixels of the picture.
 */
import { orbit, pan, zoom } from './orbit.js';
import { writeCamera } from './write.js';

const TURN = 180; // degrees for a drag as long as the picture is high
const KEY_TURN = 5; // degrees; with Alt 1
const KEY_PAN = 0.05; // heights of the picture
const KEY_ZOOM = 1.1;
const WHEEL = 0.0012; // of the logarithm of the distance, for a pixel
const CLICK = 4; // pixels that a click may move
const HELP = 'Drag to orbit, right-drag to pan, turn the wheel to zoom. With keys: arrows, Shift and arrows, plus and minus; Home resets.';

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function mountCamera(session, canvas) {
  const pointers = new Map(); // of a gesture: id → {x, y}
  let next = null; // the camera of the next animation frame
  let travelled = 0; // pixels since the button went down
  let panning = false;

  /** Many events come in a frame; one view is posted. */
  const change = (make) => {
    const camera = next ?? session.shownCamera;
    if (!camera) return;
    if (!next) {
      requestAnimationFrame(() => {
        const wanted = next;
        next = null;
        if (wanted) session.setCamera(wanted);
      });
    }
    next = make(camera);
  };
  const radius = () => session.report?.scene?.radius ?? 0;
  const heights = (pixels) => pixels / Math.max(canvas.getBoundingClientRect().height, 1);

  const reset = () => {
    next = null;
    session.setCamera(null);
  };

  // -- pointers --------------------------------------------------------------------------------------------------------------------

  const middle = () => {
    const all = [...pointers.values()];
    const mean = (pick) => all.reduce((sum, each) => sum + pick(each), 0) / all.length;
    const x = mean((each) => each.x);
    const y = mean((each) => each.y);
    return { x, y, spread: mean((each) => Math.hypot(each.x - x, each.y - y)) };
  };

  const down = (event) => {
    if (pointers.size >= 2) return;
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.size === 1) travelled = 0;
    panning = event.button === 1 || event.button === 2 || event.shiftKey;
    capture(canvas, event.pointerId);
    if (event.button === 1) event.preventDefault(); // no scrolling by the middle button
  };

  const move = (event) => {
    const pointer = pointers.get(event.pointerId);
    if (!pointer) return;
    const before = middle();
    pointer.x = event.clientX;
    pointer.y = event.clientY;
    const now = middle();
    const [dx, dy] = [heights(now.x - before.x), heights(now.y - before.y)];
    travelled += Math.hypot(now.x - before.x, now.y - before.y);
    if (travelled < CLICK && pointers.size === 1) return;
    canvas.removeAttribute('title');
    if (pointers.size === 2) {
      const factor = before.spread > 0 && now.spread > 0 ? before.spread / now.spread : 1;
      change((camera) => zoom(pan(camera, dx, dy), factor, radius()));
    } else if (panning) {
      change((camera) => pan(camera, dx, dy));
    } else {
      change((camera) => orbit(camera, -dx * TURN, dy * TURN));
    }
  };

  const up = (event) => {
    if (!pointers.delete(event.pointerId)) return;
    if (event.type !== 'pointerup' || event.button !== 0 || travelled >= CLICK || pointers.size) return;
    const box = canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * canvas.width;
    const y = ((event.clientY - box.top) / box.height) * canvas.height;
    session.dispatchEvent(new CustomEvent('pick', { detail: { x, y } }));
  };

  const menu = (event) => { if (travelled >= CLICK) event.preventDefault(); };

  const wheel = (event) => {
    if (event.ctrlKey || !session.shownCamera) return; // the page's own zoom
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1);
    change((camera) => zoom(camera, Math.exp(Math.max(-500, Math.min(pixels, 500)) * WHEEL), radius()));
  };

  // -- keys ------------------------------------------------------------------------------------------------------------------------

  const key = (event) => {
    if (event.ctrlKey || event.metaKey) return;
    const arrow = ARROWS[event.key];
    if (arrow && event.shiftKey) {
      change((camera) => pan(camera, -arrow[0] * KEY_PAN, -arrow[1] * KEY_PAN));
    } else if (arrow) {
      const turn = event.altKey ? 1 : KEY_TURN;
      change((camera) => orbit(camera, arrow[0] * turn, -arrow[1] * turn));
    } else if (event.key === '+' || event.key === '=') {
      change((camera) => zoom(camera, 1 / KEY_ZOOM, radius()));
    } else if (event.key === '-' || event.key === '_') {
      change((camera) => zoom(camera, KEY_ZOOM, radius()));
    } else if (event.key === 'Home' || event.key === 'r' || event.key === 'R') {
      reset();
    } else {
      return;
    }
    event.preventDefault();
  };

  const listeners = { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up, contextmenu: menu, keydown: key };
  for (const [type, listener] of Object.entries(listeners)) canvas.addEventListener(type, listener);
  canvas.addEventListener('wheel', wheel, { passive: false });
  canvas.style.touchAction = 'none';
  canvas.title = HELP;
  canvas.setAttribute('aria-keyshortcuts', 'ArrowLeft ArrowRight ArrowUp ArrowDown Plus Minus Home');

  mountButtons(session, canvas.ownerDocument, reset);
}

/** Events made by scripts have pointers that cannot be captured. */
function capture(canvas, id) {
  try {
    canvas.setPointerCapture(id);
  } catch {
    // the gesture works as long as the pointer stays over the canvas
  }
}

function mountButtons(session, root, reset) {
  const resetButton = root.getElementById('reset-camera');
  const writeButton = root.getElementById('write-camera');
  const show = () => { resetButton.disabled = writeButton.disabled = !session.camera; };
  resetButton.addEventListener('click', reset);
  writeButton.addEventListener('click', () => {
    if (!session.camera) return;
    const text = writeCamera(session.text, session.camera, session.scriptCamera);
    // The text first: the script's own camera of before is never seen in between.
    session.setText(text, 'camera');
    session.setCamera(null);
  });
  for (const event of ['wanted', 'text', 'report']) session.addEventListener(event, show);
  show();
}
