/**
 * build.mjs - puts the page together: what `make web` runs when the command, the modules and the gallery's pictures are built.
 *
 *   node web/build.mjs [--build build] [--moonlit build/moonlit] [--font .deps/font/Lato-Bold.ttf] [--out build/web]
 *
 * Reads the tree and, below --build: page-threads/{moonlit.js,moonlit.wasm,moonlit.worker.js,later.wasm} and page/single.{js,wasm}. Writes
 * --out: static files for any host, with relative addresses only. A file is written only if its content has changed, and what no build
 * writes any more is removed, so that a page being served never sees half of one. The gallery's pictures are kept in --build/web-pictures.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import esbuild from 'esbuild';
import { MOST_BYTES } from './engine/later.js';

const TREE = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const BROWSERS = ['chrome109', 'firefox115', 'safari16.4'];

const PICTURE = { width: 320, samples: Number(process.env.GALLERY_SAMPLES || 64) }; // of the gallery: pixels, samples per pixel
const LOOK = { width: 32, samples: 2 }; // as small as tells whether a picture is out of date

const { values: options } = parseArgs({
  options: { build: { type: 'string', default: path.join(TREE, 'build') }, moonlit: { type: 'string' }, font: { type: 'string' }, out: { type: 'string' } },
});
const build = path.resolve(options.build);
const command = path.resolve(options.moonlit ?? path.join(build, 'moonlit'));
const font = path.resolve(options.font ?? path.join(TREE, '.deps/font/Lato-Bold.ttf'));
const out = path.resolve(options.out ?? path.join(build, 'web'));

/** What the page consists of: name below `out` → content. */
const files = new Map();
const put = (name, content) => files.set(name, Buffer.from(content));
const digest = (content) => createHash('sha256').update(content).digest('hex');

/** The content of a file that another part of the build makes; says who when it is not there. */
async function need(file, maker) {
  return readFile(file).catch(() => {
    throw new Error(`${path.relative(TREE, file)} is not there: ${maker}.`);
  });
}

async function bundle(entry, name, more = {}) {
  const result = await esbuild.build({
    absWorkingDir: path.join(TREE, 'web'),
    entryPoints: [{ in: entry, out: name }],
    outdir: out,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    legalComments: 'none',
    format: 'esm',
    target: BROWSERS,
    logLevel: 'warning',
    ...more,
  });
  for (const file of result.outputFiles) put(path.relative(out, file.path), file.contents);
  return result.metafile;
}

/** The page's scripts and styles; index.html is told which chunks the first script loads anyway. */
async function scripts() {
  const { outputs } = await bundle('main.js', 'main', { splitting: true, chunkNames: 'chunks/[name]-[hash]' });
  await bundle('engine/single-worker.js', 'engine/single-worker');
  await bundle('styles/main.css', 'style');
  const main = Object.entries(outputs).find(([name]) => path.basename(name) === 'main.js')[1];
  const chunks = main.imports.filter((each) => each.kind === 'import-statement').map((each) => path.basename(each.path));
  const links = chunks.map((chunk) => `<link rel="modulepreload" href="chunks/${chunk}">\n`).join('');
  const html = (await readFile(path.join(TREE, 'web/index.html'), 'utf8')).replace('</head>', () => `${links}</head>`);
  checkPage(html);
  put('index.html', html);
}

/** The content-security policy forbids these; a browser would drop them without a word. */
function checkPage(html) {
  const wrong = html.match(/<style\b|\sstyle\s*=|\son[a-z]+\s*=|javascript:|<script(?![^>]*\ssrc=)[^>]*>/i);
  if (wrong) throw new Error(`web/index.html has '${wrong[0].trim()}', which its content-security policy forbids.`);
}

const MAKER = 'make web builds it';

async function engineScript(name, source) {
  const { code } = await esbuild.transform(source, { minify: true, target: BROWSERS, legalComments: 'none' });
  put(`engine/${name}`, code);
}

/** A module made by emcc: its script made smaller, as it is otherwise. */
async function engine(folder, name) {
  await engineScript(`${name}.js`, await need(path.join(folder, `${name}.js`), MAKER));
  put(`engine/${name}.wasm`, await need(path.join(folder, `${name}.wasm`), MAKER));
}

/** The threaded one is in two parts (split.mjs), and the script of its threads knows where to have the later one from. */
async function threadedEngine(folder) {
  await engine(folder, 'moonlit');
  const later = await need(path.join(folder, 'later.wasm'), MAKER);
  if (later.length > MOST_BYTES) throw new Error(`later.wasm has ${later.length} bytes; web/engine/later.js has room for ${MOST_BYTES}.`);
  put('engine/later.wasm', later);
  const instance = 'new WebAssembly.Instance(Module["wasmModule"],info)';
  const parts = (await need(path.join(folder, 'moonlit.worker.js'), MAKER)).toString().split(instance);
  if (parts.length !== 2) throw new Error(`moonlit.worker.js is not as web/build.mjs knows it: ${parts.length - 1} times '${instance}'.`);
  const head = await readFile(path.join(TREE, 'web/engine/later-worker.js'), 'utf8');
  await engineScript('moonlit.worker.js', `${head}\n${parts.join('makeInstance(Module["wasmModule"],info)')}`);
}

/** Runs the native command and returns what it prints. */
async function moonlit(...words) {
  const { stdout } = await promisify(execFile)(command, words, { maxBuffer: 64 << 20 });
  return stdout;
}

/** The first sentence of the comment that a scene begins with is its title, the rest tells more. */
function headOf(source, name) {
  const comment = /^--\s*(.*)/.exec(source)?.[1]?.trim();
  if (!comment) throw new Error(`scenes/${name}.lua does not begin with a comment that says what it shows.`);
  const [, title, more] = /^(.*?[.!?])(?:\s+(.*))?$/.exec(comment) ?? [null, comment, ''];
  return { title: title.replace(/\.$/, ''), about: more ?? '' };
}

/** Renders `file` as a JPEG of the given width, in the proportions of its own size. */
async function render(file, own, { width, samples }, picture) {
  const height = Math.max(1, Math.round((width * own.height) / own.width));
  await moonlit('render', file, '--size', `${width}x${height}`, '--samples', String(samples), '-o', picture, '--quiet');
  return { width, height };
}

/**
 * The picture of a scene, and the files that the scene reads. What is kept is good while command, scene and files are the same; and when
 * only the command is another one, while a tiny picture comes out as before.
 * @returns {Promise<{width: number, height: number, assets: string[], content: Buffer}>}
 */
async function picture(name, file, commandDigest) {
  const folder = path.join(build, 'web-pictures');
  const base = path.join(folder, name);
  const state = async (assets) => {
    const contents = await Promise.all([file, ...assets].map((each) => readFile(each)));
    return digest(JSON.stringify([PICTURE, ...contents.map(digest)]));
  };
  const below = (assets) => assets.map((asset) => path.join(path.dirname(file), asset));
  const kept = JSON.parse(await readFile(`${base}.json`, 'utf8').catch(() => '{"assets":[]}'));
  const unchanged = kept.scene === (await state(below(kept.assets)).catch(() => null)) && existsSync(`${base}.jpg`);
  if (!unchanged || kept.command !== commandDigest) {
    await mkdir(folder, { recursive: true });
    const { statistics } = JSON.parse((await moonlit('check', file, '--json', '--quiet')).trim().split('\n').at(-1));
    await render(file, statistics, LOOK, `${base}.look.jpg`);
    const look = digest(await readFile(`${base}.look.jpg`));
    if (!unchanged || kept.look !== look) {
      console.log(`  JPG   ${path.relative('.', `${base}.jpg`)}`);
      Object.assign(kept, await render(file, statistics, PICTURE, `${base}.jpg`));
    }
    Object.assign(kept, { command: commandDigest, look, assets: statistics.assets, scene: await state(below(statistics.assets)) });
    await writeFile(`${base}.json`, JSON.stringify(kept));
  }
  return { width: kept.width, height: kept.height, assets: kept.assets, content: await readFile(`${base}.jpg`) };
}

/** One scene: its script, picture and files, and its entry in scenes/index.json. */
async function scene(name, commandDigest) {
  const file = path.join(TREE, 'scenes', `${name}.lua`);
  const source = await readFile(file);
  const { width, height, assets, content } = await picture(name, file, commandDigest);
  const entries = [];
  for (const asset of assets) {
    const bytes = await readFile(path.join(TREE, 'scenes', asset));
    put(`scenes/${asset}`, bytes);
    entries.push({ path: asset, size: bytes.length, hash: digest(bytes) });
  }
  put(`scenes/${name}.lua`, source);
  put(`scenes/${name}.jpg`, content);
  return { name, ...headOf(source.toString(), name), file: `${name}.lua`, picture: `${name}.jpg`, width, height, assets: entries };
}

async function gallery() {
  const names = (await readdir(path.join(TREE, 'scenes'))).filter((file) => file.endsWith('.lua')).map((file) => file.slice(0, -4));
  const order = (name) => (name === 'hello' ? '' : name);
  names.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const commandDigest = digest(await readFile(command));
  const entries = [];
  for (const name of names) entries.push(await scene(name, commandDigest));
  // What text{} is set in belongs to no scene and to all: the first one's list names it, as lua/api_text.c does.
  const letters = await need(font, MAKER);
  put('scenes/fonts/Lato-Bold.ttf', letters);
  entries[0].assets.push({ path: 'fonts/Lato-Bold.ttf', size: letters.length, hash: digest(letters) });
  put('scenes/index.json', JSON.stringify(entries));
}

/** Last: the service worker knows all the other files by their contents, and is another one when any has changed. */
async function serviceWorker() {
  const manifest = Object.fromEntries([...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, content]) => [name, digest(content)]));
  const { code } = await esbuild.transform(await readFile(path.join(TREE, 'web/service-worker.js')), {
    minify: true,
    target: BROWSERS,
    define: { FILES: JSON.stringify(manifest), VERSION: JSON.stringify(digest(JSON.stringify(manifest)).slice(0, 16)) },
  });
  put('service-worker.js', code);
}

/** Writes what has changed, removes what is no longer made; returns the names of what has changed. */
async function write() {
  const changed = [];
  for (const [name, content] of files) {
    const file = path.join(out, name);
    const old = await readFile(file).catch(() => null);
    if (old?.equals(content)) continue;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(`${file}.new`, content);
    await rename(`${file}.new`, file);
    changed.push(name);
  }
  for (const entry of await readdir(out, { recursive: true, withFileTypes: true }).catch(() => [])) {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && !files.has(path.relative(out, file))) await rm(file);
  }
  return changed;
}

/** What a browser receives of the parts that have changed: KB, compressed. */
function sizes(changed) {
  const parts = {
    engine: /^engine\/moonlit\./,
    'its later part': /^engine\/later\./,
    'engine of one thread': /^engine\/single\./,
    'first script': /^main\.js/,
    editor: /^chunks\/editor/,
  };
  const texts = [];
  for (const [part, pattern] of Object.entries(parts)) {
    if (!changed.some((name) => pattern.test(name))) continue;
    const all = [...files].filter(([name]) => pattern.test(name));
    texts.push(`${part} ${Math.round(all.reduce((sum, [, content]) => sum + brotliCompressSync(content).length, 0) / 1024)} KB`);
  }
  return texts.length ? `; compressed: ${texts.join(', ')}` : '';
}

try {
  const parts = [
    ['the page', scripts],
    ['the threaded engine', () => threadedEngine(path.join(build, 'page-threads'))],
    ['the engine of one thread', () => engine(path.join(build, 'page'), 'single')],
    ['api.json', async () => put('api.json', JSON.stringify(JSON.parse(await moonlit('doc', '--json'))))],
    ['the gallery', gallery],
    ['the service worker', serviceWorker],
  ];
  for (const [name, make] of parts) {
    await make().catch((error) => {
      console.error(`web: ${name}: ${error.message}`);
      process.exitCode = 1;
    });
  }
  const changed = process.exitCode ? [] : await write(); // what is there stays, rather than half a page
  if (changed.length) {
    console.log(`  WEB   ${path.relative('.', out)}: ${changed.length} of ${files.size} files changed${sizes(changed)}`);
  }
} catch (error) {
  console.error(`web: ${error.message}`);
  process.exitCode = 1;
}
