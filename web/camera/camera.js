/**
 * camera.js - looking around in the picture: what the controls ask for becomes the session's camera, at most once per animation frame; the
 * buttons that give the script's camera back and write ours into the script; a hint for the first time.
 *
 * The script does not run again for a view. A click without a drag is a `pick` event of the session, {x, y} in pixels of the picture: who
 * knows what is seen there may listen.
 */
import { make } from '../ui/elements.js';
import { recall, remember } from '../ui/remember.js';
import { mountControls, pixelOf } from './controls.js';
import { isCamera } from './orbit.js';
import { cameraLine, looksSame, writeCamera } from './write.js';

const HINTED = 'camera-hint';
const HINT_STAYS = 6000; // ms
const HINTS = { touch: 'Drag to orbit · two fingers pan and zoom', mouse: 'Drag to orbit · right drag pans · wheel zooms' };

const ELSEWHERE = 'The script’s view is made elsewhere than in its last camera{} call: what was seen is kept, but only on this page.';

const KEYS = 'Arrow keys orbit, with Shift they move the camera sideways, with Control they look around, with Alt in small steps. '
  + 'Plus and minus zoom. Home or R gives the script’s camera back.';

/** The session's camera, moved: the newest wish is posted with the next frame. */
function mover(session) {
  let wished = null;
  let frame = 0;
  const post = () => {
    frame = 0;
    if (wished) session.setCamera(wished);
    wished = null;
  };
  // What comes from elsewhere meanwhile, another scene or a reset, is newer than a wish that waits.
  const drop = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    wished = null;
  };
  const move = (change) => {
    const camera = wished ?? session.shownCamera;
    if (!isCamera(camera)) return;
    const next = change(camera, session.report?.scene);
    if (next === camera) return;
    wished = next;
    frame ||= requestAnimationFrame(post);
  };
  session.addEventListener('text', (event) => { if (event.detail.origin !== 'editor' && event.detail.origin !== 'textarea') drop(); });
  return { move, drop };
}

/** Writes the view into the script, and says so where it did not come out as it was. */
function write(session) {
  const { camera } = session;
  if (!isCamera(camera)) return;
  const was = session.dirty || session.state === 'error' ? null : session.scriptCamera;
  const text = writeCamera(session.text, camera, was);
  session.setText(text, 'camera');
  session.setCamera(null);
  if (!session.live) session.run();
  check(session, text, camera);
}

/** What came of it: a call that never runs, or one that another follows, leaves the script's view as it was. Then ours is kept. */
function check(session, text, camera) {
  const onReport = () => {
    if (session.text === text && !session.report.camera) return; // it waits for files, or is wrong elsewhere
    session.removeEventListener('report', onReport);
    if (session.text !== text || session.camera) return;
    const now = session.report.camera;
    if (now.kind === camera.kind && looksSame(camera, now, 10)) {
      session.notify('info', `The camera is in the script, line ${cameraLine(text)}.`);
      return;
    }
    session.setCamera(camera);
    session.notify('warning', ELSEWHERE);
  };
  session.addEventListener('report', onReport);
}

/** A line over the picture when it is first pointed at; gone with the first move, and for good. */
function mountHint(canvas) {
  if (recall(HINTED)) return () => {};
  const hint = make('p', { id: 'camera-hint', 'aria-hidden': 'true' });
  let timer = 0;
  const leave = () => {
    clearTimeout(timer);
    hint.remove();
    canvas.removeEventListener('pointerenter', show);
    remember(HINTED, '1');
  };
  const show = ({ pointerType }) => {
    if (hint.isConnected) return;
    hint.textContent = HINTS[pointerType] ?? HINTS.mouse;
    canvas.closest('#stage').append(hint);
    timer = setTimeout(leave, HINT_STAYS);
  };
  canvas.addEventListener('pointerenter', show);
  return leave;
}

function describe(canvas) {
  const text = make('span', { id: 'camera-keys', hidden: '' }, KEYS);
  canvas.after(text);
  canvas.setAttribute('aria-describedby', text.id);
  // Not an image any more: a screen reader's own use of the arrow keys would take them from it.
  canvas.setAttribute('role', 'application');
  canvas.setAttribute('aria-roledescription', 'picture that can be looked around in');
}

export function mountCamera(session, canvas) {
  const page = canvas.ownerDocument;
  const view = page.getElementById('view');
  const stage = page.getElementById('stage');
  const resetButton = page.getElementById('reset-camera');
  const writeButton = page.getElementById('write-camera');
  const { move, drop } = mover(session);
  const hintSeen = mountHint(canvas);

  const reset = () => {
    drop();
    session.setCamera(null);
  };
  const draw = () => {
    for (const button of [resetButton, writeButton]) {
      const without = session.camera === null;
      // The focus would be lost with a button that can no longer have it.
      if (without && page.activeElement === button) canvas.focus();
      button.disabled = without;
    }
  };

  mountControls(canvas, {
    move: (change) => { hintSeen(); move(change); },
    reset,
    click: (event) => session.dispatchEvent(new CustomEvent('pick', { detail: pixelOf(canvas, event) })),
    begin: (mode) => {
      canvas.classList.add('dragged');
      canvas.dataset.drag = mode;
    },
    end: () => {
      canvas.classList.remove('dragged');
      delete canvas.dataset.drag;
    },
    isZoomed: () => stage.classList.contains('zoomed'),
    scrollBy: (x, y) => view.scrollBy(x, y),
    // In somebody else's page the wheel is that page's until our picture is in use.
    takesWheel: () => !page.body.classList.contains('embed') || page.activeElement === canvas,
  });
  describe(canvas);
  resetButton.addEventListener('click', reset);
  writeButton.addEventListener('click', () => write(session));
  for (const event of ['wanted', 'text']) session.addEventListener(event, draw);
  draw();
}
