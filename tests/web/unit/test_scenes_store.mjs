/** test_scenes_store.mjs - kept scenes: edits, runs that do not end, other tabs, names, deletion; storage that is full or forbidden. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Keeper, NEW_SCENE } from '../../../web/keep/keeper.js';
import { SceneStore, memoryStorage, storageOf } from '../../../web/keep/scenes-store.js';
import { Session } from '../../../web/session.js';

/** A tab: its session, keeper and notices, over a storage that others share. */
function tab(storage = memoryStorage(), own = memoryStorage()) {
  const session = new Session();
  const notices = [];
  session.addEventListener('notice', (event) => notices.push(event.detail));
  const store = new SceneStore(storage, own);
  const keeper = new Keeper(session, store, { timers: { setTimeout: () => 1, clearTimeout() {} } });
  session.scenes = keeper;
  return { session, store, keeper, notices, storage, own };
}

/** What the session emits by an engine. */
const emit = (session, type, more = {}) => {
  for (const [key, value] of Object.entries(more)) Object.defineProperty(session, key, { value, configurable: true, writable: true });
  session.dispatchEvent(Object.assign(new Event(type), { detail: null }));
};
const ran = (session) => emit(session, 'run');
const pictured = (session) => emit(session, 'frame', { frame: { current: true }, dirty: false });

const texts = ({ store }) => store.list().map(({ id, name }) => [name, store.text(id)]).sort();

describe('keeping', () => {
  test('every edit is kept at once, as the text it is', () => {
    const t = tab();
    t.keeper.openText({ name: 'ball.lua', text: 'sphere{}\n', from: 'hello', pristine: true });
    t.session.setText('sphere{}\n"a"\n', 'textarea');
    const values = Array.from({ length: t.storage.length }, (_, n) => t.storage.getItem(t.storage.key(n)));
    assert.ok(values.includes('sphere{}\n"a"\n'));
    const again = tab(t.storage, t.own);
    assert.ok(again.keeper.open(again.store.current));
    assert.deepEqual([again.session.text, again.session.name], ['sphere{}\n"a"\n', 'ball.lua']);
  });

  test('wishes come back with the scene', () => {
    const t = tab();
    t.keeper.create();
    t.session.setParameter('size', '2');
    t.session.setSize({ width: 7, height: 5 });
    t.session.setSamples(3);
    t.keeper.flush();
    const again = tab(t.storage);
    again.keeper.open(again.store.current);
    assert.deepEqual([...again.session.parameters], [['size', '2']]);
    assert.deepEqual([again.session.size, again.session.samples], [{ width: 7, height: 5 }, 3]);
  });

  test('what is not one’s own is gone with the next scene, what is edited stays', () => {
    const t = tab();
    t.keeper.openText({ name: 'cornell.lua', text: 'one', from: 'cornell', pristine: true });
    t.keeper.openText({ name: 'room.lua', text: 'two', from: 'room', pristine: true });
    t.session.setText('two, edited', 'textarea');
    t.keeper.openText({ name: 'room.lua', text: 'two', from: 'room', pristine: true });
    assert.deepEqual(texts(t), [['room 2.lua', 'two'], ['room.lua', 'two, edited']]);
  });

  test('what is not one’s own is listed only while it is shown, and tidied away later', () => {
    const t = tab();
    t.keeper.openText({ name: 'cornell.lua', text: 'one', from: 'cornell', pristine: true });
    assert.deepEqual(t.keeper.list.map(({ name }) => name), ['cornell.lua']);
    const b = tab(t.storage);
    b.keeper.openText({ name: 'cornell.lua', text: 'one', from: 'cornell', pristine: true });
    assert.deepEqual(b.keeper.list.map(({ id }) => id), [b.keeper.record.id]);
    assert.equal(b.session.name, 'cornell.lua', 'no second name because of it');
    b.session.setText('mine', 'textarea');
    b.keeper.tidy();
    assert.equal(texts(b).length, 2, 'another tab may show it');
    b.keeper.tidy(Date.now() + 2 * 24 * 3600 * 1000);
    assert.deepEqual(texts(b), [['cornell.lua', 'mine']]);
  });

  test('a text that others loaded is another scene', () => {
    const t = tab();
    t.keeper.create();
    t.session.setText('mine', 'textarea');
    t.session.setText('sphere{}', 'load', 'other.lua');
    assert.deepEqual(texts(t), [['other.lua', 'sphere{}'], ['untitled.lua', 'mine']]);
  });
});

describe('a run', () => {
  test('that came to no picture is not run again by itself', () => {
    const t = tab();
    t.keeper.openText({ name: 'loop.lua', text: 'while true do end' });
    ran(t.session);
    const again = tab(t.storage, t.own);
    const origins = [];
    again.session.addEventListener('text', (event) => origins.push(event.detail.origin));
    again.keeper.open(again.store.current);
    assert.equal(again.session.text, 'while true do end');
    assert.deepEqual(origins, ['restore']);
    assert.match(again.notices.at(-1).text, /not run by itself/);
  });

  for (const [what, end] of [
    ['came to a picture', pictured],
    ['was wrong', (session) => emit(session, 'state', { phase: 'wrong' })],
  ]) {
    test(`that ${what} is run again`, () => {
      const t = tab();
      t.keeper.openText({ name: 'ball.lua', text: 'sphere{}' });
      ran(t.session);
      end(t.session);
      const again = tab(t.storage, t.own);
      const origins = [];
      again.session.addEventListener('text', (event) => origins.push(event.detail.origin));
      again.keeper.open(again.store.current);
      assert.deepEqual([origins, again.notices], [['load'], []]);
    });
  }

  test('is kept before it begins', () => {
    const t = tab();
    t.keeper.create();
    t.session.setText('x'.repeat(100_000), 'textarea'); // too long to be written with each letter
    assert.notEqual(t.store.text(t.keeper.record.id).length, 100_000);
    ran(t.session);
    assert.equal(t.store.text(t.keeper.record.id).length, 100_000);
  });
});

describe('somebody else’s text', () => {
  test('is one’s own only if it was rendered here without limits', () => {
    const t = tab();
    t.keeper.openText({ name: 'a.lua', text: 'a' });
    assert.equal(t.keeper.ofLink('a'), null);
    pictured(t.session);
    t.keeper.flush();
    assert.equal(t.keeper.ofLink('a').id, t.keeper.record.id);
    // The same text with other wishes is nothing that has been seen here.
    assert.equal(t.keeper.ofLink('a', { parameters: [['count', '1000000']] }), null);
    assert.equal(t.keeper.ofLink('a', { size: { width: 65535, height: 65535 } }), null);
    t.session.setText('b', 'textarea');
    assert.equal(t.keeper.ofLink('b'), null);
  });

  test('keeps its limits until they are lifted', () => {
    const t = tab();
    t.keeper.openText({ name: 'a.lua', text: 'a', budget: 'link', from: 'link', pristine: true });
    pictured(t.session);
    t.keeper.flush();
    const { id } = t.keeper.record;
    assert.deepEqual([t.keeper.ofLink('a').id, t.keeper.ofLink('a').budget], [id, 'link'], 'the same link once more');
    const again = tab(t.storage, t.own);
    again.keeper.open(id);
    assert.equal(again.session.budget, 'link');
    again.session.setBudget('own');
    again.keeper.flush();
    const third = tab(t.storage, t.own);
    third.keeper.open(id);
    assert.equal(third.session.budget, 'own');
    assert.equal(third.keeper.ofLink('a').budget, 'own');
    assert.equal(third.keeper.ofLink('a', { samples: 65536 }).budget, 'link', 'lifted for what was seen, not for more');
  });

  test('the address says which one a link brought', () => {
    const t = tab();
    t.keeper.openText({ name: 'a.lua', text: 'a', from: 'link' }, { link: true });
    assert.equal(t.keeper.linked, t.keeper.record.id);
    t.keeper.openText({ name: 'b.lua', text: 'b', from: 'b' });
    assert.notEqual(t.keeper.linked, t.keeper.record.id);
  });
});

describe('two tabs', () => {
  function two() {
    const a = tab();
    a.keeper.openText({ name: 'ball.lua', text: 'first' });
    const b = tab(a.storage);
    b.keeper.open(a.keeper.record.id);
    return [a, b];
  }
  const tell = (to, from) => to.keeper.otherTab(`moonlit.text.${from.keeper.record.id}`, from.store.text(from.keeper.record.id));

  test('do not overwrite each other', () => {
    const [a, b] = two();
    b.session.setText('by b', 'textarea');
    tell(a, b);
    assert.match(a.notices[0].text, /another tab/);
    a.session.setText('by a', 'textarea');
    assert.deepEqual(texts(a), [['ball 2.lua', 'by a'], ['ball.lua', 'by b']]);
    assert.equal(a.session.name, 'ball 2.lua');
    a.session.setText('by a, more', 'textarea');
    b.session.setText('by b, more', 'textarea');
    assert.deepEqual(texts(a), [['ball 2.lua', 'by a, more'], ['ball.lua', 'by b, more']]);
  });

  test('can show the other’s', () => {
    const [a, b] = two();
    b.session.setText('by b', 'textarea');
    tell(a, b);
    a.keeper.flush(); // must not undo b's
    a.notices[0].action.run();
    assert.equal(a.session.text, 'by b');
    assert.deepEqual(texts(a), [['ball.lua', 'by b']]);
  });

  test('say nothing where nothing differs', () => {
    const [a, b] = two();
    tell(a, b);
    a.keeper.otherTab('something else', '1');
    a.keeper.otherTab(null, null);
    assert.deepEqual(a.notices, []);
  });
});

describe('named scenes', () => {
  test('new, renamed, duplicated', () => {
    const t = tab();
    t.keeper.create();
    assert.deepEqual([t.session.name, t.session.text], ['untitled.lua', NEW_SCENE]);
    assert.equal(t.keeper.rename('my/ball'), 'ball.lua');
    assert.equal(t.session.name, 'ball.lua');
    t.keeper.duplicate();
    t.session.setText('copy', 'textarea');
    assert.deepEqual(texts(t), [['ball 2.lua', 'copy'], ['ball.lua', NEW_SCENE]]);
    assert.equal(t.keeper.rename('Ball'), 'Ball 2.lua', 'a name that another has');
  });

  test('deleted, with a way back', () => {
    const t = tab();
    t.keeper.openText({ name: 'a.lua', text: 'a' });
    t.keeper.openText({ name: 'b.lua', text: 'b' });
    t.keeper.remove(t.keeper.record.id);
    assert.deepEqual([t.session.text, texts(t)], ['a', [['a.lua', 'a']]]);
    t.notices.at(-1).action.run();
    assert.deepEqual([t.session.text, texts(t)], ['b', [['a.lua', 'a'], ['b.lua', 'b']]]);
  });

  test('the last one deleted leaves a new one', () => {
    const t = tab();
    t.keeper.openText({ name: 'a.lua', text: 'a' });
    t.keeper.remove(t.keeper.record.id);
    assert.deepEqual(texts(t), [['untitled.lua', NEW_SCENE]]);
  });
});

describe('storage', () => {
  const refusing = (name) => ({ ...memoryStorage(), setItem() { throw Object.assign(new Error('no'), { name }); } });

  test('that is full is said once, and the page goes on', () => {
    const t = tab(refusing('QuotaExceededError'));
    t.keeper.openText({ name: 'a.lua', text: 'a' });
    t.session.setText('b', 'textarea');
    t.keeper.openText({ name: 'c.lua', text: 'c' });
    assert.deepEqual(texts(t), [['a.lua', 'b'], ['c.lua', 'c']]);
    assert.equal(t.notices.length, 1);
    assert.match(t.notices[0].text, /no more room/);
  });

  test('that is full does not lose the mark of a run, nor keep it for ever', () => {
    const own = memoryStorage();
    const full = refusing('QuotaExceededError');
    const store = new SceneStore(full, own);
    store.mark('a');
    assert.equal(new SceneStore(full, own).marked('a'), true, 'the page was loaded again');
    assert.equal(new SceneStore(full, memoryStorage()).marked('a'), false, 'another tab');
    store.unmark('a');
    assert.equal(new SceneStore(full, own).marked('a'), false);
  });

  test('that is forbidden is none', () => {
    const scope = { get localStorage() { throw new Error('SecurityError'); } };
    assert.equal(storageOf('localStorage', scope), null);
    const t = tab(null, null);
    t.keeper.openText({ name: 'a.lua', text: 'a' });
    assert.deepEqual(texts(t), [['a.lua', 'a']]);
    assert.match(t.notices[0].text, /does not let this page keep/);
    const looking = tab(null, null);
    looking.keeper.openText({ name: 'a.lua', text: 'a', pristine: true });
    assert.equal(looking.notices.length, 0, 'said when there is something to lose');
  });

  test('that is damaged loses no text', () => {
    const t = tab();
    t.storage.setItem('moonlit.text.x', 'sphere{}');
    t.storage.setItem('moonlit.scene.x', '{"name":');
    t.storage.setItem('moonlit.text.y', 'box{}');
    t.storage.setItem('moonlit.scene.y', '{"parameters":7}');
    assert.deepEqual(texts(t), [['scene.lua', 'box{}'], ['scene.lua', 'sphere{}']]);
    assert.ok(t.keeper.open('y'));
    assert.deepEqual([...t.session.parameters], []);
  });

  test('another tab’s scene is the one to begin with, one’s own after a reload', () => {
    const a = tab();
    a.keeper.openText({ name: 'a.lua', text: 'a' });
    const b = tab(a.storage);
    b.keeper.openText({ name: 'b.lua', text: 'b' });
    assert.equal(a.store.text(new SceneStore(a.storage, a.own).current), 'a');
    assert.equal(a.store.text(new SceneStore(a.storage, memoryStorage()).current), 'b');
  });
});
