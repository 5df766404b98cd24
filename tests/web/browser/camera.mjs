/** camera.mjs - looking around: by mouse, keyboard and touch, without the script running again; kept, reset, written into the script. */
import { SMALL_NATIVE, box, editor, expect, look, picture, press, same, seen, sleep, until, write } from '../harness/drive.mjs';
import { BALL } from '../harness/scenes.mjs';

/** The seconds of the newest evaluation: a number that another evaluation would not repeat to the last bit. */
const evaluated = (page) => page.evaluate(() => [globalThis.moonlit.figures.evaluate, globalThis.moonlit.report.script]);
const shown = (page) => page.evaluate(() => globalThis.moonlit.shownCamera);

/** Opens the ball; what is known of it then. */
async function begin({ page, open }, text = BALL) {
  await open();
  const hash = await picture(page, { after: await write(page, text) });
  await sleep(300); // the figures of that picture
  return { hash, camera: await shown(page), evaluated: await evaluated(page), generation: (await look(page)).generation };
}

/** The view has changed, and nothing was evaluated for it. */
async function moved(page, before, what) {
  const now = await seen(page, `other view by ${what}`, ({ generation }) => generation > before.generation, { timeout: 4000 });
  await sleep(150);
  const hash = await picture(page, { after: before.generation });
  expect(hash !== before.hash, `another picture by ${what}`);
  await sleep(300);
  same(await evaluated(page), before.evaluated, `evaluation after ${what}`);
  return { hash, camera: await shown(page), generation: now.generation };
}

async function centre(page) {
  const { x, y, width, height } = await box(page, '#canvas');
  return { x: x + width / 2, y: y + height / 2, width, height };
}

async function drag(page, dx, dy, options = {}) {
  const at = await centre(page);
  await page.mouse.move(at.x, at.y);
  await page.mouse.down(options);
  for (let i = 1; i <= 5; i++) await page.mouse.move(at.x + (dx * i) / 5, at.y + (dy * i) / 5);
  await page.mouse.up(options);
}

const distance = ({ from, look_at: to }) => Math.hypot(...from.map((value, i) => value - to[i]));
const near = (a, b, allowed) => a.every((value, i) => Math.abs(value - b[i]) <= allowed);

async function byMouse(t) {
  const { page, shot } = t;
  const before = await begin(t);
  await drag(page, 120, 30);
  const turned = await moved(page, before, 'mouse');
  expect(Math.abs(distance(turned.camera) - distance(before.camera)) < 1e-3, 'an orbit keeps its distance');
  expect(near(turned.camera.look_at, before.camera.look_at, 1e-6), 'an orbit keeps its aim');
  await shot('orbit');
  const generation = (await look(page)).generation;
  await page.mouse.wheel({ deltaY: -240 });
  const zoomed = await moved(page, { ...before, ...turned, generation }, 'wheel');
  expect(distance(zoomed.camera) < distance(turned.camera), 'the wheel comes nearer');
  const last = (await look(page)).generation;
  await drag(page, 60, 0, { button: 'right' });
  const panned = await moved(page, { ...before, ...zoomed, generation: last }, 'right button');
  expect(!near(panned.camera.look_at, zoomed.camera.look_at, 1e-3), 'a pan moves the aim');
}

async function byKeyboard(t) {
  const { page } = t;
  let before = await begin(t);
  const evaluatedOnce = before.evaluated;
  await page.focus('#canvas');
  for (const key of ['ArrowLeft', 'ArrowUp', '+', '-']) {
    await press(page, key);
    before = { ...(await moved(page, before, key)), evaluated: evaluatedOnce };
    before.generation = (await look(page)).generation;
  }
}

async function byTouch(t) {
  const { page } = t;
  const before = await begin(t);
  const at = await centre(page);
  await page.touchscreen.touchStart(at.x, at.y);
  for (let i = 1; i <= 5; i++) await page.touchscreen.touchMove(at.x + 15 * i, at.y + 4 * i);
  await page.touchscreen.touchEnd();
  await moved(page, before, 'touch');
}

async function keptAndReset(t) {
  const { page, nativeHashOf } = t;
  const before = await begin(t);
  expect(await page.evaluate(() => document.getElementById('reset-camera').disabled), 'nothing to reset at first');
  await drag(page, 100, 0);
  const turned = await moved(page, before, 'mouse');
  const edited = BALL.replace('#b03a2e', '#2e6ab0');
  await picture(page, { after: await write(page, edited) });
  same((await shown(page)).from, turned.camera.from, 'the camera after an edit');
  expect((await look(page)).hash !== (await nativeHashOf(edited, SMALL_NATIVE)), "the picture is not the script's view");
  await page.click('#reset-camera');
  await sleep(100);
  same(await picture(page), await nativeHashOf(edited, SMALL_NATIVE), 'hash after reset');
}

/** Writing the camera into the script leaves the same view, now by the script's own words; the command agrees. */
const written = (text, what) => async (t) => {
  const { page, nativeHashOf } = t;
  const before = await begin(t, text);
  await drag(page, 90, 20);
  const turned = await moved(page, before, 'mouse');
  await page.click('#write-camera');
  await until(page, 'another text', (old) => document.getElementById('scene').value !== old, { args: [text] });
  await sleep(100);
  const hash = await picture(page);
  const now = await look(page);
  same(await page.evaluate(() => globalThis.moonlit.camera), null, 'the camera is the script\'s');
  same((now.text.match(/^\s*camera\s*[{(]/gm) ?? []).length, 1, `calls of camera ${what}`);
  expect(near((await shown(page)).from, turned.camera.from, 2e-3), 'the view is the one that was seen');
  same(hash, await nativeHashOf(now.text, SMALL_NATIVE), "hash of the written camera, against the command's");
  // Undo brings the text back.
  await editor(page);
  await page.focus('.cm-content');
  for (let i = 0; i < 5 && (await look(page)).text !== text; i++) await press(page, 'Control', 'z');
  same((await look(page)).text, text, 'text after undo');
};

const NO_CAMERA = BALL.replace(/^camera.*\n/, '');
const COMPUTED = `local d = 6\ncamera{\n  from = {0, 1.5, d}, -- here\n  look_at = {0, 1, 0},\n  fov = 40,\n}\n${NO_CAMERA}`;

/** A drag changes many views a second; the script's evaluation does not count, and the picture follows. */
async function heavyScript(t) {
  const { page } = t;
  const text = `local s = 0\nfor i = 1, 3e7 do s = s + i end\n${BALL}`;
  const before = await begin(t, text);
  const start = Date.now();
  await drag(page, 100, 0);
  await moved(page, before, 'mouse');
  const cost = await page.evaluate(() => globalThis.moonlit.figures.evaluate);
  expect(cost > 0.1, `the script takes its time: ${cost}`);
  expect(Date.now() - start < 5000, 'the picture follows the mouse');
}

export default [
  ['orbit, zoom, pan by mouse', byMouse],
  ['orbit and zoom by keyboard', byKeyboard],
  ['orbit by touch', byTouch, { viewport: { width: 800, height: 900, hasTouch: true } }],
  ['the camera is kept over edits, and reset', keptAndReset],
  ['the camera is written into its call', written(BALL, 'replaced')],
  ['the camera is written where there is none', written(NO_CAMERA, 'added')],
  ['the camera is written into a call of several lines', written(COMPUTED, 'replaced')],
  ['orbit of a scene whose script takes long', heavyScript],
];
