/** test_files.mjs - files for scenes: which path a file serves, what is kept, the gallery's by size and hash, what becomes of a drop. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { FilesStore, MOST_BYTES, bestFor, openDatabase, pathFor, serves, tidyPath } from '../../../web/keep/files-store.js';
import { sort } from '../../../web/ui/files.js';

/** A database in memory, as openDatabase gives one. */
function database(rows = [], { refuse = null } = {}) {
  const table = new Map(rows.map((row) => [row.path, row]));
  return {
    table,
    all: async () => [...table.values()],
    put: async (row) => {
      if (refuse) throw Object.assign(new Error(refuse), { name: refuse });
      table.set(row.path, row);
    },
    remove: async (path) => void table.delete(path),
  };
}

const text = async (bytes) => bytes && new TextDecoder().decode(await bytes);
const blob = (content) => new Blob([content], { type: 'image/png' });
const sha = (content) => createHash('sha256').update(content).digest('hex');

describe('paths', () => {
  test('a file serves what ends in its name', () => {
    assert.equal(serves('wood.jpg', 'wood.jpg'), 3);
    assert.equal(serves('./a//wood.jpg', 'a\\wood.jpg'), 3);
    assert.equal(serves('wood.jpg', 'textures/wood.jpg'), 2);
    assert.equal(serves('project/textures/wood.jpg', 'textures/wood.jpg'), 2);
    assert.equal(serves('WOOD.JPG', 'wood.jpg'), 2);
    assert.equal(serves('old/wood.jpg', 'new/wood.jpg'), 1);
    assert.equal(serves('driftwood.jpg', 'wood.jpg'), 0);
    assert.equal(serves('wood.png', 'wood.jpg'), 0);
    assert.equal(tidyPath('./a\\b//c.png'), 'a/b/c.png');
  });

  test('the best one is taken', () => {
    const kept = ['b/wood.jpg', 'wood.jpg', 'a/wood.jpg'];
    assert.equal(bestFor(kept, 'a/wood.jpg'), 'a/wood.jpg');
    assert.equal(bestFor(kept, 'c/wood.jpg'), 'wood.jpg');
    assert.equal(bestFor(kept, 'stone.jpg'), null);
  });

  test('a file is kept under the path that lacks it, or that it replaces', () => {
    assert.equal(pathFor('wood.jpg', ['textures/wood.jpg'], []), 'textures/wood.jpg');
    assert.equal(pathFor('wood.jpg', [], ['textures/wood.jpg']), 'textures/wood.jpg');
    assert.equal(pathFor('./new.jpg', ['textures/wood.jpg'], []), 'new.jpg');
  });
});

describe('the store', () => {
  test('gives what was dropped, also after a reload', async () => {
    const db = database();
    const store = new FilesStore({ database: Promise.resolve(db) });
    assert.equal(await store.get('textures/wood.png'), null);
    const changes = [];
    store.addEventListener('change', (event) => changes.push(event.detail.paths));
    const before = store.version;
    await store.add('wood.png', blob('grain'));
    assert.ok(store.version > before);
    assert.deepEqual(changes, [['textures/wood.png']], 'the paths that were asked for');
    assert.equal(await text(await store.get('textures/wood.png')), 'grain');
    assert.ok(store.has('wood.png') && !store.has('stone.png'));

    const again = new FilesStore({ database: Promise.resolve(db) });
    assert.equal(await text(await again.get('textures/wood.png')), 'grain');
    await again.add('wood.png', blob('other'));
    assert.equal(await text(await again.get('wood.png')), 'other');
    await store.refresh();
    assert.equal(await text(await store.get('wood.png')), 'other', 'another tab has replaced it');
    await again.remove('wood.png');
    assert.equal(await again.get('wood.png'), null);
    assert.equal(db.table.size, 0);
  });

  test('what the database did not take stays when another tab changes something', async () => {
    const db = database([], { refuse: 'QuotaExceededError' });
    const store = new FilesStore({ database: Promise.resolve(db) });
    await store.add('wood.png', blob('grain'));
    db.table.set('stone.png', { path: 'stone.png', size: 5, type: '', blob: blob('stone'), added: 1 });
    await store.refresh();
    assert.deepEqual(store.list.map(({ path }) => path), ['stone.png', 'wood.png']);
    await store.remove('wood.png');
    await store.refresh();
    assert.deepEqual(store.list.map(({ path }) => path), ['stone.png']);
  });

  test('a browser that refuses even to name its database', async () => {
    assert.equal(await openDatabase({ get indexedDB() { throw new Error('SecurityError'); } }), null);
  });

  test('refuses what is too large or empty', async () => {
    const store = new FilesStore();
    await assert.rejects(store.add('huge.png', { size: MOST_BYTES + 1 }), /256 MB/);
    await assert.rejects(store.add('none.png', blob('')), /empty/);
    assert.deepEqual(store.list, []);
  });

  test('goes on where nothing can be kept, and says so', async () => {
    for (const [db, words] of [[null, /keeps no files/], [database([], { refuse: 'QuotaExceededError' }), /no room/]]) {
      const store = new FilesStore({ database: Promise.resolve(db) });
      const said = [];
      store.addEventListener('trouble', (event) => said.push(event.detail));
      await store.add('wood.png', blob('grain'));
      assert.equal(await text(await store.get('wood.png')), 'grain');
      assert.equal(said.length, 1);
      assert.match(said[0], words);
    }
  });

  test('fetches the gallery’s files, checked, once; dropped ones come first', async () => {
    let fetched = 0;
    const gallery = (content, hash = sha('sky')) => new FilesStore({
      manifest: async () => [{ name: 'a' }, { name: 'b', assets: [{ path: 'img/sky.hdr', size: 3, hash }] }],
      fetch: async () => { fetched += 1; return content === null ? new Response('', { status: 404 }) : new Response(content); },
    });
    const store = gallery('sky');
    assert.equal(await text(await store.get('./img/sky.hdr')), 'sky');
    assert.equal(await text(await store.get('img/sky.hdr')), 'sky');
    assert.equal(fetched, 1);
    assert.equal(await store.get('sky.hdr'), null, 'only under its own path');
    await store.add('img/sky.hdr', blob('mine'));
    assert.equal(await text(await store.get('img/sky.hdr')), 'mine');
    await assert.rejects(gallery('sk').get('img/sky.hdr'), /another file/);
    await assert.rejects(gallery('sKy').get('img/sky.hdr'), /another file/);
    await assert.rejects(gallery(null).get('img/sky.hdr'), /could not be fetched/);
  });

  test('does not stumble over odd rows', async () => {
    const store = new FilesStore({ database: Promise.resolve(database([{ path: 'a.png' }, { path: 'b.png', blob: blob('b'), size: 1 }])) });
    await store.ready;
    assert.deepEqual(store.list.map(({ path }) => path), ['b.png']);
  });
});

test('what becomes of dropped files', () => {
  const drop = (...paths) => paths.map((path) => ({ path, file: path }));
  const names = ({ scene, kept, refused }) => [scene?.path ?? null, kept.map(([path]) => path), refused];
  assert.deepEqual(names(sort(drop('ball.lua'), [], [])), ['ball.lua', [], []]);
  assert.deepEqual(names(sort(drop('tree.lua'), ['lib/tree.lua'], [])), [null, ['lib/tree.lua'], []]);
  assert.deepEqual(names(sort(drop('tree.lua'), [], ['lib/tree.lua'])), [null, ['lib/tree.lua'], []]);
  assert.deepEqual(names(sort(drop('scene.lua', 'lib/tree.lua', 'img/wood.png'), [], [])), ['scene.lua', ['lib/tree.lua', 'img/wood.png'], []]);
  assert.deepEqual(names(sort(drop('WOOD.PNG', 'notes.txt', 'data'), ['a/data'], [])), [null, ['WOOD.PNG', 'a/data'], ['notes.txt']]);
});

test('whatever scenes read is taken: pictures, models with what they name, lamps', () => {
  const taken = ['a.png', 'a.jpg', 'a.jpeg', 'a.hdr', 'a.tga', 'a.bmp', 'chair.obj', 'chair.mtl', 'B.PLY', 'c.stl', 'd.gltf', 'd.bin', 'e.glb', 'lamp.ies'];
  const left = ['f.fbx', 'g.blend', 'h.zip', 'i.webp', 'obj', 'ply.txt'];
  const { scene, kept, refused } = sort([...taken, ...left].map((path) => ({ path, file: path })), [], []);
  assert.deepEqual([scene, kept, refused], [null, taken.map((path) => [path, path]), left]);
});

test('a model that is asked for in a folder, and its parts', () => {
  const drop = ['chair.obj', 'chair.mtl', 'wood.png', 'notes'].map((path) => ({ path, file: path }));
  const { kept, refused } = sort(drop, ['models/chair.obj', 'models/chair.mtl'], ['models/wood.png']);
  assert.deepEqual(kept.map(([path]) => path), ['models/chair.obj', 'models/chair.mtl', 'models/wood.png']);
  assert.deepEqual(refused, ['notes']);
});
