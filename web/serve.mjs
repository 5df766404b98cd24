/**
 * serve.mjs - a static web server for the page, on 127.0.0.1 alone.
 *
 *   PORT=8000 node web/serve.mjs [FOLDER]     serves build/web, at PORT or the next port that is free, and prints the address
 *   import { serve } from '…/serve.mjs'       for tests
 *
 * It sends the headers with which browsers lend a page shared memory. Answers carry an ETag of the content and are asked for again each
 * time, so that a rebuilt page is seen at the next reload.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.lua': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
};

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** The file that an URL's path names, or null when it is not below `root`. */
function fileOf(root, pathname) {
  let name;
  try {
    name = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (name.includes('\0')) return null;
  const file = path.join(root, name);
  return file === root || file.startsWith(root + path.sep) ? file : null;
}

async function answer(root, headers, request, response) {
  const { pathname, search } = new URL(`http://localhost${request.url.startsWith('/') ? request.url : '/'}`);
  const say = (status, text, more = {}) => {
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers, ...more });
    response.end(request.method === 'HEAD' ? undefined : text);
  };
  if (request.method !== 'GET' && request.method !== 'HEAD') return say(405, 'Only GET and HEAD.\n', { Allow: 'GET, HEAD' });
  let file = fileOf(root, pathname);
  let found = file && (await stat(file).catch(() => null));
  if (found?.isDirectory()) {
    if (!pathname.endsWith('/')) return say(301, '', { Location: `${pathname}/${search}`.replace(/^\/+/, '/') });
    file = path.join(file, 'index.html');
    found = await stat(file).catch(() => null);
  }
  if (!found?.isFile()) return say(404, `${pathname} is not there.\n`);
  const content = await readFile(file);
  const tag = `"${createHash('sha256').update(content).digest('hex').slice(0, 16)}"`;
  const all = {
    'Content-Type': TYPES[path.extname(file)] ?? 'application/octet-stream',
    'Cache-Control': 'no-cache',
    'X-Content-Type-Options': 'nosniff',
    ETag: tag,
    ...headers,
  };
  if (request.headers['if-none-match']?.split(/\s*,\s*/).some((known) => known.replace(/^W\//, '') === tag)) {
    response.writeHead(304, all);
    return response.end();
  }
  response.writeHead(200, { ...all, 'Content-Length': content.length });
  response.end(request.method === 'HEAD' ? undefined : content);
}

function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve(server.address().port);
    });
  });
}

/**
 * Serves the folder `root`.
 * @param {object} options
 * @param {string} options.root
 * @param {number} [options.port] 0: any that is free
 * @param {boolean} [options.next] takes the next free port where `port` is in use, up to 100 further
 * @param {boolean} [options.headers] false: as a static host that knows nothing of isolation
 * @returns {Promise<{url: string, port: number, close: () => Promise<void>}>} url ends with a slash
 */
export async function serve({ root, port = 0, next = false, headers = true }) {
  const folder = path.resolve(root);
  const isolation = headers ? ISOLATION : {};
  const server = createServer((request, response) => {
    answer(folder, isolation, request, response).catch((error) => {
      if (!response.headersSent) response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8', ...isolation });
      response.end(`${error.message}\n`);
    });
  });
  const last = next && port ? Math.min(port + 100, 65535) : port;
  for (let wanted = port; ; wanted++) {
    try {
      const got = await listen(server, wanted);
      return {
        url: `http://127.0.0.1:${got}/`,
        port: got,
        close: () =>
          new Promise((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      };
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || wanted >= last) throw error;
    }
  }
}

async function main() {
  const root = process.argv[2] ?? 'build/web';
  const port = Number(process.env.PORT || 8000);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`PORT is to be a number from 0 to 65535, not '${process.env.PORT}'.`);
  }
  if (!(await stat(path.join(root, 'index.html')).catch(() => null))) throw new Error(`${root} has no index.html: run \`make web\` first.`);
  const { url } = await serve({ root, port, next: true });
  console.log(`moonlit is at ${url}  (Ctrl-C ends)`);
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(`serve: ${error.message}`);
    process.exitCode = 1;
  });
}
