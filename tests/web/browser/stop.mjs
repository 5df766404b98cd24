/** stop.mjs - Stop and go on, loops without an end, limits, and many edits in a row. Floors of time are bench.mjs's; here they are wide. */
import { SMALL_NATIVE, expect, look, picture, press, render, same, seen, sleep, until, visit, write, wrong } from '../harness/drive.mjs';
import { BALL, ENDLESS, ball } from '../harness/scenes.mjs';

const progress = (page) => page.evaluate(() => globalThis.moonlit.figures?.progress ?? 0);

async function stopAndGoOn({ page, url, nativeHash }) {
  await visit(page, `${url}?scene=hello&size=64x36&samples=1600`);
  await until(page, 'progress', () => globalThis.moonlit?.figures?.progress > 0.03 && document.body.dataset.state === 'rendering');
  await page.click('#stop');
  const stopped = await seen(page, 'stop', ({ state }) => state === 'idle');
  same(stopped.hash, undefined, 'hash of an incomplete picture');
  await sleep(300);
  const at = await progress(page);
  await sleep(500);
  same(await progress(page), at, 'progress while stopped');
  await page.click('#render');
  same(await picture(page), await nativeHash('scenes/hello.lua', ['--size', '64x36', '--samples', '1600']), 'hash after going on');
  same((await look(page)).generation, stopped.generation, 'generation: the same film went on');
}

/** Milliseconds from Stop to the state idle, seen in the page. */
const stopTime = (page, act) =>
  page.evaluate(async (how) => {
    const start = performance.now();
    if (how === 'click') document.getElementById('stop').click();
    else document.getElementById('canvas').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
    while (document.body.dataset.state !== 'idle') {
      if (performance.now() - start > 8000) throw new Error(`still ${document.body.dataset.state} 8 s after Stop`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return performance.now() - start;
  }, act);

async function endless({ page, open, nativeHashOf }) {
  await open();
  for (const how of ['click', 'key']) {
    await write(page, how === 'key' ? `${ENDLESS}-- again\n` : ENDLESS);
    await sleep(700);
    const now = await look(page);
    same([now.state, now.hash], ['rendering', undefined], 'state in an endless loop');
    const time = await stopTime(page, how);
    expect(time < 500, `stopped ${time.toFixed(0)} ms after Stop`);
    expect((await look(page)).text.startsWith(ENDLESS), 'the text stays');
  }
  same(await render(page, BALL), await nativeHashOf(BALL, SMALL_NATIVE), 'hash after the loops');
}

/** Ways to loop that a hook alone does not end. */
async function hostile({ page, open, nativeHashOf }) {
  await open();
  await page.evaluate(() => globalThis.moonlit.setBudget('link'));
  for (const text of [
    'local s = ("a"):rep(30000) .. "b"\nwhile true do s:find(("a*"):rep(20) .. "c") end\n',
    'while true do pcall(function() while true do end end) end\n',
    'local t = {}\nwhile true do t[#t + 1] = ("x"):rep(100000) .. #t end\n',
    'local function f() return 1 + f() end\nf()\n',
  ]) {
    const now = await wrong(page, { after: await write(page, text), timeout: 9000 });
    expect(now.console.length > 10, `a message for: ${text}`);
    expect(now.kind === 'threads' && !/restart/i.test(now.notices), 'the engine was not harmed');
  }
  same(await render(page, BALL), await nativeHashOf(BALL, SMALL_NATIVE), 'hash after all that');
}

async function deadline({ page, open, nativeHashOf }) {
  await open();
  await page.evaluate(() => globalThis.moonlit.setBudget('link')); // 2 s, one's own scripts have 10
  await picture(page);
  const start = Date.now();
  const now = await wrong(page, { after: await write(page, ENDLESS) });
  const time = Date.now() - start;
  expect(time > 1800 && time < 6000, `ended after ${time} ms`);
  expect(/second|time|long/i.test(now.console), `the message says why: ${now.console}`);
  same(await render(page, BALL), await nativeHashOf(BALL, SMALL_NATIVE), 'hash after the deadline');
}

/** Renders n texts one after the other, every other one interrupted by the next; in the page, so that only the page is at work. */
export const manyEdits = (page, texts) =>
  page.evaluate(async (list) => {
    const { moonlit } = globalThis;
    const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
    const bytes = () => moonlit.engine.figures?.memory ?? moonlit.figures?.memory ?? 0;
    const memory = [];
    for (const [at, text] of list.entries()) {
      const area = document.getElementById('scene');
      area.value = text;
      area.dispatchEvent(new Event('input', { bubbles: true }));
      document.getElementById('render').click();
      if (at % 2) {
        await pause(at % 7); // the next one comes in the middle of this one
        continue;
      }
      const end = performance.now() + 10_000;
      while (!document.body.dataset.hash) {
        if (performance.now() > end) throw new Error(`edit ${at}: no picture, the page is ${document.body.dataset.state}`);
        await pause(1);
      }
      if (at % 50 === 48) {
        await pause(250); // figures come a few times a second
        memory.push(bytes());
      }
    }
    return memory;
  }, texts);

async function edits({ page, open, nativeHashOf }) {
  await open();
  const workers = page.workers().length;
  const memory = await manyEdits(page, Array.from({ length: 201 }, (_, n) => ball(n)));
  expect(memory[0] > 0 && memory.at(-1) <= memory[0] * 1.02 + 65536, `memory stays flat: ${memory.join(', ')}`);
  same(page.workers().length, workers, 'workers');
  const most = await page.evaluate(() => navigator.hardwareConcurrency);
  const before = (await look(page)).generation;
  await page.evaluate(() => globalThis.moonlit.setSamples(64));
  same(await picture(page, { after: before }), await nativeHashOf(ball(200), ['--size', '96x54', '--samples', '64']), 'hash of the last');
  same(await page.evaluate(() => globalThis.moonlit.figures.threads), most, 'threads that work');
}

async function escape({ page, open }) {
  await open();
  await page.evaluate(() => globalThis.moonlit.setSamples(65536));
  await seen(page, 'rendering', ({ state }) => state === 'rendering');
  await page.focus('#canvas');
  await press(page, 'Escape');
  await seen(page, 'stop by Esc', ({ state }) => state === 'idle', { timeout: 3000 });
}

export default [
  ['stop and go on', stopAndGoOn],
  ['Esc stops', escape],
  ['an endless loop is stopped', endless],
  ['an endless loop ends at its deadline', deadline],
  ['loops and memory without bounds', hostile],
  ['two hundred edits: memory is flat, every worker lives', edits, { seconds: 60 }],
];
