/** faults.mjs - a trap or a hang of any thread: said, the engine made anew, the text kept and not run by itself. */
import { SMALL_NATIVE, expect, look, picture, same, sleep, until, write } from '../harness/drive.mjs';
import { BALL } from '../harness/scenes.mjs';

/** Does a fault of the engine's (words.def, fault); resolves to ms from its being noticed to the next engine's being ready. */
const fault = (page, kind, samples) =>
  page.evaluate(
    async (what, many) => {
      const { moonlit } = globalThis;
      if (many) moonlit.setSamples(many); // a thread of the pool takes a fault only while it has work
      await new Promise((resolve) => setTimeout(resolve, 200));
      const { engine } = moonlit;
      let noticed = 0;
      const { onfault, onready } = engine;
      return new Promise((resolve) => {
        engine.onfault = (...words) => {
          noticed = performance.now();
          onfault(...words);
        };
        engine.onready = () => {
          engine.onfault = onfault;
          engine.onready = onready;
          onready();
          resolve(performance.now() - noticed);
        };
        engine.fault(what);
      });
    },
    kind,
    samples,
  );

const after = (kind, samples, hurry = 1) => async ({ page, open, nativeHashOf, shot }) => {
  // A render that stands still is given half a minute; by a hasty clock that is over sooner.
  await page.evaluateOnNewDocument((factor) => {
    if (factor === 1) return;
    const now = performance.now.bind(performance);
    const every = globalThis.setInterval;
    performance.now = () => now() * factor;
    globalThis.setInterval = (act, time, ...more) => every(act, time / factor, ...more);
  }, hurry);
  await open();
  await picture(page, { after: await write(page, BALL) });
  const time = await fault(page, kind, samples);
  expect(time < 3000 * hurry, `restarted in ${time.toFixed(0)} ms`); // the floor is 1 s on a quiet machine: bench.mjs
  const now = await look(page);
  same(now.text, BALL, 'text');
  expect(/again|restart|anew/i.test(`${now.notices} ${now.status} ${now.console}`), `it is said: ${now.notices}, ${now.status}`);
  await shot(`fault-${kind}`);
  await sleep(600);
  const later = await look(page);
  expect(later.state !== 'rendering' && !later.hash, `nothing runs by itself: ${later.state} ${later.hash}`);
  await page.evaluate(() => globalThis.moonlit.setSamples(4));
  await page.click('#render');
  await until(page, 'picture after the fault', () => document.body.dataset.hash);
  same((await look(page)).hash, await nativeHashOf(BALL, SMALL_NATIVE), 'hash after the fault');
  same(await page.evaluate(() => globalThis.moonlit.engine.kind), 'threads', 'kind of the engine after the fault');
};

const ANY = { errors: /./, seconds: 60 };

export default [
  ['the director traps', after(1, 0), ANY],
  ['the director hangs', after(2, 0), ANY],
  ['a thread of the pool traps', after(3, 65536), ANY],
  ['a thread of the pool hangs', after(4, 65536, 4), ANY],
];
