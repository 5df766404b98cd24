/** edit.mjs - writing a scene: by hand and by other tools, errors and their fixes, what print says. */
import {
  SMALL_NATIVE, caretAtEnd, editor, expect, look, picture, press, render, same, seen, setControl, sleep, until, write, wrong,
} from '../harness/drive.mjs';
import { BALL, WRONG, ball } from '../harness/scenes.mjs';

/** A digest of what the canvas shows. */
const shown = (page) =>
  page.evaluate(() => {
    const canvas = document.getElementById('canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((sum, value) => (sum * 31 + value) % 0x7fffffff, 0);
  });

const visible = (page, selector) =>
  page.evaluate((where) => document.querySelector(where)?.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) ?? false, selector);

async function edit({ page, open, nativeHashOf }) {
  await open();
  const at = await page.evaluate((text) => {
    const area = document.getElementById('scene');
    const before = Number(document.body.dataset.generation);
    area.value = text;
    area.dispatchEvent(new Event('input', { bubbles: true }));
    const { generation, hash, state } = document.body.dataset;
    return [Number(generation) > before, hash, state];
  }, BALL);
  same(at, [true, undefined, 'rendering'], 'generation, hash and state at once');
  same(await picture(page), await nativeHashOf(BALL, SMALL_NATIVE), 'hash of the edited scene');
}

async function typing({ page, open, nativeHashOf, shot }) {
  await open();
  await render(page, BALL);
  await caretAtEnd(page);
  const before = (await look(page)).generation;
  await page.keyboard.type('sphere{ center = {1.5, .4, 1}, radius = .4 }');
  const hash = await picture(page, { after: before });
  const { text } = await look(page);
  expect(text.startsWith(BALL) && text.includes('radius = .4 }'), `the textarea has what was typed: ${text}`);
  same(hash, await nativeHashOf(text, SMALL_NATIVE), 'hash of what was typed');
  await shot('typed');
  // Undo takes it back, and the picture with it.
  for (let i = 0; i < 30 && (await look(page)).text !== BALL; i++) await press(page, 'Control', 'z');
  same((await look(page)).text, BALL, 'text after undo');
  same(await picture(page), await nativeHashOf(BALL, SMALL_NATIVE), 'hash after undo');
}

async function textareaWithEditor({ page, open }) {
  await open();
  await editor(page);
  await render(page, ball(5));
  same(
    await page.evaluate(() => [...document.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\n')),
    ball(5),
    'what the editor shows of a value set from outside',
  );
}

async function errorAndFix({ page, open, nativeHashOf, shot }) {
  await open();
  await render(page, BALL);
  await editor(page);
  const good = await shown(page);
  const now = await wrong(page, { after: await write(page, WRONG) });
  expect(/radus/.test(now.console) && /3/.test(now.console), `the message names field and line: ${now.console}`);
  same(now.text, WRONG, 'the text stays');
  same(await shown(page), good, 'the last good picture stays');
  expect(await visible(page, '#stale'), 'the page says that the picture is an older one');
  await until(page, 'mark in the editor', () => Boolean(document.querySelector('.cm-lintRange-error, .cm-lint-marker-error')));
  await shot('error');
  const fix = await page.evaluateHandle(() => document.querySelector('#console button.fix'));
  expect(fix.asElement() && /radius/.test(await page.evaluate((each) => each.textContent, fix)), 'a button that puts `radius`');
  await fix.asElement().click();
  const hash = await picture(page, { after: now.generation });
  const fixed = WRONG.replace('radus', 'radius');
  same((await look(page)).text, fixed, 'text after the fix');
  same(hash, await nativeHashOf(fixed, SMALL_NATIVE), 'hash after the fix');
  expect(!(await visible(page, '#stale')), 'the picture is said to be an old one no more');
}

async function mistakes({ page, open }) {
  await open();
  for (const [text, message] of [
    ['sphere{ center = {0, 1, 0}\n', /2|1/],
    ['local x = nil\nlocal y = x.z\n', /2/],
    ['error("my own words")\n', /my own words/],
    ['sphere{ radius = -1 }\n', /radius/],
    ['sphere{ material = "no such thing" }\n', /no such thing|material/],
  ]) {
    const now = await wrong(page, { after: await write(page, text) });
    expect(message.test(now.console), `messages of '${text.trim()}': ${now.console}`);
    expect(now.status, 'the status says something');
  }
  await render(page, BALL);
  const { console: messages } = await look(page);
  expect(!/no such thing/.test(messages), `old messages are gone: ${messages}`);
}

async function byHand({ page, open, nativeHashOf }) {
  await open();
  await render(page, BALL);
  await setControl(page, '#live', false);
  const before = await write(page, ball(9));
  await sleep(700);
  const now = await look(page);
  same([now.hash, now.generation > before, now.state], [undefined, true, 'idle'], 'nothing runs before it is asked for');
  await page.focus('.cm-content');
  await press(page, 'Control', 'Enter');
  same(await picture(page), await nativeHashOf(ball(9), SMALL_NATIVE), 'hash after Ctrl-Enter');
  same((await look(page)).text, ball(9), 'Ctrl-Enter writes nothing');
  await write(page, ball(10));
  await page.click('#render');
  same(await picture(page), await nativeHashOf(ball(10), SMALL_NATIVE), 'hash after Render');
}

async function prints({ page, open }) {
  await open();
  await render(page, `print("first", 42)\n${BALL}`);
  expect(/first\s+42/.test((await look(page)).console), 'what print wrote is shown');
  await render(page, `for i = 1, 200000 do print("line " .. i) end\n${BALL}`);
  const size = await page.evaluate(() => [document.querySelectorAll('#console *').length, document.getElementById('console').textContent.length]);
  expect(size[0] < 6000 && size[1] < 400_000, `the console is capped: ${size[0]} elements, ${size[1]} characters`);
}

/** The completion, the colours and the documentation of the editor come from the language's table. */
async function helps({ page, open, shot }) {
  await open();
  await caretAtEnd(page);
  await press(page, 'Enter');
  await page.keyboard.type('sph');
  await until(page, 'completion', () => [...document.querySelectorAll('.cm-tooltip-autocomplete li')].some((each) => /sphere/.test(each.textContent)));
  await shot('completion');
  await press(page, 'Escape');
  expect(
    await page.evaluate(() => new Set([...document.querySelectorAll('.cm-line span')].map((each) => getComputedStyle(each).color)).size >= 3),
    'Lua has colours',
  );
  const word = await page.evaluate(() => {
    const spot = [...document.querySelectorAll('.cm-line span')].find((each) => each.textContent === 'camera') ??
      [...document.querySelectorAll('.cm-line')].find((each) => each.textContent.startsWith('camera'));
    const { x, y, height } = spot.getBoundingClientRect();
    return { x: x + 12, y: y + height / 2 };
  });
  await page.mouse.move(word.x, word.y);
  await page.mouse.move(word.x + 2, word.y);
  await until(page, 'documentation under the pointer', () => Boolean(document.querySelector('.cm-tooltip-hover')));
  await shot('hover');
}

/** An edit while a picture is rendering takes its place at once. */
async function midRender({ page, open, nativeHashOf }) {
  await open();
  await page.evaluate(() => globalThis.moonlit.setSamples(65536));
  await seen(page, 'rendering', ({ state }) => state === 'rendering');
  await sleep(300);
  const before = await write(page, BALL);
  await page.evaluate(() => globalThis.moonlit.setSamples(4));
  same(await picture(page, { after: before }), await nativeHashOf(BALL, SMALL_NATIVE), 'hash of the newest text');
}

export default [
  ['edit', edit],
  ['typing, undo', typing],
  ['setting the textarea with the editor in place', textareaWithEditor],
  ['error, fix by one click, the last good picture stays', errorAndFix],
  ['mistakes of several kinds', mistakes],
  ['by hand: Ctrl-Enter and Render', byHand],
  ['what print says, capped', prints],
  ['completion, colours, documentation', helps],
  ['edit while rendering', midRender],
];
