// node W-ab.mjs browser scene size samples runs dirA dirB ... ; CPU seconds of the busiest worker thread
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { serve } from '../../web/serve.mjs';
import { end, launch } from './harness/browsers.mjs';
import { look, picture, sleep, visit } from './harness/drive.mjs';
import { execFileSync } from 'node:child_process';
const [browserName, scene, size, samples, runs, ...dirs] = process.argv.slice(2);
const command = process.env.MOONLIT;
const TICK = 100;
function tree(pid) { // pids below
  const kids = {};
  for (const d of readdirSync('/proc')) { if (!/^\d+$/.test(d)) continue;
    try { const s = readFileSync(`/proc/${d}/stat`, 'utf8'); const pp = s.slice(s.lastIndexOf(')') + 2).split(' ')[1]; (kids[pp] ??= []).push(d); } catch {} }
  const all = []; const walk = (p) => { all.push(p); (kids[p] ?? []).forEach(walk); }; walk(String(pid)); return all;
}
function threads(pid) {
  const t = {};
  for (const p of tree(pid)) { let tasks = []; try { tasks = readdirSync(`/proc/${p}/task`); } catch {}
    for (const tid of tasks) try { const [ns] = readFileSync(`/proc/${p}/task/${tid}/schedstat`, 'utf8').split(' '); t[`${p}/${tid}`] = [Number(ns) / 1e9, readFileSync(`/proc/${p}/task/${tid}/comm`, 'utf8').trim()]; } catch {} }
  return t;
}
const sides = [];
for (const dir of dirs) {
  const server = await serve({ root: resolve(dir), port: 0, headers: true });
  const browser = await launch(browserName);
  const page = await (await browser.createBrowserContext()).newPage();
  await page.setViewport({ width: 1400, height: 900 });
  await visit(page, `${server.url}?scene=${scene}&size=${size}&samples=${samples}&threads=1`);
  await picture(page, { timeout: 120000 });
  sides.push({ dir, server, browser, page, cpu: [], wall: [], other: [] });
}
const native = [];
for (let i = 0; i < Number(runs) + 1; i++) {
  if (command) {
    const out = execFileSync('bash', ['-c', `TIMEFORMAT='%U'; time ${command} render scenes/${scene}.lua --size ${size} --samples ${samples} --threads 1 --isa ${process.env.ISA ?? 'sse4.1'} -o /tmp/W-ab/x.png --quiet`], { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', cwd: new URL('../..', import.meta.url).pathname }, );
  }
  for (const s of sides) {
    const before = (await look(s.page)).generation;
    const t0 = threads(s.browser.process().pid);
    await s.page.evaluate((t) => globalThis.moonlit.setText(globalThis.moonlit.text + t, 'fix'), ' ');
    await picture(s.page, { after: before, timeout: 120000 });
    const t1 = threads(s.browser.process().pid);
    await sleep(300);
    const d = Object.entries(t1).map(([k, [v, n]]) => [v - (t0[k]?.[0] ?? 0), n]).sort((a, b) => b[0] - a[0]);
    if (i) { s.cpu.push(d[0][0]); s.other.push(d.slice(1).reduce((a, b) => a + b[0], 0)); s.wall.push(await s.page.evaluate(() => globalThis.moonlit.figures.seconds)); s.name = d.slice(0, 5).map(([v, n]) => `${n} ${v.toFixed(2)}`).join(', '); s.hash = (await look(s.page)).hash; }
  }
}
const med = (v) => [...v].sort((a, b) => a - b)[v.length >> 1];
for (const s of sides) { console.log(scene, s.dir, s.hash, 'cpu', med(s.cpu).toFixed(3), 'least', Math.min(...s.cpu).toFixed(3), 'wall', med(s.wall).toFixed(3), 'others cpu', med(s.other).toFixed(3), '|', s.name); await end(s.browser); await s.server.close(); }
