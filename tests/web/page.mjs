/**
 * page.mjs - the page in real browsers: serves build/web and runs every check of browser/*.mjs in Chromium, then in Firefox. TAP.
 *
 *   node tests/web/page.mjs                      reads MOONLIT (build/moonlit) and BUILD (build)
 *   BROWSER=firefox ONLY='orbit share' …         one browser; checks or suites by parts of their names
 *
 * A suite's default export lists checks, [name, async (t) => {…}, {seconds, errors, viewport}?]; what a check gets is the class below. Each has
 * a storage of its own and fails by throwing, by a problem on the page (an exception, an error in the console, a content-security violation, a
 * request to another host) that its `errors` does not match, and by taking longer than `seconds` (30). Screenshots, also of failures, are kept
 * in build/web-shots/.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { serve } from '../../web/serve.mjs';
import { BROWSERS, end, launch } from './harness/browsers.mjs';
import * as drive from './harness/drive.mjs';
import { native, nativeHash, nativeHashOf, root } from './harness/native.mjs';

const build = resolve(root, process.env.BUILD || 'build');
const web = join(build, 'web');
const shots = join(build, 'web-shots');
const SECONDS = 30; // of a check
const ALL_SECONDS = Number(process.env.TEST_TIMEOUT || 300) - 15; // of everything: tests/run ends a program after TEST_TIMEOUT

// Firefox says so of requests under way when a page is left. A file that really did not come is missed by the check itself.
const LEFT = /A ServiceWorker intercepted the request and encountered an unexpected error/;

/** What a check has to hand. */
class Check {
  constructor(browser, browserName, name, url, options) {
    Object.assign(this, { browser, browserName, name, url, options, native, nativeHash, nativeHashOf, problems: [], closers: [] });
    // Checks take these apart: async ({ page, open }) => …
    for (const method of ['newPage', 'stranger', 'host', 'open', 'download', 'shot']) this[method] = this[method].bind(this);
  }

  async begin() {
    this.folder = await mkdtemp(join(tmpdir(), 'moonlit-page-'));
    this.context = await this.newContext();
    this.page = await this.newPage();
  }

  async newContext() {
    const context = await this.browser.createBrowserContext({ downloadBehavior: { policy: 'allow', downloadPath: this.folder } });
    this.closers.push(() => Promise.race([context.close(), drive.sleep(5000)]));
    return context;
  }

  /** A page of somebody else: with a storage of its own. */
  async stranger() {
    return this.newPage(await this.newContext());
  }

  /** Another page (a tab) with the same storage. */
  async newPage(context = this.context) {
    const page = await context.newPage();
    const note = (text) => this.problems.push(text);
    page.on('pageerror', (error) => LEFT.test(error.message) || note(`exception on the page: ${error.message}`));
    page.on('console', (message) => message.type() === 'error' && note(`console: ${message.text()} ${message.location()?.url ?? ''}`));
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (!['data:', 'blob:', 'about:'].includes(protocol) && hostname !== '127.0.0.1') note(`asks another host: ${request.url()}`);
    });
    page.on('dialog', (dialog) => {
      note(`dialog: ${dialog.message()}`);
      dialog.dismiss().catch(() => {});
    });
    await page.setViewport(this.options.viewport ?? { width: 1200, height: 800 });
    return page;
  }

  /** A server of its own; headers: false is a static host that knows nothing of isolation. Ends with the check. */
  async host({ headers, port = 0 }) {
    const server = await serve({ root: web, port, headers });
    this.closers.push(() => server.close());
    return server;
  }

  /** Goes to the page with a query and waits for its picture; returns the hash. */
  open(query = '', { page = this.page, url = this.url } = {}) {
    return drive.open(page, `${url}?${[query, /(^|&)size=/.test(query) ? '' : drive.SMALL].filter(Boolean).join('&')}`);
  }

  /** The file that the browser saves next (or has saved, the newest): {name, bytes}. */
  async download({ timeout = 10_000 } = {}) {
    const stop = Date.now() + timeout;
    while (Date.now() < stop) {
      const names = (await readdir(this.folder)).filter((name) => !/\.(part|crdownload)$|^\.|^[0-9a-f-]{36}$/.test(name));
      for (const name of names) {
        const bytes = await readFile(join(this.folder, name));
        if (!bytes.length) continue;
        await rm(join(this.folder, name));
        return { name, bytes };
      }
      await drive.sleep(50);
    }
    throw new Error(`no file saved within ${timeout / 1000} s`);
  }

  async shot(name, page = this.page) {
    await page.screenshot({ path: join(shots, `${this.browserName}-${name.replace(/[^\w]+/g, '-')}.png`) });
  }

  async finish() {
    for (const close of this.closers) await close().catch(() => {});
    if (this.folder) await rm(this.folder, { recursive: true, force: true });
  }
}

/** Runs one check; returns null or why it failed. */
async function run(browser, browserName, name, check, options, url, seconds) {
  const t = new Check(browser, browserName, name, url, options);
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${seconds.toFixed(0)} s`)), seconds * 1000);
  });
  let failure = null;
  try {
    await Promise.race([t.begin().then(() => check(t)), late]);
    const unexpected = t.problems.filter((problem) => !options.errors?.test(problem));
    if (unexpected.length) throw new Error(unexpected.join('\n'));
  } catch (error) {
    failure = [error.stack?.split('\n').slice(0, 4).join('\n') ?? String(error), ...t.problems].join('\n');
    if (t.page) await Promise.race([t.shot(`failed-${name}`).catch(() => {}), drive.sleep(3000)]);
  } finally {
    clearTimeout(timer);
    await t.finish();
  }
  return failure;
}

async function suites() {
  const folder = join(root, 'tests/web/browser');
  const wanted = (process.env.ONLY || '').split(/\s+/).filter(Boolean);
  const checks = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.mjs')).sort()) {
    for (const [name, check, options = {}] of (await import(join(folder, file))).default) {
      // `make check ONLY=web/` means this program, not checks of that name.
      const told = [name, `tests/web/browser/${file}`, 'tests/web/test_chromium.sh tests/web/test_firefox.sh'];
      if (!wanted.length || wanted.some((part) => told.some((each) => each.includes(part)))) checks.push([name, check, options]);
    }
  }
  return checks;
}

let count = 0;
let failed = 0;
function report(name, failure, time) {
  count++;
  if (failure) failed++;
  console.log(`${failure ? 'not ok' : 'ok'} ${count} - ${name}`);
  console.log(`# ${(time / 1000).toFixed(1)} s${failure ? `\n${failure}`.replace(/\n/g, '\n#   ') : ''}`);
}

async function inBrowser(browserName, checks, url, deadline) {
  let browser = null;
  try {
    for (const [name, check, options] of checks) {
      const start = Date.now();
      const left = (deadline - start) / 1000;
      let failure;
      try {
        if (left < 1) throw new Error('not run: no time was left');
        if (!browser?.connected) browser = await launch(browserName);
        const seconds = options.seconds ?? SECONDS;
        failure = await run(browser, browserName, name, check, options, url, Math.min(left, seconds));
        // Browsers of a machine with more to do than it has cores for lose a click or a frame now and then: what is wrong fails twice.
        if (failure && deadline - Date.now() > 2000 * seconds) {
          console.log(`# ${name}: once more, since\n${failure}`.replace(/\n/g, '\n#   '));
          failure = await run(browser, browserName, name, check, options, url, seconds);
        }
      } catch (error) {
        failure = error.message;
      }
      report(`${browserName}: ${name}`, failure, Date.now() - start);
    }
  } finally {
    if (browser) await end(browser);
  }
}

async function main() {
  const deadline = Date.now() + ALL_SECONDS * 1000;
  if (!existsSync(join(web, 'index.html'))) throw new Error(`${web} has no page: make web builds it`);
  const names = BROWSERS.filter((name) => !process.env.BROWSER || process.env.BROWSER === name);
  await mkdir(shots, { recursive: true });
  const old = (await readdir(shots)).filter((name) => names.some((each) => name.startsWith(each)));
  await Promise.all(old.map((name) => rm(join(shots, name))));
  const checks = await suites();
  const server = await serve({ root: web, port: 0, headers: true });
  for (const [at, name] of names.entries()) {
    // The time that is left is shared evenly, so that one slow browser does not silence the other.
    await inBrowser(name, checks, server.url, Date.now() + (deadline - Date.now()) / (names.length - at));
  }
  await server.close();
  console.log(`1..${count}`);
  process.exitCode = failed || !count ? 1 : 0;
}

main().catch((error) => {
  console.log(`not ok ${count + 1} - the page can be tried\n#   ${error.message}\n1..${count + 1}`);
  process.exit(1);
});
