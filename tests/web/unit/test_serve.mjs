/** The page's server: headers, types, ETags, ports, and nothing from outside its folder. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { serve } from '../../../web/serve.mjs';

let work, root, server;

before(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'moonlit-serve-'));
  root = path.join(work, 'root');
  await mkdir(path.join(root, 'sub folder'), { recursive: true });
  await writeFile(path.join(work, 'secret.txt'), 'secret');
  await writeFile(path.join(work, 'root-beside.txt'), 'secret');
  const names = ['index.html', 'a.js', 'a.wasm', 'a.lua', 'sub folder/index.html', 'odd.name'];
  for (const name of names) await writeFile(path.join(root, name), name);
  server = await serve({ root });
});
after(async () => {
  await server.close();
  await rm(work, { recursive: true });
});

/** As it stands: fetch would tidy the path up before it asks. */
function ask(rawPath, { method = 'GET', headers = {}, port = server.port } = {}) {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: rawPath, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    })
      .on('error', reject)
      .end();
  });
}

test('files have their types', async () => {
  const types = {
    '/a.js': 'text/javascript',
    '/a.wasm': 'application/wasm',
    '/a.lua': 'text/plain',
    '/odd.name': 'application/octet-stream',
  };
  for (const [name, type] of Object.entries(types)) {
    const { status, headers, text } = await ask(name);
    assert.equal(status, 200);
    assert.equal(headers['content-type'].split(';')[0], type);
    assert.equal(text, name.slice(1));
  }
});

test('a folder is its index.html, with a slash at its end', async () => {
  assert.equal((await ask('/?scene=hello')).text, 'index.html');
  assert.equal((await ask('/sub%20folder/')).text, 'sub folder/index.html');
  const { status, headers } = await ask('/sub%20folder?a=1');
  assert.deepEqual([status, headers.location], [301, '/sub%20folder/?a=1']);
});

test('every answer isolates the page, refusals too', async () => {
  for (const name of ['/', '/a.js', '/none.js']) {
    const { headers } = await ask(name);
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal(headers['cross-origin-embedder-policy'], 'require-corp');
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
  }
});

test('without headers it is a plain static host', async () => {
  const plain = await serve({ root, headers: false });
  const { status, headers } = await ask('/', { port: plain.port });
  await plain.close();
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(headers).filter((name) => name.startsWith('cross-origin')), []);
});

test('what has not changed is not sent again, and what has is', async () => {
  const file = path.join(root, 'changing.js');
  await writeFile(file, 'one');
  const { headers } = await ask('/changing.js');
  const again = { headers: { 'if-none-match': `"other", W/${headers.etag}` } };
  assert.equal(headers['cache-control'], 'no-cache');
  assert.deepEqual([(await ask('/changing.js', again)).status, (await ask('/changing.js', again)).text], [304, '']);
  await writeFile(file, 'two'); // as long as before
  assert.equal((await ask('/changing.js', again)).text, 'two');
});

test('nothing from outside its folder', async () => {
  const outside = ['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/../root-beside.txt', '/sub%20folder/../../secret.txt'];
  for (const name of [...outside, '//../secret.txt', '/%00', '/%']) {
    const { status, text } = await ask(name);
    assert.equal(status, 404, name);
    assert.doesNotMatch(text, /^secret/);
  }
});

test('reads only', async () => {
  assert.equal((await ask('/a.js', { method: 'POST' })).status, 405);
  const { status, headers, text } = await ask('/a.js', { method: 'HEAD' });
  assert.deepEqual([status, headers['content-length'], text], [200, '4', '']);
});

test('takes the next port where one is in use, or says that it is', async () => {
  const next = await serve({ root, port: server.port, next: true });
  assert.notEqual(next.port, server.port);
  assert.equal(next.url, `http://127.0.0.1:${next.port}/`);
  assert.equal((await ask('/', { port: next.port })).status, 200);
  await next.close();
  await assert.rejects(serve({ root, port: server.port }), { code: 'EADDRINUSE' });
});
