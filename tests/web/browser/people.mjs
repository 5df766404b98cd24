/** people.mjs - for everyone: by keyboard alone, on a phone, dark and light, axe, and nothing of a scene's words taken for HTML. */
import { readFile } from 'node:fs/promises';
import { pathFromWeb } from '../harness/browsers.mjs';
import { SMALL, SMALL_NATIVE, box, editor, expect, look, picture, press, same, seen, sleep, until, visit, write, wrong } from '../harness/drive.mjs';
import { BALL, WRONG } from '../harness/scenes.mjs';
import { PARAMS } from './params.mjs';

/** What axe finds, as lines. The rules of WCAG 2.2 AA and of good practice. */
async function findings(page) {
  if (!(await page.evaluate(() => Boolean(globalThis.axe)))) await page.evaluate(`${await readFile(pathFromWeb('axe-core/axe.min.js'), 'utf8')};0`);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')} ${node.any[0]?.message ?? ''}`));
  });
}

async function clean(page, what) {
  await sleep(250); // colours in transition have other contrasts
  same(await findings(page), [], `axe, ${what}`);
}

/** Dark or light, by the page's own switch. */
async function theme(page, wanted) {
  for (let i = 0; i < 4; i++) {
    const [dark, label] = await page.evaluate(() => {
      const [r, g, b] = getComputedStyle(document.body).color.match(/[\d.]+/g).map(Number); // of the text
      return [r + g + b > 380, document.getElementById('theme').getAttribute('aria-label')];
    });
    if ((wanted === 'dark') === dark && new RegExp(wanted, 'i').test(label)) return;
    await page.click('#theme');
    await sleep(250); // colours change gently
  }
  throw new Error(`the switch does not lead to ${wanted}`);
}

async function axeOn({ page, open, shot }) {
  await open();
  await editor(page);
  await picture(page, { after: await write(page, PARAMS) });
  for (const mode of ['dark', 'light']) {
    await theme(page, mode);
    await clean(page, mode);
    await shot(mode);
  }
  await wrong(page, { after: await write(page, `local model = param.file("model", "gone.ply", { ".ply" })\nmesh{ model }\n${WRONG}`) });
  await until(page, 'control of a file', () => Boolean(document.querySelector('#params .param.file')));
  await clean(page, 'light, with an error');
  await shot('light-error');
  await theme(page, 'dark');
  await clean(page, 'dark, with an error');
}

async function axeOnDialogs({ page, open, shot }) {
  await open();
  await editor(page);
  for (const mode of ['dark', 'light']) {
    await theme(page, mode);
    for (const [name, id, view] of [['gallery', 'gallery', 'gallery-view'], ['share', 'share', 'share-view'], ['scenes', 'scene-name', ''], ['save', 'save-more', '']]) {
      await page.click(`#${id}`);
      if (view) await until(page, `dialog ${name}`, (each) => document.getElementById(each).open, { args: [view] });
      await sleep(150);
      await clean(page, `${mode}, ${name} open`);
      await shot(`${mode}-${name}`);
      await press(page, 'Escape');
      if (view) await until(page, `${name} closed by Esc`, (each) => !document.getElementById(each).open, { args: [view] });
    }
  }
  await page.click('#tab-files');
  await clean(page, 'files');
}

const PHONE = { viewport: { width: 390, height: 844, hasTouch: true } };

async function phone({ page, url, shot }) {
  await visit(page, `${url}?samples=4&size=320x180`);
  await picture(page);
  await editor(page);
  const sizes = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth, document.body.scrollWidth]);
  expect(sizes[0] <= sizes[1] && sizes[2] <= sizes[1], `no scrolling sideways: ${sizes}`);
  const canvas = await box(page, '#canvas');
  expect(canvas.width > 300 && canvas.x >= 0 && canvas.x + canvas.width <= 390.5, `the picture has the width of the phone: ${JSON.stringify(canvas)}`);
  expect(canvas.y >= 0 && canvas.y + canvas.height < 500, `the picture comes first: ${JSON.stringify(canvas)}`);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('button, select, input, a')]
      .filter((each) => each.checkVisibility({ checkVisibilityCSS: true }) && each.closest('.cm-editor') === null)
      .map((each) => ({ name: each.id || each.textContent, ...JSON.parse(JSON.stringify((each.type === 'checkbox' && each.labels[0] ? each.labels[0] : each).getBoundingClientRect())) }))
      .filter(({ width, height, right }) => Math.min(width, height) < 24 || right > innerWidth + 0.5)
      .map(({ name, width, height, right }) => `${name} ${width}x${height} to ${right}`),
  );
  same(small, [], 'controls too small for fingers (24 px) or outside');
  await clean(page, 'phone');
  await shot('phone');
  await picture(page, { after: await write(page, PARAMS) });
  const tabs = await page.evaluate(() => [...document.querySelectorAll('#tabs [role=tab]')].filter((each) => each.checkVisibility()).map((each) => each.id));
  expect(tabs.length >= 3, `panels as tabs: ${tabs}`);
  for (const tab of tabs) {
    await page.click(`#${tab}`);
    await sleep(100);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide <= 390, `${tab} scrolls sideways: ${wide}`);
    await clean(page, `phone, ${tab}`);
    await shot(`phone-${tab}`);
  }
  await page.click('#gallery');
  await sleep(300);
  expect((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390, 'the gallery scrolls sideways');
  await clean(page, 'phone, gallery');
  await shot('phone-gallery');
}

/** Every control that can be seen is reached by Tab, says its name, and shows that it has the focus. */
async function byKeyboard({ page, open, nativeHashOf, shot }) {
  await open();
  await editor(page);
  await picture(page, { after: await write(page, PARAMS) });
  await page.evaluate(() => document.activeElement?.blur());
  const reached = new Set();
  const problems = [];
  for (let i = 0; i < 120; i++) {
    // Tab writes into an editor: there Esc and Tab leave it, as the editor says.
    if (await page.evaluate(() => document.activeElement?.matches('.cm-content, textarea') ?? false)) await press(page, 'Escape');
    await press(page, 'Tab');
    await sleep(40); // CodeMirror shows its focus a moment later
    const at = await page.evaluate(() => {
      const each = document.activeElement;
      if (!each || each === document.body || each === document.documentElement) return null;
      const style = getComputedStyle(each);
      const label = each.type === 'checkbox' || each.type === 'color' ? getComputedStyle(each.parentElement) : style;
      // In a text the caret is what shows the focus; CodeMirror draws its own.
      const caret = each.matches('.cm-content') && Boolean(document.querySelector('.cm-focused .cm-cursor'));
      const ring = caret || [style, label, getComputedStyle(each.closest('.cm-editor, #editor, #view, .switch, label') ?? each)].some((one) =>
        (one.outlineStyle !== 'none' && parseFloat(one.outlineWidth) > 0) || one.boxShadow !== 'none');
      each.dataset.reached ??= String(document.querySelectorAll('[data-reached]').length);
      const { width, height } = each.getBoundingClientRect();
      return { key: each.dataset.reached, name: each.id || each.className || each.outerHTML.slice(0, 60), ring, seen: width > 0 && height > 0 };
    });
    if (!at) continue;
    if (reached.has(at.key)) break;
    reached.add(at.key);
    if (!at.ring) problems.push(`${at.name} does not show its focus`);
    if (!at.seen) problems.push(`${at.name} has the focus and cannot be seen`);
  }
  const missed = await page.evaluate(() =>
    [...document.querySelectorAll('button, input, select, textarea, a[href], [tabindex="0"], [contenteditable=true]')]
      .filter((each) => each.checkVisibility({ checkVisibilityCSS: true, checkOpacity: false }) && !each.disabled && !each.dataset.reached && each.tabIndex >= 0)
      .filter((each) => !each.closest('#editor textarea') && each.id !== 'scene')
      .map((each) => each.id || each.outerHTML.slice(0, 80)));
  same([problems, missed], [[], []], `of ${reached.size} stops: problems, and what Tab does not reach`);
  for (const id of ['gallery', 'share', 'save-png', 'stop', 'render', 'live', 'canvas', 'divider', 'concurrency']) {
    expect(await page.evaluate((each) => 'reached' in document.getElementById(each).dataset || document.getElementById(each).disabled, id), `#${id} is reached`);
  }
  // A whole round without a mouse: write, render, look around, stop.
  await page.focus('.cm-content');
  await press(page, 'Control', 'a');
  await page.keyboard.press('Delete');
  await page.evaluate(() => globalThis.moonlit.setLive(false));
  await page.keyboard.type('sphere{ floor = true }');
  await press(page, 'Control', 'Enter');
  const hash = await picture(page);
  const { text } = await look(page);
  same(hash, await nativeHashOf(text, SMALL_NATIVE), 'hash of what was typed and rendered by Ctrl-Enter');
  await page.focus('#divider');
  const before = await box(page, '#left');
  await press(page, 'ArrowRight');
  await sleep(50);
  expect((await box(page, '#left')).width !== before.width, 'the divider moves by arrows');
  await shot('keyboard');
}

const EVIL = '<img src=x onerror="globalThis.harmed=1"><script>globalThis.harmed=1</script><b id=evil>bold</b>';

/** Words of a scene stay words: printed, in errors, as names, titles, choices, units and file names. */
async function noHtml({ page, open, shot }) {
  await open();
  await editor(page);
  const quoted = JSON.stringify(EVIL);
  const scene = `-- ${EVIL}
print(${quoted})
local a = param(${JSON.stringify('<b id=evil>size')}, 1, { min = 0, max = 2, help = ${quoted}, unit = "<b id=evil>", group = ${quoted} })
local b = param("choice", ${quoted}, { ${quoted}, "other" })
${BALL}`;
  const before = await write(page, scene);
  await until(page, 'answer', (old) => Number(document.body.dataset.generation) > old && (document.body.dataset.hash || document.body.dataset.state === 'error'), { args: [before] });
  const words = await look(page);
  expect(words.console.includes('onerror'), `the words are shown as words: ${words.console.slice(0, 200)}`);
  await shot('words-not-html');
  for (const text of [`error(${quoted})\n`, `sphere{ [${quoted}] = 1 }\n`, `sphere{ material = ${quoted} }\n`, `sphere{ material = image{ ${quoted} } }\n`, `x = ${quoted} ..\n`]) {
    await wrong(page, { after: await write(page, text) });
    await page.click('#tab-files');
    await page.click('#tab-messages');
  }
  await page.evaluate((name) => globalThis.moonlit.setText('sphere{}\n', 'load', `${name}.lua`), EVIL);
  await page.click('#scene-name');
  await sleep(150);
  const harm = await page.evaluate(() => [globalThis.harmed ?? 0, document.querySelectorAll('#evil, img[src="x"]').length]);
  same(harm, [0, 0], 'scripts run, and elements made, from words');
}

async function policy({ page, open }) {
  await open();
  const { text, meta } = await page.evaluate(async () => ({
    text: await (await fetch('index.html')).text(),
    meta: document.querySelector('meta[http-equiv="Content-Security-Policy" i]')?.content ?? '',
  }));
  expect(/default-src 'none'/.test(meta), `the policy begins with nothing allowed: ${meta}`);
  expect(!/unsafe-inline|'unsafe-eval'|\*|https?:/.test(meta), `the policy is strict: ${meta}`);
  expect(!/\sstyle=|\son\w+=|<style/i.test(text), 'no inline styles or handlers in the document');
  // It is in force: what it forbids does not happen.
  const blocked = await page.evaluate(() => new Promise((resolve) => {
    document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true });
    const script = document.createElement('script');
    script.textContent = 'globalThis.harmed = 1';
    document.head.append(script);
    setTimeout(() => resolve(`nothing blocked, harmed ${globalThis.harmed}`), 1000);
  }));
  expect(/^script-src/.test(blocked), `an inline script is blocked: ${blocked}`);
}

/** The first picture and the editor arrive without moving anything that was there. */
async function noShifts({ page, url, browserName, shot }) {
  if (browserName === 'chromium') {
    await page.evaluateOnNewDocument(() => {
      globalThis.shifts = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
          if (!entry.hadRecentInput) globalThis.shifts.push([entry.value, ...entry.sources.map(({ node, previousRect: a, currentRect: b }) =>
            `${node?.id || node?.className || node?.nodeName} ${[a, b].map(({ x, y, width, height }) => [x, y, width, height]).join(' to ')}`)]);
        }
      }).observe({ type: 'layout-shift', buffered: true });
    });
  }
  await visit(page, `${url}?samples=1`);
  const places = () => page.evaluate(() => ['top', 'left', 'divider', 'stage', 'below', 'editor'].map((id) => {
    const { x, y, width, height } = document.getElementById(id).getBoundingClientRect();
    return [id, ...[x, y, width, height].map(Math.round)];
  }));
  await until(page, 'layout', () => document.readyState !== 'loading' && getComputedStyle(document.getElementById('panes')).display !== 'block');
  const first = await places();
  await picture(page);
  await editor(page);
  await sleep(300);
  await shot('no-shifts');
  same(await places(), first, 'places of the panes, first and at rest');
  if (browserName === 'chromium') {
    const shifts = await page.evaluate(() => globalThis.shifts);
    expect(shifts.reduce((sum, [value]) => sum + value, 0) < 0.01, `layout shifts: ${JSON.stringify(shifts)}`);
  }
}

async function says({ page, open }) {
  await open();
  const now = await page.evaluate(() => {
    const status = document.getElementById('status');
    return [status.getAttribute('role'), document.documentElement.lang, document.querySelectorAll('h1').length, document.getElementById('scene').labels?.length + (document.getElementById('scene').ariaLabel ? 1 : 0)];
  });
  same([now[0], now[1], now[2]], ['status', 'en', 1], 'live region, language, one heading');
  expect(now[3] >= 1, 'the textarea has a label');
  await write(page, WRONG);
  await seen(page, 'word of the error in the status', ({ state, status }) => state === 'error' && /error|wrong|radus/i.test(status));
}

export default [
  ['keyboard only', byKeyboard, { seconds: 45 }],
  ['phone', phone, { ...PHONE, seconds: 45 }],
  ['axe: dark, light, with an error', axeOn],
  ['axe: dialogs and menus', axeOnDialogs, { seconds: 45 }],
  ['labels and the live region', says],
  ['no layout shifts', noShifts],
  ['words of a scene are no HTML', noHtml],
  ['the content-security policy is strict and in force', policy, { errors: /Content.Security.Policy/i }],
];
