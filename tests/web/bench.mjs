/**
 * bench.mjs - the page's floors, measured in Chromium and Firefox: `make bench-web`. Prints a table; the status is 1 when a floor is missed.
 *
 *   BROWSER=firefox RUNS=20 ONLY='stop wasm' node tests/web/bench.mjs
 *
 * Figures are medians of RUNS (each measure says how many of its own), with the quartiles beside them. Times in ms. Two sides of a ratio
 * alternate. To be run on a quiet machine.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { serve } from '../../web/serve.mjs';
import { manyEdits } from './browser/stop.mjs';
import { BROWSERS, end, launch } from './harness/browsers.mjs';
import { look, open, picture, seen, sleep, until, visit } from './harness/drive.mjs';
import { native, root } from './harness/native.mjs';
import { ENDLESS, ball } from './harness/scenes.mjs';

const web = resolve(root, process.env.BUILD || 'build', 'web');
const OUTPUT = resolve(root, process.env.BUILD || 'build', 'bench-web.png'); // of the command
const RUNS = Number(process.env.RUNS || 15);
const wanted = (process.env.ONLY || '').split(/\s+/).filter(Boolean);
const HELLO = readFileSync(join(root, 'scenes/hello.lua'), 'utf8');
/** hello with another colour of its red ball. */
const hello = (n) => HELLO.replace('#8f0f1a', `#8f0f${(16 + (n % 200)).toString(16)}`);

const sorted = (values) => [...values].sort((a, b) => a - b);
function quantile(values, q) {
  const list = sorted(values);
  const at = (list.length - 1) * q;
  return list[Math.floor(at)] + (list[Math.ceil(at)] - list[Math.floor(at)]) * (at % 1);
}
const median = (values) => quantile(values, 0.5);

// ------------------------------------------------------------------------------------------------------------- the table

const rows = [];
let missed = 0;

/** One line: values (a median is taken), and a floor that is an upper bound unless `atLeast`. */
function row(where, what, values, { floor = null, goal = null, atLeast = false, digits = 1, unit = 'ms' } = {}) {
  const value = median(values);
  const met = (bound) => (atLeast ? value >= bound : value <= bound);
  const spread = values.length > 1 ? `${quantile(values, 0.25).toFixed(digits)}–${quantile(values, 0.75).toFixed(digits)}` : '';
  const bound = (limit) => (limit === null ? '' : `${atLeast ? '≥' : '≤'} ${limit}`);
  const verdict = floor === null ? '' : !met(floor) ? 'MISSED' : goal === null || met(goal) ? 'met' : 'met, not the goal';
  if (verdict === 'MISSED') missed++;
  rows.push([where, what, `${value.toFixed(digits)} ${unit}`.trim(), spread, values.length, bound(floor), bound(goal), verdict]);
  console.error(`${where}: ${what}: ${value.toFixed(digits)} ${unit} (${spread || 'one'}) ${bound(floor)} ${verdict}`);
}

function table() {
  const all = [['where', 'what', 'median', 'quartiles', 'runs', 'floor', 'goal', ''], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((each) => String(each[column]).length)));
  return all.map((each) => each.map((cell, column) => String(cell).padEnd(widths[column])).join('  ').trimEnd()).join('\n');
}

// ---------------------------------------------------------------------------------------------------------------- measures

/** From an edit's being posted to its first pixels on the canvas, in the middle of the picture before. */
async function firstPixels({ page, url, name }) {
  await visit(page, `${url}?scene=hello`);
  await until(page, 'rendering', () => globalThis.moonlit?.figures?.progress > 0);
  const shown = [];
  const engine = [];
  for (let i = 0; i < RUNS + 2; i++) {
    await sleep(350);
    const times = await page.evaluate(async (text) => {
      const { moonlit } = globalThis;
      const start = performance.now();
      moonlit.setText(text, 'fix'); // posted at the end of this task, without the delay of live mode
      const first = await new Promise((resolve) => {
        const listen = ({ detail }) => {
          if (!moonlit.frame.current) return;
          moonlit.removeEventListener('frame', listen);
          resolve([performance.now(), detail.generation]);
        };
        moonlit.addEventListener('frame', listen);
      });
      await new Promise((resolve) => setTimeout(resolve, 400)); // figures come a few times a second
      return [first[0] - start, moonlit.figures.firstPixels];
    }, hello(i));
    if (i < 2) continue; // the engine's code is still being optimised
    shown.push(times[0]);
    engine.push(times[1]);
  }
  row(name, 'edit to first pixels, hello 1280x720', shown, { floor: 50, goal: 20 });
  row(name, '  by the page\'s own figure', engine);
}

async function stop({ page, url, name }) {
  await visit(page, `${url}?scene=hello&size=96x54&samples=4`);
  await picture(page);
  const times = [];
  for (let i = 0; i < RUNS; i++) {
    await page.evaluate((text) => globalThis.moonlit.setText(text, 'fix'), `${ENDLESS}-- ${i}\n`);
    await sleep(250 + 17 * (i % 5));
    times.push(await page.evaluate(async () => {
      const start = performance.now();
      document.getElementById('stop').click();
      const channel = new MessageChannel();
      while (document.body.dataset.state !== 'idle') {
        await new Promise((resolve) => {
          channel.port1.onmessage = resolve;
          channel.port2.postMessage(0);
        });
        if (performance.now() - start > 5000) break;
      }
      return performance.now() - start;
    }));
  }
  row(name, 'endless loop: Stop to idle', times, { floor: 50 });
  await page.evaluate(() => globalThis.moonlit.setBudget('link'));
  const late = [];
  for (let i = 0; i < 3; i++) {
    late.push(await page.evaluate(async (text) => {
      const start = performance.now();
      globalThis.moonlit.setText(text, 'fix');
      while (document.body.dataset.state !== 'error' && performance.now() - start < 10_000) await new Promise((resolve) => setTimeout(resolve, 5));
      return performance.now() - start - 2000;
    }, `${ENDLESS}-- deadline ${i}\n`));
  }
  row(name, 'endless loop: past its deadline of 2 s', late, { floor: 250 });
}

/** What a script of 10 000 calls takes, as `make bench-scripts` has it natively. */
async function script({ page, url, name }) {
  await visit(page, `${url}?scene=hello&size=96x54&samples=1`);
  await picture(page);
  const times = [];
  for (let i = 0; i < RUNS + 3; i++) {
    const before = (await look(page)).generation;
    await page.evaluate((text) => globalThis.moonlit.setText(text, 'fix'), `for i = 1, 10000 do sphere{} end background(1) -- ${i}\n`);
    await picture(page, { after: before });
    await sleep(300); // the last figures
    if (i >= 3) times.push(1000 * (await page.evaluate(() => globalThis.moonlit.figures.evaluate)));
  }
  row(name, '10 000 sphere{}, the script alone', times, { floor: 25 });
}

/** The longest time between two animation frames while every core renders. */
async function pause({ page, url, name }) {
  await visit(page, `${url}?scene=hello&samples=65536`);
  await until(page, 'rendering', () => globalThis.moonlit?.figures?.progress > 0);
  await until(page, 'editor', () => Boolean(document.querySelector('.cm-content')));
  await sleep(1500);
  const gaps = [];
  const tasks = [];
  for (let i = 0; i < 5; i++) {
    const [gap, task] = await page.evaluate(async () => {
      let longTask = 0;
      const observer = globalThis.PerformanceObserver?.supportedEntryTypes.includes('longtask')
        ? new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => { longTask = Math.max(longTask, duration); }))
        : null;
      observer?.observe({ type: 'longtask' });
      let longest = 0;
      let last = performance.now();
      const stopAt = last + 5000;
      await new Promise((resolve) => {
        const frame = () => {
          const now = performance.now();
          longest = Math.max(longest, now - last);
          last = now;
          if (now < stopAt) requestAnimationFrame(frame);
          else resolve();
        };
        requestAnimationFrame(frame);
      });
      observer?.disconnect();
      return [longest, observer ? longTask : null];
    });
    gaps.push(gap);
    if (task !== null) tasks.push(task);
  }
  row(name, 'longest pause in 5 s of rendering', gaps, { floor: 50 });
  if (tasks.length) row(name, '  longest task (0: none over 50)', tasks);
  await page.click('#stop');
}

/** From navigation to the first pixels, with everything in the browser's cache. */
async function start({ page, url, name }) {
  await page.evaluateOnNewDocument(() => {
    let session;
    Object.defineProperty(globalThis, 'moonlit', {
      get: () => session,
      set: (value) => {
        session = value;
        session.addEventListener('frame', () => { globalThis.firstFrame ??= performance.now(); });
      },
    });
  });
  await open(page, `${url}?size=96x54&samples=4`);
  const times = [];
  const editor = [];
  for (let i = 0; i < RUNS; i++) {
    await visit(page, `${url}?scene=hello`);
    times.push(await until(page, 'first picture', () => globalThis.firstFrame));
    await until(page, 'editor', () => Boolean(document.querySelector('.cm-content')));
    editor.push(await page.evaluate(() => {
      const chunks = performance.getEntriesByType('resource').filter((each) => /chunks\/editor/.test(each.name));
      return Math.min(...chunks.map((each) => each.startTime)) - globalThis.firstFrame;
    }));
    await page.click('#stop');
  }
  row(name, 'start to first picture, warm', times, { floor: 1500 });
  row(name, '  the editor is fetched so long after it', editor, { floor: 0, atLeast: true });
}

async function thousand({ page, url, name }) {
  await open(page, `${url}?size=96x54&samples=4`);
  await until(page, 'editor', () => Boolean(document.querySelector('.cm-content')));
  await manyEdits(page, Array.from({ length: 51 }, (_, n) => ball(n)));
  const workers = page.workers().length;
  const heap = async () => {
    if (name !== 'chromium') return 0;
    const devtools = await page.createCDPSession();
    await devtools.send('HeapProfiler.collectGarbage');
    const { JSHeapUsedSize } = await page.metrics();
    await devtools.detach();
    return JSHeapUsedSize;
  };
  const before = await heap();
  const begin = Date.now();
  const memory = await manyEdits(page, Array.from({ length: 1001 }, (_, n) => ball(n + 1000)));
  const time = Date.now() - begin;
  const after = await heap();
  row(name, 'a thousand edits: growth of wasm memory', [(memory.at(-1) - memory[0]) / 1024], { floor: 64, unit: 'KB', digits: 0 });
  if (before) row(name, '  growth of the page\'s own memory', [(after - before) / 1024], { floor: 1024, unit: 'KB', digits: 0 });
  row(name, '  workers lost', [workers - page.workers().length], { floor: 0, unit: '', digits: 0 });
  row(name, '  time of an edit', [time / 1001]);
  await page.evaluate(() => globalThis.moonlit.setSamples(256));
  await picture(page, { after: (await look(page)).generation - 1 });
  const lost = await page.evaluate(() => navigator.hardwareConcurrency - globalThis.moonlit.figures.threads);
  row(name, '  threads that do not work', [lost], { floor: 0, unit: '', digits: 0 });
}

/** A trap of the director: from its being noticed to an engine that is ready. */
async function restart({ page, url, name }) {
  await open(page, `${url}?size=96x54&samples=4`);
  const times = [];
  for (let i = 0; i < 5; i++) {
    times.push(await page.evaluate(() => new Promise((resolve) => {
      const { engine } = globalThis.moonlit;
      const { onready } = engine;
      const begin = performance.now();
      engine.onready = () => {
        engine.onready = onready;
        onready();
        resolve(performance.now() - begin);
      };
      engine.fault(1);
    })));
    await page.click('#render');
    await seen(page, 'picture', ({ hash }) => hash);
  }
  row(name, 'trap to a new engine', times, { floor: 1000 });
}

/** wasm against the command's SSE4.1 kernel: the same picture, one thread each, one after the other. Speeds, so more is better. */
async function wasm({ page, url, name }) {
  for (const [scene, size, samples] of [['cornell', '256x192', 16], ['spheres', '320x180', 32]]) {
    const ratios = [];
    for (let i = 0; i < Math.min(RUNS, 9) + 1; i++) {
      const { stdout } = await native([
        'render', `scenes/${scene}.lua`, '--size', size, '--samples', String(samples), '--threads', '1', '--isa', 'sse4.1', '--json', '-o', OUTPUT,
      ]);
      const { summary } = stdout.toString().trim().split('\n').map((line) => JSON.parse(line)).find((each) => each.summary);
      if (i === 0) {
        await visit(page, `${url}?scene=${scene}&size=${size}&samples=${samples}&threads=1`);
        await picture(page, { timeout: 60_000 });
      } else {
        const before = (await look(page)).generation;
        await page.evaluate((text) => {
          const { moonlit } = globalThis;
          moonlit.setText(moonlit.text + text, 'fix');
        }, ' ');
        await picture(page, { after: before, timeout: 60_000 });
      }
      await sleep(300); // the last figures
      const { hash } = await look(page);
      if (hash !== summary.hash) throw new Error(`${scene}: hash ${hash}, the command's ${summary.hash}`);
      const seconds = await page.evaluate(() => globalThis.moonlit.figures.seconds);
      if (i > 0) ratios.push(summary.seconds / seconds); // the first run warms up
    }
    row(name, `wasm against SSE4.1, one thread, ${scene}`, ratios, { floor: 0.7, goal: 0.8, atLeast: true, digits: 3, unit: '×' });
  }
}

// ------------------------------------------------------------------------------------------------------------------- sizes

function sizes() {
  const sent = (file) => brotliCompressSync(readFileSync(join(web, file)), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length / 1024;
  const chunks = readdirSync(join(web, 'chunks')).filter((file) => file.endsWith('.js'));
  const engine = readdirSync(join(web, 'engine')).filter((file) => file.startsWith('moonlit.'));
  const kb = { unit: 'KB', digits: 1 };
  row('build', `${engine.join(' + ')}, brotli`, [engine.reduce((sum, file) => sum + sent(`engine/${file}`), 0)], { ...kb, floor: 250 });
  row('build', "the engine's later part, brotli", [sent('engine/later.wasm')], kb);
  row('build', 'main.js and style.css, brotli', [sent('main.js') + sent('style.css')], kb);
  row('build', 'editor and other chunks, brotli', [chunks.reduce((sum, file) => sum + sent(`chunks/${file}`), 0)], kb);
}

async function main() {
  const pick = (name) => !wanted.length || wanted.some((part) => name.includes(part));
  if (pick('sizes')) sizes();
  const server = await serve({ root: web, port: 0, headers: true });
  for (const name of BROWSERS.filter((each) => !process.env.BROWSER || process.env.BROWSER === each)) {
    const browser = await launch(name);
    try {
      for (const measure of [start, firstPixels, script, stop, pause, restart, thousand, wasm]) {
        if (!pick(measure.name)) continue;
        const context = await browser.createBrowserContext();
        const page = await context.newPage();
        await page.setViewport({ width: 1400, height: 900 });
        try {
          await measure({ page, url: server.url, name });
        } catch (error) {
          missed++;
          rows.push([name, measure.name, 'failed', '', '', '', '', error.message.slice(0, 160)]);
          console.error(`${name}: ${measure.name}: ${error.stack}`);
        }
        await context.close();
      }
    } finally {
      await end(browser);
    }
  }
  await server.close();
  console.log(table());
  console.log(missed ? `${missed} missed` : 'every floor is met');
  process.exitCode = missed ? 1 : 0;
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
