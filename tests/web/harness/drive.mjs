/**
 * drive.mjs - what a person does with the page, and what they see of it. All times in milliseconds. Waiting is polling from outside: the
 * page's content-security policy forbids what puppeteer's waitForFunction needs, and the page is not disturbed by our timers.
 */

export const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));

/** Fails with `what` unless `truth`. */
export function expect(truth, what) {
  if (!truth) throw new Error(what);
}

export function same(got, wanted, what) {
  const [a, b] = [got, wanted].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${what}: ${a}, expected ${b}`);
}

/** What the page says of itself. */
export const look = (page) =>
  page.evaluate(() => {
    const text = (id) => document.getElementById(id)?.textContent.trim() ?? '';
    const { state, generation, hash } = document.body.dataset;
    return {
      state,
      generation: Number(generation),
      hash,
      status: text('status'),
      console: text('console'),
      notices: text('notices'),
      text: document.getElementById('scene')?.value,
      kind: globalThis.moonlit?.engine?.kind,
    };
  });

const brief = (seen) =>
  `the page is ${seen.state}, generation ${seen.generation}, hash ${seen.hash}, status '${seen.status}', messages '${seen.console.slice(0, 400)}'` +
  (seen.notices ? `, notices '${seen.notices.slice(0, 300)}'` : '');

/** Polls `seen(look)` or a function of the page until it gives something true; returns that. */
export async function until(page, what, condition, { timeout = 15_000, every = 25, args = [] } = {}) {
  const end = Date.now() + timeout;
  for (;;) {
    const value = await page.evaluate(condition, ...args);
    if (value) return value;
    if (Date.now() > end) throw new Error(`no ${what} within ${timeout / 1000} s: ${brief(await look(page))}`);
    await sleep(every);
  }
}

/** Waits until what the page says of itself satisfies `condition`; returns it. */
export async function seen(page, what, condition, { timeout = 15_000 } = {}) {
  const end = Date.now() + timeout;
  for (;;) {
    const now = await look(page);
    if (condition(now)) return now;
    if (Date.now() > end) throw new Error(`no ${what} within ${timeout / 1000} s: ${brief(now)}`);
    await sleep(25);
  }
}

/** Waits for the complete picture of what is now wanted (or of something later than `after`); returns its hash. */
export async function picture(page, { after = -1, timeout = 20_000 } = {}) {
  const end = Date.now() + timeout;
  for (;;) {
    const now = await look(page);
    if (now.generation > after) {
      if (now.state === 'idle' && now.hash) return now.hash;
      if (now.state === 'error') throw new Error(`no picture: ${brief(now)}`);
    }
    if (Date.now() > end) throw new Error(`no picture within ${timeout / 1000} s: ${brief(now)}`);
    await sleep(25);
  }
}

/** Waits until the scene is said to be wrong; returns what the page says. */
export const wrong = (page, { after = -1, timeout = 15_000 } = {}) =>
  seen(page, 'error', (now) => now.state === 'error' && now.generation > after, { timeout });

/** Goes to a page without waiting for anything but its document. */
export async function visit(page, address) {
  await page.goto(address, { waitUntil: 'domcontentloaded', timeout: 20_000 });
}

export const SMALL = 'size=96x54&samples=4';
export const SMALL_NATIVE = ['--size', '96x54', '--samples', '4'];

/** Goes to a page and waits for its picture; returns the hash. */
export async function open(page, address) {
  await visit(page, address);
  return picture(page);
}

/** Puts a text into the scene's textarea as scripts and other tools do; returns the generation before it. */
export function write(page, text) {
  return page.evaluate((value) => {
    const area = document.getElementById('scene');
    const before = Number(document.body.dataset.generation);
    area.value = value;
    area.dispatchEvent(new Event('input', { bubbles: true }));
    return before;
  }, text);
}

/** Writes a text and waits for its picture; returns the hash. */
export async function render(page, text) {
  return picture(page, { after: await write(page, text) });
}

/** Presses a key while others are held: press(page, 'Control', 'Enter'). */
export async function press(page, ...keys) {
  const last = keys.pop();
  for (const key of keys) await page.keyboard.down(key);
  await page.keyboard.press(last);
  for (const key of keys.reverse()) await page.keyboard.up(key);
}

/** Sets a form control's value as a person's hand does: both events. */
export function setControl(page, selector, value) {
  return page.evaluate(
    (where, wanted) => {
      const control = document.querySelector(where);
      const before = Number(document.body.dataset.generation);
      if (control.type === 'checkbox') control.checked = wanted;
      else control.value = wanted;
      control.dispatchEvent(new Event('input', { bubbles: true }));
      control.dispatchEvent(new Event('change', { bubbles: true }));
      return before;
    },
    selector,
    value,
  );
}

/** Where an element is, in pixels of the window. */
export const box = (page, selector) =>
  page.evaluate((where) => {
    const { x, y, width, height } = document.querySelector(where).getBoundingClientRect();
    return { x, y, width, height };
  }, selector);

/** Waits for the editor over the textarea. */
export const editor = (page) => until(page, 'editor', () => Boolean(document.querySelector('.cm-content')));

/** Puts the caret at the end of the editor's text, which then has the focus. */
export async function caretAtEnd(page) {
  await editor(page);
  await page.focus('.cm-content');
  await press(page, 'Control', 'End');
}

/** Lets go of files over an element, as if dragged there: [{name, type, bytes: Uint8Array}]. */
export function drop(page, selector, files) {
  const packed = files.map(({ name, type = '', bytes }) => ({ name, type, data: Buffer.from(bytes).toString('base64') }));
  return page.evaluate(
    (where, list) => {
      const transfer = new DataTransfer();
      for (const { name, type, data } of list) {
        const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type }));
      }
      const target = document.querySelector(where);
      for (const kind of ['dragenter', 'dragover', 'drop']) {
        target.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, composed: true, dataTransfer: transfer }));
      }
    },
    selector,
    packed,
  );
}

/** The session that main.js gives to whoever asks: its camera as shown, its engine's figures and so on, as plain data. */
export const session = (page, f, ...args) => page.evaluate(f, ...args);
