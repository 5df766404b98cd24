/**
 * keeper.js - which of the kept scenes the session shows, and everything that leads to another one. Every edit is kept at once, and so is
 * every scene before it is run, with a mark: where the page went away before a picture came, the text is there again and is not run.
 *
 * A second tab with the same scene: what it changes later becomes a scene of its own, so that neither overwrites the other.
 */
import { fileName } from './link.js';

const SOON = 400; // ms: views and long scripts change faster than they need to be kept
const DAY = 24 * 3600 * 1000; // ms: what is not the user's own, and was left open in a tab that went away
const LONG = 64 * 1024; // characters of a script that is written a moment later

/** The script of a new scene. */
export const NEW_SCENE = `camera{ from = {0, 1.5, 6}, look_at = {0, 1, 0}, fov = 40 }
background{ {.55, .65, .8} }
plane{}
sphere{ center = {0, 1, 0}, material = "#b03a2e" }
`;

const KEPT_WISHES = ['parameters', 'camera', 'size', 'samples', 'budget'];

export class Keeper extends EventTarget {
  #session;
  #store;
  #timers;
  #timer = 0;
  #opening = false;
  #marked = false;
  #another = false; // another tab has changed our scene
  #said = false;

  /** `record` is the one that is shown, `linked` the id of the one that the newest link brought. 'change': the list or the one that is shown has changed. */
  constructor(session, store, { timers = globalThis } = {}) {
    super();
    this.#session = session;
    this.#store = store;
    this.#timers = timers;
    this.record = null;
    this.linked = null;
    session.addEventListener('text', (event) => { if (!this.#opening) this.#edited(event.detail.origin); });
    session.addEventListener('wanted', (event) => {
      if (!this.#opening && this.record && KEPT_WISHES.includes(event.detail.what)) this.#later();
    });
    session.addEventListener('run', () => this.#mark());
    session.addEventListener('frame', () => { if (session.frame?.current) this.#unmark(true); });
    session.addEventListener('state', () => {
      if (session.phase === 'wrong' || session.phase === 'idle') this.#unmark(session.phase === 'idle');
    });
  }

  get store() { return this.#store; }

  /** The user's own and the one that is shown, without their texts, the newest first. */
  get list() { return this.#store.list().filter(({ id, pristine }) => !pristine || id === this.record?.id); }

  /** Takes away what was never edited and is long gone from the screen. */
  tidy(now = Date.now()) {
    const { current } = this.#store;
    for (const { id, pristine, edited } of this.#store.list()) if (pristine && id !== current && edited < now - DAY) this.#store.remove(id);
  }

  // -- keeping --------------------------------------------------------------------------------------------------------------------

  #edited(origin) {
    const { text, name } = this.#session;
    if (origin === 'load' || origin === 'restore' || !this.record) {
      this.#leave();
      this.record = this.#fresh({ name, text });
    } else if (this.#another) {
      this.#fork();
      return;
    }
    const first = this.record.pristine;
    Object.assign(this.record, { text, name, pristine: false, proven: this.record.proven && text === this.record.text, edited: Date.now() });
    if (text.length > LONG) this.#later();
    else this.flush();
    if (first) this.#store.current = this.record.id;
    this.#changed();
  }

  #fresh(given) {
    return {
      id: this.#store.newId(), name: 'scene.lua', text: '', parameters: [], camera: null, size: null, samples: null, budget: 'own', from: '',
      pristine: false, proven: false, edited: Date.now(), ...given,
    };
  }

  #later() {
    if (!this.#timer) this.#timer = this.#timers.setTimeout(() => this.flush(), SOON);
  }

  /** Keeps what is shown as it is now. */
  flush() {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = 0;
    if (!this.record || this.#another) return;
    const { parameters, camera, size, samples, budget } = this.#session;
    Object.assign(this.record, { parameters: [...parameters], camera, size, samples, budget });
    if (!this.#store.put(this.record) && !this.record.pristine) this.#sayFull();
  }

  #sayFull() {
    if (this.#said) return;
    this.#said = true;
    this.#session.notify('warning', this.#store.keeps
      ? 'The browser has no more room to keep scenes. Delete some, or save this one as a file: it would be lost with the page.'
      : 'The browser does not let this page keep anything: scenes last as long as the page. Save what you want to keep.');
  }

  #mark() {
    if (!this.record) return;
    this.flush();
    this.#store.mark(this.record.id);
    this.#marked = true;
  }

  /** It has come to a picture, or to an end. */
  #unmark(good) {
    if (!this.record) return;
    if (this.#marked) this.#store.unmark(this.record.id);
    this.#marked = false;
    if (good && !this.record.proven && this.#session.budget === 'own' && !this.#session.dirty) {
      this.record.proven = true;
      this.#later();
    }
  }

  // -- another scene --------------------------------------------------------------------------------------------------------------

  /** Ends with the scene that is shown; what is not the user's own is not kept. */
  #leave() {
    this.#unmark(false);
    if (!this.record) return;
    this.flush();
    if (this.record.pristine) this.#store.remove(this.record.id);
    this.#another = false;
    this.record = null;
  }

  /** Shows a record. @param {object} [how] run: false: it waits for Render; link: the page's address says it */
  show(record, { run = true, link = false } = {}) {
    if (record.id !== this.record?.id) this.#leave();
    const session = this.#session;
    this.#opening = true;
    session.setBudget(record.budget);
    session.setText(record.text, run ? 'load' : 'restore', record.name);
    session.setParameters(new Map(record.parameters));
    session.setCamera(record.camera);
    session.setSize(record.size);
    session.setSamples(record.samples);
    this.#opening = false;
    this.#another = false;
    this.record = record;
    if (link) this.linked = record.id;
    record.text = session.text;
    this.#store.current = record.id;
    this.flush();
    if (run && !session.live) session.run();
    this.#changed();
  }

  /** One of the kept ones. What has not come to a picture last time is not run. false: it is not there. */
  open(id, { run = true } = {}) {
    if (id === this.record?.id && !this.#another) return true;
    const record = this.#store.get(id);
    if (record) this.reopen(record, { run });
    return record !== null;
  }

  /** Shows a kept one, perhaps with other wishes. @returns {boolean} whether it may be run */
  reopen(record, { run = true, link = false } = {}) {
    const marked = this.#store.marked(record.id);
    this.show(record, { run: run && !marked, link });
    if (marked) this.#tellMarked();
    return run && !marked;
  }

  #tellMarked() {
    this.#session.notify('warning', 'This scene had not come to a picture when the page was left. Its text is all here; it was not run by itself.',
      { label: 'Render', run: () => this.#session.run() });
  }

  /** A text that is not among the kept ones. @param {object} given name, text and more of a record */
  openText(given, how) {
    const name = this.#store.freeName(fileName(given.name));
    this.show(this.#fresh({ ...given, name }), how);
  }

  create() { this.openText({ name: 'untitled.lua', text: NEW_SCENE }); }

  duplicate() {
    if (!this.record) return;
    this.flush();
    const { name, text, parameters, camera, size, samples, budget, proven } = this.record;
    const copy = { name, text, parameters, camera, size, samples, budget, proven };
    this.record.pristine = false;
    this.flush();
    this.openText(copy);
  }

  /** @returns {string} the name that it got */
  rename(name) {
    if (!this.record) return this.#session.name;
    const free = this.#store.freeName(fileName(name), this.record.id);
    if (free === this.record.name) return free;
    this.record.name = free;
    this.record.pristine = false;
    this.#session.setText(this.#session.text, 'rename', free);
    return free;
  }

  /** Deletes a scene, with a way back. The one that is shown is followed by the newest of the others, or a new one. */
  remove(id) {
    if (id === this.record?.id) this.flush();
    const record = this.#store.get(id);
    if (!record) return;
    const shown = id === this.record?.id;
    this.#store.remove(id);
    if (shown) {
      this.record = null;
      this.#marked = false;
      const [next] = this.list;
      if (!next || !this.open(next.id)) this.create();
    }
    this.#session.notify('info', `${record.name} is deleted.`, { label: 'Undo', run: () => this.#restore(record, shown) });
    this.#changed();
  }

  #restore(record, shown) {
    const name = this.#store.freeName(record.name);
    this.#store.put({ ...record, name });
    if (shown) this.open(record.id);
    this.#changed();
  }

  /**
   * The user's own scene with this text, if it has been rendered here; else the one that the same link brought before; else null.
   * Without limits only with the very wishes that it has here: others may ask of the same text what nobody has seen.
   */
  ofLink(text, { parameters = [], size = null, samples = null } = {}) {
    const asked = JSON.stringify([parameters, size, samples]);
    const isAsked = (each) => JSON.stringify([each.parameters, each.size, each.samples]) === asked;
    const same = this.#store.list().filter(({ id }) => this.#store.text(id) === text);
    const own = same.find((each) => each.proven && each.budget === 'own' && isAsked(each));
    const found = own ?? same.find(({ from }) => from === 'link');
    if (!found) return null;
    return { ...this.#store.get(found.id), budget: isAsked(found) ? found.budget : 'link' };
  }

  // -- other tabs -----------------------------------------------------------------------------------------------------------------

  /** localStorage was changed by another tab. @param {string|null} key, newValue as of the storage event */
  otherTab(key, newValue) {
    const id = this.#store.idOf(key);
    if (id && id === this.record?.id && newValue !== this.record.text && !this.#another) this.#warn(id, newValue);
    this.#changed();
  }

  #warn(id, newValue) {
    const { name } = this.record;
    if (newValue === null) {
      if (!this.record.pristine) this.#session.notify('warning', `${name} was deleted in another tab. It is kept again as soon as you change it here.`);
      return;
    }
    this.#another = true;
    this.#session.notify('warning', `${name} has been changed in another tab. What you change here becomes a scene of its own.`,
      { label: 'Show that one', run: () => this.open(id) });
  }

  /** From now on this tab has a scene of its own. */
  #fork() {
    const { text } = this.#session;
    const name = this.#store.freeName(this.record.name);
    this.#another = false;
    this.record = { ...this.record, id: this.#store.newId(), name, text, pristine: false, proven: false, edited: Date.now() };
    this.#store.current = this.record.id;
    this.flush();
    this.#session.setText(text, 'rename', name);
  }

  #changed() { this.dispatchEvent(new Event('change')); }
}
