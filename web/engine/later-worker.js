/**
 * later-worker.js - the head of the script of the engine's threads (web/build.mjs puts it before emcc's own). A thread makes its instance of the
 * module here; when it first calls a function of the later part, it waits for the part's bytes (later.js) and makes an instance of it,
 * which fills the slots of this thread's table. A classic script: the words are those of later.js.
 */
/* exported makeInstance */
let laterShared = null;

self.addEventListener('message', (event) => {
  if (!event.data?.later) return;
  laterShared = event.data.later;
  event.stopImmediatePropagation(); // not for emcc's script
});

function makeInstance(module, imports) {
  const table = (exports) => Object.values(exports).find((each) => each instanceof WebAssembly.Table);
  let instance = null;
  let loaded = false;

  function load() {
    if (loaded) return;
    const words = new Int32Array(laterShared, 0, 3);
    Atomics.add(words, 2, 1);
    Atomics.wait(words, 0, 0);
    Atomics.sub(words, 2, 1);
    if (Atomics.load(words, 0) !== 1) throw new Error('a part of the engine could not be loaded');
    const bytes = new Uint8Array(laterShared, 12, Atomics.load(words, 1)).slice();
    loaded = Boolean(new WebAssembly.Instance(new WebAssembly.Module(bytes), { first: instance.exports }));
  }

  const slots = {
    get: (_, slot) => (...values) => {
      load();
      return table(instance.exports).get(Number(slot))(...values);
    },
  };
  instance = new WebAssembly.Instance(module, { ...imports, later: new Proxy({}, slots) });
  return instance;
}
