/* test_session.mjs - what the page wants and what comes of it (web/session.js), with an engine that does what it is told. */
import { beforeEach, describe, mock, test } from 'node:test';
import assert from 'node:assert/strict';
import { BUDGETS, LIVE_DELAY, Session, shrink } from '../../../web/session.js';

/** Keeps what it is asked for; tests answer in its place. */
class FakeEngine {
  constructor() {
    this.kind = 'threads';
    this.posts = [];
    this.calls = [];
    this.files = new Map();
    this.threads = 0;
  }
  get generation() { return this.posts.length; }
  get last() { return this.posts.at(-1); }
  post(request) { this.posts.push(structuredClone(request)); return this.posts.length; }
  stop(on) { this.calls.push(on ? 'stop' : 'go on'); }
  setThreads(n) { this.threads = n; }
  async provide(path, bytes) { this.files.set(path, bytes); }
  async forget(path) { this.files.delete(path); }

  say(state, hash = null, generation = this.generation) { this.onstate({ state, hash, generation }); }
  tell(report) { this.onreport({ generation: this.generation, ...report }); }
  finish(hash) { this.say('evaluating'); this.tell({ picture: PICTURE }); this.say('rendering'); this.say('idle', hash); }
}

const PICTURE = { width: 960, height: 540, samples: 64 };
const HASH = '0123456789abcdef';
const settle = async () => { for (let i = 0; i < 20; i += 1) await Promise.resolve(); };

let marks, session, engine, states, notices;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  marks = {};
  engine = new FakeEngine();
  session = new Session({ marks, threads: 2, maxThreads: 4, timers: { setTimeout, clearTimeout } });
  states = [];
  notices = [];
  session.addEventListener('state', (event) => states.push(event.detail));
  session.addEventListener('notice', (event) => notices.push(event.detail));
});

/** A session that has rendered `text`. */
async function rendered(text = 'sphere{}') {
  session.setText(text, 'load', 'ball.lua');
  await settle();
  session.start(engine);
  engine.finish(HASH);
  states.length = 0;
}

describe('the start', () => {
  test('loading until there is an engine; then what was asked for is posted', async () => {
    assert.equal(marks.state, 'loading');
    session.setText('sphere{}', 'load', 'ball.lua');
    session.setSize({ width: 32, height: 16 });
    await settle();
    assert.equal(marks.state, 'loading');
    session.start(engine);
    assert.equal(engine.posts.length, 1);
    assert.equal(engine.threads, 2);
    assert.deepEqual(engine.last, {
      source: 'sphere{}', name: 'ball.lua', parameters: [], width: 32, height: 16, samples: 0, camera: null,
      timeLimit: BUDGETS.own.timeLimit, scriptMemory: BUDGETS.own.scriptMemory, filesVersion: 0,
    });
    assert.equal(marks.state, 'rendering');
  });

  test('nothing to post: idle', () => {
    session.start(engine);
    assert.equal(engine.posts.length, 0);
    assert.equal(marks.state, 'idle');
  });

  test('a restored text waits for Render', async () => {
    session.setText('while true do end', 'restore');
    await settle();
    session.start(engine);
    session.setSize({ width: 8, height: 8 });
    session.setCamera({ kind: 'perspective' });
    session.setLive(false);
    session.setLive(true);
    await settle();
    assert.equal(engine.posts.length, 0);
    assert.equal(marks.state, 'idle');
    assert.equal(session.run(), 'posted');
    assert.equal(engine.last.source, 'while true do end');
    assert.equal(engine.last.width, 8);
  });

  test('Render before there is an engine is kept', () => {
    session.setText('sphere{}', 'restore');
    assert.equal(session.run(), 'waiting');
    session.start(engine);
    assert.equal(engine.posts.length, 1);
  });

  test('no engine at all: an error, and Render does not wait for ever', () => {
    session.fail('No WebAssembly here.');
    assert.equal(marks.state, 'error');
    assert.equal(notices[0].text, 'No WebAssembly here.');
    session.run();
    assert.equal(marks.state, 'error');
  });
});

describe('generation and hash', () => {
  test('the hash comes with idle, for the newest request only', async () => {
    await rendered();
    assert.equal(marks.state, 'idle');
    assert.equal(marks.hash, HASH);
    session.setSize({ width: 10, height: 10 });
    assert.ok(!('hash' in marks));
    await settle();
    engine.say('idle', 'ffffffffffffffff', engine.generation - 1);
    assert.ok(!('hash' in marks));
    assert.equal(marks.state, 'rendering');
    engine.say('rendering');
    engine.say('idle', 'eeeeeeeeeeeeeeee');
    assert.equal(marks.hash, 'eeeeeeeeeeeeeeee');
  });

  test('every wish grows the generation at once and takes the hash away', async () => {
    const wishes = [
      () => session.setText('box{}', 'textarea'), () => session.setSize({ width: 3, height: 4 }), () => session.setSamples(7),
      () => session.setParameter('count', 3), () => session.setCamera({ kind: 'perspective' }), () => session.setBudget('link'),
    ];
    for (const wish of wishes) {
      session = new Session({ marks, timers: { setTimeout, clearTimeout } });
      engine = new FakeEngine();
      await rendered();
      const before = Number(marks.generation);
      assert.equal(marks.hash, HASH);
      wish();
      assert.equal(Number(marks.generation), before + 1, wish.toString());
      assert.ok(!('hash' in marks));
      assert.equal(marks.state, 'rendering');
      wish();
      assert.equal(Number(marks.generation), before + 1, 'the same again is no new wish');
    }
  });

  test('threads are no part of the picture', async () => {
    await rendered();
    session.setThreads(3);
    assert.equal(engine.threads, 3);
    assert.equal(marks.hash, HASH);
    assert.equal(engine.posts.length, 1);
  });

  test('a view over a text that was not run has no hash', async () => {
    await rendered();
    session.setLive(false);
    session.setText('box{}');
    session.setCamera({ kind: 'perspective' });
    await settle();
    assert.equal(engine.last.source, 'sphere{}');
    engine.say('idle', HASH);
    assert.equal(marks.state, 'idle');
    assert.ok(!('hash' in marks));
  });
});

describe('live', () => {
  test('250 ms after the last key', async () => {
    await rendered();
    session.setText('box{}', 'editor');
    assert.equal(marks.state, 'rendering');
    mock.timers.tick(LIVE_DELAY - 1);
    session.setText('box{ }', 'editor');
    mock.timers.tick(LIVE_DELAY - 1);
    assert.equal(engine.posts.length, 1);
    mock.timers.tick(1);
    assert.equal(engine.posts.length, 2);
    assert.equal(engine.last.source, 'box{ }');
  });

  test('loaded scenes and written cameras at once, what belongs together in one request', async () => {
    await rendered();
    for (const origin of ['load', 'camera']) {
      const before = engine.posts.length;
      session.setText(`-- ${origin}`, origin);
      session.setParameter('n', 4);
      session.setSize({ width: 20, height: before });
      await settle();
      assert.equal(engine.posts.length, before + 1);
      assert.deepEqual(engine.last.parameters, [['n', '4']]);
      assert.equal(engine.last.height, before);
    }
  });

  test('off: texts and parameters wait for Render, size and view do not', async () => {
    await rendered();
    session.setLive(false);
    session.setText('box{}', 'textarea');
    session.setParameter('n', 2);
    mock.timers.tick(10 * LIVE_DELAY);
    await settle();
    assert.equal(engine.posts.length, 1);
    assert.equal(marks.state, 'idle');
    session.setSize({ width: 5, height: 5 });
    await settle();
    assert.equal(engine.last.source, 'sphere{}');
    assert.equal(engine.last.width, 5);
    assert.equal(session.run(), 'posted');
    assert.equal(engine.last.source, 'box{}');
    assert.deepEqual(engine.last.parameters, [['n', '2']]);
  });

  test('switched on again, it catches up; switched off, it lets go', async () => {
    await rendered();
    session.setText('box{}');
    session.setLive(false);
    mock.timers.tick(LIVE_DELAY);
    assert.equal(engine.posts.length, 1);
    session.setLive(true);
    await settle();
    assert.equal(engine.last.source, 'box{}');
  });

  test('a view moved while a text waits: at once, over the scene that is there; the text comes in its time', async () => {
    await rendered();
    session.setText('box{}');
    session.setCamera({ kind: 'perspective', fov: 30 });
    await settle();
    assert.equal(engine.last.source, 'sphere{}');
    engine.say('idle', HASH);
    assert.equal(marks.state, 'rendering');
    assert.ok(!('hash' in marks));
    mock.timers.tick(LIVE_DELAY);
    assert.equal(engine.last.source, 'box{}');
    assert.deepEqual(engine.last.camera, { kind: 'perspective', fov: 30 });
  });
});

describe('the view', () => {
  test('is kept over edits; another scene has its own', async () => {
    await rendered();
    engine.tell({ camera: { kind: 'perspective', fov: 20 }, picture: PICTURE });
    assert.equal(session.shownCamera.fov, 20);
    session.setCamera({ kind: 'perspective', fov: 40 });
    session.setText('box{}');
    mock.timers.tick(LIVE_DELAY);
    assert.equal(engine.last.camera.fov, 40);
    assert.equal(session.shownCamera.fov, 40);
    session.setSamples(5);
    session.setParameter('a', 1);
    session.setText('cone{}', 'load');
    await settle();
    assert.deepEqual([engine.last.camera, engine.last.samples, engine.last.parameters], [null, 0, []]);
  });
});

describe('Stop and Render', () => {
  test('Render after Stop goes on with the same film', async () => {
    await rendered();
    session.setSamples(1000);
    await settle();
    engine.say('rendering');
    session.stop();
    assert.deepEqual(engine.calls, ['stop']);
    engine.say('idle');
    assert.equal(marks.state, 'idle');
    assert.ok(!('hash' in marks));
    assert.equal(session.stopped, true);
    assert.equal(session.run(), 'resumed');
    assert.deepEqual(engine.calls, ['stop', 'go on']);
    assert.equal(engine.posts.length, 2);
    assert.equal(marks.state, 'rendering');
    engine.say('idle', HASH);
    assert.equal(marks.hash, HASH);
  });

  test('Render of what is complete leaves it; twice while running, too', async () => {
    await rendered();
    assert.equal(session.run(), 'complete');
    assert.equal(marks.hash, HASH);
    session.setSamples(9);
    await settle();
    engine.say('rendering');
    assert.equal(session.run(), 'running');
    assert.equal(engine.posts.length, 2);
  });

  test('forced, it runs the script again', async () => {
    await rendered();
    const { filesVersion } = engine.last;
    assert.equal(session.run({ force: true }), 'posted');
    assert.notEqual(engine.last.filesVersion, filesVersion);
    assert.ok(!('hash' in marks));
  });

  test('Render of a wrong scene tries again', async () => {
    await rendered();
    session.setText('spere{}', 'fix');
    await settle();
    engine.tell({ script: { errors: 1 } });
    engine.say('wrong');
    assert.equal(marks.state, 'error');
    const { filesVersion } = engine.last;
    assert.equal(session.run(), 'posted');
    assert.notEqual(engine.last.filesVersion, filesVersion);
    assert.equal(marks.state, 'rendering');
  });

  test('Stop while a text waits: it is not run; an edit begins anew', async () => {
    await rendered();
    session.setText('while true do end');
    session.stop();
    mock.timers.tick(LIVE_DELAY);
    assert.equal(engine.posts.length, 1);
    engine.say('idle');
    assert.equal(marks.state, 'idle');
    session.setText('box{}');
    mock.timers.tick(LIVE_DELAY);
    assert.equal(engine.last.source, 'box{}');
    assert.deepEqual(engine.calls, ['stop', 'go on']);
    assert.equal(session.stopped, false);
  });

  test('Stop when nothing runs does nothing', async () => {
    await rendered();
    session.stop();
    assert.deepEqual(engine.calls, []);
    assert.equal(marks.hash, HASH);
  });

  test('states of older requests do not count', async () => {
    await rendered();
    session.setSamples(9);
    await settle();
    engine.say('wrong', null, 1);
    engine.say('idle', HASH, 1);
    assert.equal(marks.state, 'rendering');
  });
});

describe('mistakes', () => {
  test('an error, whichever of report and state comes first', async () => {
    await rendered();
    session.setText('a', 'fix');
    await settle();
    engine.say('wrong');
    assert.equal(marks.state, 'rendering');
    engine.tell({ script: { errors: 1 } });
    assert.equal(marks.state, 'error');
    session.setText('b', 'fix');
    await settle();
    engine.say('wrong');
    mock.timers.tick(1000);
    assert.equal(marks.state, 'error');
  });

  test('a view of a wrong scene stays wrong without another report', async () => {
    await rendered();
    session.setText('a', 'fix');
    await settle();
    engine.tell({ script: { errors: 1 } });
    engine.say('wrong');
    session.setSamples(3);
    await settle();
    engine.say('wrong');
    assert.equal(marks.state, 'error');
  });
});

describe('a fault of the engine', () => {
  beforeEach(async () => {
    await rendered();
    session.setText('crash()', 'fix');
    await settle();
    engine.say('evaluating');
    engine.onfault('The engine stopped: it has been started again.');
  });

  test('is said; the text stays and is not run again by itself', async () => {
    assert.equal(marks.state, 'error');
    assert.equal(session.text, 'crash()');
    assert.equal(notices.at(-1).kind, 'error');
    engine.onready();
    session.setCamera({ kind: 'perspective' });
    session.setSize({ width: 4, height: 4 });
    session.setParameter('a', 1);
    await session.filesChanged();
    await settle();
    assert.equal(engine.posts.length, 2);
    assert.equal(marks.state, 'error');
  });

  test('an engine that cannot be started again: an error, and Render does not wait for ever', () => {
    engine.onfault('No memory.', 'lost');
    assert.equal(notices.at(-1).text, 'No memory.');
    session.run();
    assert.equal(marks.state, 'error');
  });

  test('a text that the engine does not take is said; a shorter one runs', async () => {
    engine.onready();
    const { post } = engine;
    engine.post = () => { throw new Error('too long'); };
    session.setText('much', 'load');
    await settle();
    assert.equal(notices.at(-1).text, 'too long');
    assert.equal(marks.state, 'error');
    engine.post = post;
    session.setText('little', 'load');
    await settle();
    assert.equal(engine.last.source, 'little');
    assert.equal(marks.state, 'rendering');
  });

  test('an edit runs', async () => {
    engine.onready();
    session.setText('box{}', 'textarea');
    mock.timers.tick(LIVE_DELAY);
    assert.equal(engine.last.source, 'box{}');
    assert.equal(marks.state, 'rendering');
  });

  test('Render runs, also while the new engine is being made', async () => {
    notices.at(-1).action.run();
    assert.equal(engine.posts.length, 2);
    assert.equal(marks.state, 'rendering');
    engine.onready();
    assert.equal(engine.last.source, 'crash()');
    assert.equal(engine.posts.length, 3);
  });

  test('the new engine gets files again', async () => {
    const bytes = new Uint8Array([1]);
    session.files = { version: 1, get: async () => bytes };
    engine.onready();
    session.setText('image "a.png"', 'fix');
    await settle();
    engine.tell({ missing: ['a.png'] });
    await settle();
    assert.equal(engine.files.get('a.png'), bytes);
    engine.files.clear();
    engine.onfault('again');
    engine.onready();
    session.run();
    engine.tell({ missing: ['a.png'] });
    await settle();
    assert.equal(engine.files.get('a.png'), bytes);
  });
});

describe('files', () => {
  const store = new Map();
  beforeEach(async () => {
    store.clear();
    session.files = { version: 1, has: (path) => store.has(path), get: async (path) => store.get(path) ?? null };
    session.setText('image "wood.jpg"', 'load');
    await settle();
    session.start(engine);
  });
  const drop = (path, bytes) => { store.set(path, bytes); session.files.version += 1; };

  test('what is missing is handed over, and the scene runs again, without an error in between', async () => {
    drop('wood.jpg', new Uint8Array([1, 2]));
    engine.say('wrong');
    engine.tell({ missing: ['wood.jpg'] });
    assert.equal(marks.state, 'rendering');
    await settle();
    assert.equal(engine.files.get('wood.jpg').length, 2);
    assert.equal(engine.posts.length, 2);
    assert.notEqual(engine.last.filesVersion, engine.posts[0].filesVersion);
    assert.ok(!states.includes('error'));
  });

  test('what nobody has is an error, until it is dropped', async () => {
    engine.tell({ missing: ['wood.jpg'] });
    engine.say('wrong');
    await settle();
    assert.equal(marks.state, 'error');
    assert.equal(engine.posts.length, 1);
    const before = Number(marks.generation);
    drop('wood.jpg', new Uint8Array([1]));
    await session.filesChanged(['wood.jpg']);
    assert.equal(engine.posts.length, 2);
    assert.ok(Number(marks.generation) > before);
    assert.ok(engine.files.has('wood.jpg'));
  });

  test('a file that the scene does not use changes nothing', async () => {
    engine.finish(HASH);
    drop('other.png', new Uint8Array([1]));
    await session.filesChanged(['other.png']);
    assert.equal(engine.posts.length, 1);
    assert.equal(marks.hash, HASH);
  });

  test('changed and removed files reach the engine', async () => {
    drop('wood.jpg', new Uint8Array([1]));
    engine.tell({ missing: ['wood.jpg'] });
    await settle();
    engine.finish(HASH);
    drop('wood.jpg', new Uint8Array([9]));
    await session.filesChanged(['wood.jpg']);
    assert.equal(engine.files.get('wood.jpg')[0], 9);
    assert.equal(engine.posts.length, 3);
    engine.finish(HASH);
    store.clear();
    await session.filesChanged();
    assert.equal(engine.files.size, 0);
    assert.equal(engine.posts.length, 4);
  });

  test('Render notices another version by itself', async () => {
    engine.tell({ missing: ['wood.jpg'] });
    engine.say('wrong');
    await settle();
    drop('wood.jpg', new Uint8Array([1]));
    assert.equal(session.run(), 'waiting');
    await settle();
    assert.equal(engine.posts.length, 2);
    assert.ok(engine.files.has('wood.jpg'));
  });

  test('a file that the engine has no room for: said, and no endless round', async () => {
    drop('wood.jpg', new Uint8Array([1]));
    engine.provide = async () => { throw new Error('no room'); };
    engine.tell({ missing: ['wood.jpg'] });
    engine.say('wrong');
    await settle();
    assert.equal(notices.at(-1).text, 'wood.jpg: no room');
    assert.equal(marks.state, 'error');
    assert.equal(engine.posts.length, 1);
  });

  test('a fault while files are fetched: they are let go', async () => {
    let give;
    session.files.get = () => new Promise((resolve) => { give = resolve; });
    engine.tell({ missing: ['wood.jpg'] });
    await settle();
    engine.onfault('gone');
    engine.onready();
    give(new Uint8Array([1]));
    await settle();
    assert.equal(engine.files.size, 0);
    assert.equal(engine.posts.length, 1);
    assert.equal(marks.state, 'error');
  });

  test('a fault while a file is handed over: the next engine gets it', async () => {
    drop('wood.jpg', new Uint8Array([1]));
    let refuse;
    const { provide } = engine;
    engine.provide = () => new Promise((_, reject) => { refuse = reject; });
    engine.tell({ missing: ['wood.jpg'] });
    await settle();
    refuse(new Error('The engine was started again.'));
    engine.onfault('gone', 'fault');
    await settle();
    assert.equal(notices.at(-1).text, 'gone');
    engine.provide = provide;
    engine.onready();
    session.run();
    engine.tell({ missing: ['wood.jpg'] });
    await settle();
    assert.ok(engine.files.has('wood.jpg'));
  });

  test('a change that leaves nothing to hand over ends where it began; Render runs all the same', async () => {
    engine.tell({ missing: ['wood.jpg'] });
    engine.say('wrong');
    await settle();
    await session.filesChanged(['wood.jpg']);
    assert.equal(marks.state, 'error');
    assert.equal(engine.posts.length, 1);
    session.files.version += 1;
    assert.equal(session.run(), 'waiting');
    await settle();
    assert.equal(engine.posts.length, 2);
  });

  test('files that come together, each while another is on its way: the last run has all of them, and counts', async () => {
    // As the page drops them: the second is in the store when the first has made the scene run
    const turns = [];
    engine.provide = (path, bytes) => new Promise((resolve) => { turns.push(() => { engine.files.set(path, bytes); resolve(); }); });
    const turn = async () => {
      turns.shift()();
      await settle();
    };
    engine.tell({ missing: ['a.obj', 'b.ply'] });
    engine.say('wrong');
    await settle();
    drop('a.obj', new Uint8Array([1]));
    session.filesChanged(['a.obj']);
    await settle();
    await turn();
    assert.equal(engine.posts.length, 2);
    drop('b.ply', new Uint8Array([2]));
    session.filesChanged(['b.ply']);
    engine.tell({ missing: ['b.ply', 'a.mtl'] }); // of the run with a.obj alone: b.ply is asked for once more
    engine.say('wrong');
    await settle();
    while (turns.length) await turn();
    assert.deepEqual([...engine.files.keys()], ['a.obj', 'b.ply']);
    engine.finish(HASH);
    await settle();
    assert.equal(engine.last.filesVersion, Math.max(...engine.posts.map(({ filesVersion }) => filesVersion)));
    assert.deepEqual([marks.state, marks.hash], ['idle', HASH]);
  });

  test('a view that is posted while a missing file comes: the scene runs with the file', async () => {
    let give;
    session.files.get = () => new Promise((resolve) => { give = resolve; });
    engine.tell({ missing: ['wood.jpg'] });
    engine.say('wrong');
    await settle();
    session.setSize({ width: 64, height: 36 });
    await settle();
    assert.equal(engine.posts.length, 2);
    engine.say('wrong');
    give(new Uint8Array([1]));
    await settle();
    assert.equal(engine.posts.length, 3);
    assert.notEqual(engine.posts[2].filesVersion, engine.posts[1].filesVersion);
    engine.finish(HASH);
    assert.deepEqual([marks.state, marks.hash], ['idle', HASH]);
  });

  test('a text that is posted while a missing file comes asks for it by its own report', async () => {
    let give;
    session.files.get = () => new Promise((resolve) => { give = resolve; });
    engine.tell({ missing: ['wood.jpg'] });
    engine.say('wrong');
    await settle();
    session.setText('image "wood.jpg" sphere{}', 'fix');
    await settle();
    assert.equal(engine.posts.length, 2);
    give(new Uint8Array([1]));
    await settle();
    assert.equal(engine.posts.length, 2, 'it may have seen the file');
    engine.tell({ missing: ['wood.jpg'] }); // it has not
    engine.say('wrong');
    await settle();
    assert.equal(engine.posts.length, 3);
    engine.finish(HASH);
    assert.deepEqual([marks.state, marks.hash], ['idle', HASH]);
  });

  test('Stop while a changed file is handed over: nothing runs', async () => {
    drop('wood.jpg', new Uint8Array([1]));
    engine.tell({ missing: ['wood.jpg'] });
    await settle();
    engine.finish(HASH);
    const posts = engine.posts.length;
    drop('wood.jpg', new Uint8Array([2]));
    const changing = session.filesChanged(['wood.jpg']);
    assert.equal(marks.state, 'rendering');
    session.stop();
    await changing;
    assert.equal(engine.posts.length, posts);
    assert.equal(marks.state, 'idle');
  });

  test('another scene is restored while a file is fetched: it is not run', async () => {
    let give;
    session.files.get = () => new Promise((resolve) => { give = resolve; });
    engine.tell({ missing: ['wood.jpg'] });
    await settle();
    session.setText('box{}', 'restore');
    give(new Uint8Array([1]));
    await settle();
    assert.equal(engine.posts.length, 1);
    assert.equal(marks.state, 'idle');
  });
});

describe('the budget of links', () => {
  test('time, memory, and what the user asks for', async () => {
    session.setBudget('link');
    session.setText('sphere{}', 'load');
    session.setSize({ width: 4000, height: 1000 });
    session.setSamples(1000);
    await settle();
    session.start(engine);
    assert.equal(engine.last.timeLimit, 2);
    assert.equal(engine.last.scriptMemory, 64 * 1024 * 1024);
    assert.deepEqual([engine.last.width, engine.last.height], [2560, 640]);
    assert.equal(engine.last.samples, 256);
  });

  test('what the scene says is asked for again, smaller, once, and also for other views of it', async () => {
    session.setBudget('link');
    await rendered();
    engine.tell({ picture: { width: 4096, height: 4096, samples: 1024 } });
    assert.deepEqual([engine.last.width, engine.last.height, engine.last.samples], [1280, 1280, 256]);
    const count = engine.posts.length;
    engine.tell({ picture: { width: 1280, height: 1280, samples: 256 } });
    assert.equal(engine.posts.length, count);
    session.setCamera({ kind: 'perspective' });
    await settle();
    assert.deepEqual([engine.last.width, engine.last.samples], [1280, 256]);
    assert.equal(notices.length, 1);
    notices[0].action.run();
    await settle();
    assert.deepEqual([engine.last.width, engine.last.samples, engine.last.timeLimit], [0, 0, 10]);
  });

  test('shrink keeps the shape and the bound', () => {
    assert.deepEqual(shrink({ width: 100, height: 50 }, 5000), { width: 100, height: 50 });
    for (const size of [{ width: 1920, height: 1080 }, { width: 65535, height: 1 }, { width: 3, height: 60000 }, { width: 9999, height: 7 }]) {
      const small = shrink(size, 1000);
      assert.ok(small.width * small.height <= 1000 && small.width >= 1 && small.height >= 1, JSON.stringify(small));
    }
  });
});

describe('events', () => {
  test('frames carry their pixels, and whether they show what is wanted', async () => {
    await rendered();
    const seen = [];
    session.addEventListener('frame', (event) => seen.push(event.detail.bands));
    engine.onframe({ width: 2, height: 1, generation: 1, scale: 1, bands: ['pixels'] });
    assert.deepEqual(seen, [['pixels']]);
    assert.equal(session.frame.current, true);
    engine.onframe({ width: 2, height: 1, generation: 0, scale: 1, bands: [] });
    assert.equal(session.frame.current, false);
  });

  test('what comes alone is posted before anybody hears of it', async () => {
    await rendered();
    const posted = [];
    for (const event of ['text', 'run']) session.addEventListener(event, () => posted.push([event, engine.last.source]));
    session.setText('sphere{ radius = 2 }', 'fix');
    await settle();
    assert.deepEqual(posted, [['text', 'sphere{ radius = 2 }'], ['run', 'sphere{ radius = 2 }']]);
    session.setLive(false);
    session.setText('sphere{ radius = 3 }', 'step');
    await settle();
    assert.equal(engine.posts.length, 2);
    assert.equal(session.dirty, true);
  });

  test("'run' with every evaluation, and not for views", async () => {
    let runs = 0;
    session.addEventListener('run', () => { runs += 1; });
    await rendered();
    assert.equal(runs, 1);
    session.setCamera({ kind: 'perspective' });
    await settle();
    assert.equal(engine.posts.length, 2);
    assert.equal(runs, 1);
  });
});
