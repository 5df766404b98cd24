/** params.mjs - controls for param(): live, of every kind, reset, and what the script makes of them. */
import { SMALL_NATIVE, expect, look, picture, same, setControl, until, write } from '../harness/drive.mjs';

export const PARAMS = `local size = param("size", .8, { min = .2, max = 1.2, step = .1, help = "of the ball" })
local count = param("count", 2, { min = 0, max = 5, int = true })
local lit = param("lit", true)
local tint = param("tint", color("#3060a0"))
local shape = param("shape", "ball", { "ball", "box" })
camera{ from = {0, 1.5, 6}, look_at = {0, 1, 0}, fov = 40 }
background{ lit and {.5, .6, .7} or {.05, .05, .05} }
plane{}
if shape == "ball" then sphere{ center = {0, size, 0}, radius = size, material = tint }
else box{ size = size, at = {0, size, 0}, material = tint } end
for i = 1, count do sphere{ center = {i - 3, .2, 1.5}, radius = .2 } end
`;

/** Marks the control of a parameter, found by its label, and returns a selector: an input or select within #params. */
export function control(page, name, type = '') {
  return page.evaluate(
    (wanted, kind) => {
      const list = [...document.querySelectorAll('#params input, #params select')].filter((each) => {
        const words = [...(each.labels ?? [])].map((label) => label.textContent).concat(each.getAttribute('aria-label') ?? '');
        return words.some((word) => word.trim().toLowerCase().startsWith(wanted)) && (!kind || each.type === kind || each.tagName === kind);
      });
      if (!list.length) throw new Error(`no control for '${wanted}' in: ${document.getElementById('params').textContent}`);
      list[0].dataset.tried = wanted;
      return `#params [data-tried="${wanted}"]`;
    },
    name,
    type,
  );
}

const begin = async ({ page, open }) => {
  await open();
  await picture(page, { after: await write(page, PARAMS) });
  await until(page, 'controls', () => document.querySelectorAll('#params input, #params select').length >= 5);
};

async function kinds(t) {
  const { page, nativeHashOf, shot } = t;
  await begin(t);
  await shot('params');
  const sets = [];
  for (const [name, type, value, set] of [
    ['size', '', '1.1', 'size=1.1'],
    ['count', '', '4', 'count=4'],
    ['lit', 'checkbox', false, 'lit=false'],
    ['shape', '', 'box', 'shape=box'],
    ['tint', 'color', '#a02040', 'tint=#a02040'],
  ]) {
    const before = await setControl(page, await control(page, name, type), value);
    sets.push('--set', set);
    same(await picture(page, { after: before }), await nativeHashOf(PARAMS, [...SMALL_NATIVE, ...sets]), `hash after ${set}`);
    same((await look(page)).text, PARAMS, 'the script stays as it is');
  }
  // Another text with the same parameters keeps what was chosen.
  const text = `${PARAMS}-- another\n`;
  const before = await write(page, text);
  same(await picture(page, { after: before }), await nativeHashOf(text, [...SMALL_NATIVE, ...sets]), 'hash after an edit');
}

async function byKeys(t) {
  const { page, nativeHashOf } = t;
  await begin(t);
  const selector = await control(page, 'size', 'range');
  await page.focus(selector);
  const before = (await look(page)).generation;
  await page.keyboard.press('ArrowRight');
  same(await picture(page, { after: before }), await nativeHashOf(PARAMS, [...SMALL_NATIVE, '--set', 'size=0.9']), 'hash after one step');
  expect(await page.evaluate((where) => document.activeElement === document.querySelector(where), selector), 'the focus stays on the slider');
}

async function none({ page, open }) {
  await open();
  await picture(page, { after: await write(page, PARAMS) });
  await until(page, 'controls', () => !document.getElementById('params').hidden);
  await picture(page, { after: await write(page, 'sphere{}\n') });
  await until(page, 'no controls for a scene without parameters', () => document.getElementById('params').hidden);
}

export default [
  ['parameters: every kind of control', kinds],
  ['parameters: a slider by keyboard', byKeys],
  ['parameters: none, no controls', none],
];
