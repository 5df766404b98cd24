/**
 * browsers.mjs - the system's Chromium and Firefox, headless, by puppeteer-core. CHROMIUM and FIREFOX name other programs than
 * /usr/bin/chromium and /usr/bin/firefox-esr.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { root } from './native.mjs';

const web = createRequire(`${root}/web/package.json`);

/** A package of web/node_modules, whatever folder we are in. */
export const fromWeb = (name) => import(pathToFileURL(web.resolve(name)));
export const pathFromWeb = (name) => web.resolve(name);

export const BROWSERS = ['chromium', 'firefox'];

const PROGRAMS = {
  chromium: process.env.CHROMIUM || '/usr/bin/chromium',
  firefox: process.env.FIREFOX || '/usr/bin/firefox-esr',
};

const OPTIONS = {
  chromium: { browser: 'chrome', args: ['--no-sandbox', '--disable-dev-shm-usage'] },
  // Firefox asks the network for lists and updates at its start, which costs time and is none of our business.
  firefox: {
    browser: 'firefox',
    extraPrefsFirefox: { 'network.captive-portal-service.enabled': false, 'network.connectivity-service.enabled': false },
  },
};

/** Starts a browser with a fresh profile; rejects where it is missing or does not start. */
export async function launch(name) {
  const executablePath = PROGRAMS[name];
  if (!existsSync(executablePath)) throw new Error(`no ${name}: ${executablePath} is not there (make setup installs it)`);
  const { default: puppeteer } = await fromWeb('puppeteer-core');
  return puppeteer.launch({ ...OPTIONS[name], executablePath, headless: true, timeout: 60_000, protocolTimeout: 60_000 });
}

/** Ends a browser, by force if it does not end by itself. */
export async function end(browser) {
  const process = browser.process();
  await Promise.race([browser.close().catch(() => {}), new Promise((resolve) => setTimeout(resolve, 5000))]);
  if (process && process.exitCode === null) process.kill('SIGKILL');
}
