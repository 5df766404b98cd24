/**
 * controls.js - mouse, pen, touch, wheel and keys on the picture, as moves of a camera.
 *
 *   left drag, one finger     orbit          + shift: pan     + alt: look around
 *   right, middle drag        pan            two fingers: pan and zoom
 *   wheel, pinch on a pad     zoom towards the pointer
 *   arrows                    orbit by 5°    + shift: pan     + ctrl: look around     + alt: by 1°
 *   + -                       zoom           Home, R: reset
 *
 * Where the picture is zoomed beyond its pane (1:1 …), a left drag, one finger and the wheel move it within the pane instead, as in any
 * viewer of pictures. Places are in heights of the picture as it is seen, so that no zoom and no style matters.
 */
import { look, orbit, pan, zoom } from './orbit.js';

const DEGREE = Math.PI / 180;
/** A drag over the picture's height turns by this. */
const TURN = Math.PI;
/** Shorter drags, in CSS pixels, are clicks: mouse, and fingers. */
const STILL = { mouse: 3, pen: 6, touch: 9 };
/** What a wheel's line and page are in its pixels; one notch has about 100 to 120. */
const DELTA = [1, 33, 400];
const WHEEL = 0.0014;
const PINCH = 0.01;
const KEY_STEP = 5 * DEGREE, KEY_PAN = 0.05, KEY_ZOOM = 1.1; // alt: a fifth
/** Some systems open the right button's menu this much after it was let go, in ms. */
const MENU_DELAY = 100;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const ZOOM_KEYS = { '+': -1, '=': -1, '-': 1, _: 1 };

/** Places of a canvas, however large it is seen: in heights from its middle, [right, up]. */
function placeOf(canvas, { clientX, clientY }) {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return [(clientX - left - width / 2) / height, (top + height / 2 - clientY) / height];
}

/** In pixels of the picture, from its upper left corner. */
export function pixelOf(canvas, { clientX, clientY }) {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return { x: ((clientX - left) / width) * canvas.width, y: ((clientY - top) / height) * canvas.height };
}

const middleOf = (points) => points.reduce((sum, point) => [sum[0] + point[0] / points.length, sum[1] + point[1] / points.length], [0, 0]);
const spreadOf = (points) => (points.length < 2 ? 0 : Math.hypot(points[0][0] - points[1][0], points[0][1] - points[1][1]));

/** What a press means: 'orbit', 'pan', 'look', or 'scroll' of a picture that is larger than its pane. */
export function modeOf({ pointerType, button, shiftKey, altKey }, isZoomed) {
  if (pointerType === 'mouse' && button !== 0) return 'pan';
  if (shiftKey) return 'pan';
  if (altKey) return 'look';
  return isZoomed ? 'scroll' : 'orbit';
}

/** The factor of a zoom for a wheel's event. */
export function wheelFactor({ deltaY, deltaMode }, isPinch) {
  const delta = deltaY * (DELTA[deltaMode] ?? 1);
  return Math.exp(Math.max(-300, Math.min(300, delta)) * (isPinch ? PINCH : WHEEL));
}

/** The move that a key makes, (camera, scene) → camera; null: none. 'reset' for the keys that reset. */
export function keyMove({ key, shiftKey, ctrlKey, altKey, metaKey }) {
  if (metaKey) return null;
  const share = altKey ? 0.2 : 1;
  const arrow = ARROWS[key];
  if (arrow) {
    const [x, y] = arrow;
    if (shiftKey && !ctrlKey) return (camera) => pan(camera, x * KEY_PAN * share, y * KEY_PAN * share);
    if (shiftKey) return null;
    const step = KEY_STEP * share;
    return ctrlKey ? (camera) => look(camera, -x * step, y * step) : (camera) => orbit(camera, x * step, y * step);
  }
  if (ctrlKey) return null; // of the browser: zoom, reload
  if (key in ZOOM_KEYS) return (camera, scene) => zoom(camera, KEY_ZOOM ** (ZOOM_KEYS[key] * share), [0, 0], scene);
  if (altKey || shiftKey) return null;
  return key === 'Home' || key === 'r' || key === 'R' ? 'reset' : null;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {object} target {move((camera, scene) → camera), reset(), click(event), begin(mode), end(), isZoomed(), scrollBy(x, y),
 *   takesWheel()}
 */
export function mountControls(canvas, target) {
  const pressed = new Map(); // pointer id → {place, mode, type, button, start: [x, y], moved}
  let control = false; // is the key held? A pinch on a pad comes as a wheel with ctrlKey and without the key
  let twoFingers = false;

  const places = () => [...pressed.values()].map((each) => each.place);
  const dragging = () => [...pressed.values()].some((each) => each.moved);

  const press = (event) => {
    if (event.pointerType === 'mouse' && event.button > 2) return;
    const start = [event.clientX, event.clientY];
    const mode = modeOf(event, target.isZoomed());
    const { pointerType: type, button } = event;
    pressed.set(event.pointerId, { place: placeOf(canvas, event), mode, type, button, start, last: start, moved: false });
    twoFingers ||= pressed.size > 1;
    canvas.setPointerCapture(event.pointerId);
  };

  const drag = (event) => {
    const held = pressed.get(event.pointerId);
    if (!held) return;
    const far = Math.hypot(event.clientX - held.start[0], event.clientY - held.start[1]);
    if (!held.moved && pressed.size === 1) {
      if (far < (STILL[held.type] ?? STILL.mouse)) return;
      target.begin(held.mode);
      // A finger has gone far until it is a drag: no jump.
      if (held.type !== 'mouse') Object.assign(held, { place: placeOf(canvas, event), last: [event.clientX, event.clientY] });
    }
    held.moved = true;
    const before = { middle: middleOf(places()), spread: spreadOf(places()) };
    const [right, up] = held.place;
    held.place = placeOf(canvas, event);
    const x = held.place[0] - right, y = held.place[1] - up;
    const pixels = [event.clientX - held.last[0], event.clientY - held.last[1]];
    held.last = [event.clientX, event.clientY];
    if (pressed.size === 1) alone(held.mode, x, y, pixels);
    else if (pressed.size === 2) together(before, middleOf(places()), spreadOf(places()));
  };

  const alone = (mode, x, y, pixels) => {
    if (mode === 'scroll') target.scrollBy(-pixels[0], -pixels[1]);
    else if (mode === 'pan') target.move((camera) => pan(camera, -x, -y));
    else if (mode === 'look') target.move((camera) => look(camera, x * TURN / 3, -y * TURN / 3));
    else target.move((camera) => orbit(camera, -x * TURN, -y * TURN));
  };

  /** What lies between two fingers stays between them. */
  const together = (before, middle, spread) => target.move((camera, scene) => {
    const moved = pan(camera, before.middle[0] - middle[0], before.middle[1] - middle[1]);
    return before.spread > 0 && spread > 0 ? zoom(moved, before.spread / spread, middle, scene) : moved;
  });

  const release = (event) => {
    const held = pressed.get(event.pointerId);
    if (!held) return;
    pressed.delete(event.pointerId);
    const isClick = event.type === 'pointerup' && !held.moved && !twoFingers && held.button === 0;
    // The finger that stays goes on from where it is, as a pan: an orbit would surprise.
    for (const each of pressed.values()) each.mode = 'pan';
    if (pressed.size) return;
    twoFingers = false;
    target.end();
    if (isClick) target.click(event);
  };

  const wheel = (event) => {
    const isPinch = event.ctrlKey && !control;
    if ((event.ctrlKey && !isPinch) || event.metaKey || !event.deltaY) return; // the page's own zoom
    if (!isPinch && (target.isZoomed() || !target.takesWheel())) return;
    event.preventDefault();
    const place = placeOf(canvas, event);
    target.move((camera, scene) => zoom(camera, wheelFactor(event, isPinch), place, scene));
  };

  const key = (event) => {
    const move = keyMove(event);
    if (!move) return;
    event.preventDefault(); // alt and arrow would leave the page
    event.stopPropagation();
    if (move === 'reset') target.reset();
    else target.move(move);
  };

  let menuAfterDrag = false;
  canvas.addEventListener('pointerdown', press);
  canvas.addEventListener('pointermove', drag);
  for (const type of ['pointerup', 'pointercancel', 'lostpointercapture']) {
    canvas.addEventListener(type, (event) => {
      if (dragging()) menuAfterDrag = true;
      release(event);
      setTimeout(() => { menuAfterDrag = false; }, MENU_DELAY);
    });
  }
  canvas.addEventListener('wheel', wheel, { passive: false });
  canvas.addEventListener('keydown', key);
  // No scrolling by the middle button; the right one's menu comes at the press here and after the release there.
  canvas.addEventListener('mousedown', (event) => { if (event.button === 1) event.preventDefault(); });
  canvas.addEventListener('contextmenu', (event) => { if (menuAfterDrag || pressed.size) event.preventDefault(); });
  for (const type of ['keydown', 'keyup']) {
    globalThis.addEventListener(type, (event) => { if (event.key === 'Control') control = type === 'keydown'; }, true);
  }
  globalThis.addEventListener('blur', () => { control = false; });
}
