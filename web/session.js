/* session.js - what is wanted of the renderer, and what has come of it. Every part of the page talks to this one object.
 *
 *   text, parameters, size, samples, camera …  --(live, Render)-->  engine.post()      wanted
 *   state, report, figures, frame, hash        <--callbacks-------  engine             come of it
 *
 * Wishes made in one task are posted together. Texts and parameters wait for Render where `live` is off; size, samples and camera never
 * do: they are posted with the text that ran last. Nothing that was not asked for runs: not before start(), not after a fault, not a
 * text of the origin 'restore'.
 *
 * Knows no document: `marks` is document.body.dataset, or any object. `marks.generation` grows with every wish at once, and `marks.hash`
 * is there only for what is wanted now. Times are in ms unless named otherwise, sizes in pixels, memory in bytes. */

/** How long live mode waits after the last change of the text. */
export const LIVE_DELAY = 250;
/** How long a wrong state waits for the report that says why (it may need files that the page has). */
const REPORT_DELAY = 300;

const MiB = 1024 * 1024;

/** What scripts may cost: one's own, and those that came by a link. */
export const BUDGETS = {
  own: { timeLimit: 10, scriptMemory: 256 * MiB, pixels: Infinity, samples: Infinity },
  link: { timeLimit: 2, scriptMemory: 64 * MiB, pixels: 1280 * 1280, samples: 256 },
};

/** Origins of a text that run at once when live; 'restore' does not run by itself; all others wait LIVE_DELAY. */
const IMMEDIATE = new Set(['load', 'fix', 'camera', 'step']);
/** Of these, what comes alone: it is posted before anybody hears of it, since editor and storage take their time. */
const ALONE = new Set(['fix', 'step']);

/** The largest size of the same shape with at most `pixels` pixels. */
export function shrink({ width, height }, pixels) {
  if (width * height <= pixels) return { width, height };
  const factor = Math.sqrt(pixels / (width * height));
  const side = (value) => Math.max(1, Math.floor(value * factor));
  const small = { width: side(width), height: side(height) };
  // A very long strip keeps one pixel of height; its length takes what is left.
  if (small.width * small.height > pixels) {
    if (small.width > small.height) small.width = Math.floor(pixels / small.height);
    else small.height = Math.floor(pixels / small.width);
  }
  return small;
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

export class Session extends EventTarget {
  #marks;
  #timers;
  #timer = 0;           // of live mode: a text waits to be posted
  #due = '';            // what is posted at the end of this task: '', 'view' or 'text' (and the view)
  #waiting = false;     // a run is wanted, but no engine is ready
  #ran = null;          // {text, name, parameters} posted last: what size and camera are posted with; null: nothing, or it broke the engine
  #dirty = true;        // text, parameters or files differ from #ran
  #sent = null;         // the newest request
  #posted = 0;          // the engine's generation of it
  #postedFor = 0;       // our generation at that time
  #phase = null;        // the engine's newest state that speaks of #posted
  #started = false;     // the engine is ready
  #faulted = false;
  #dead = false;        // there will never be an engine
  #stopped = false;
  #stops = 0;           // grows with every stop()
  #reportDue = false;   // the script is evaluated: a report comes
  #reportTimer = 0;
  #clamp = null;        // {size, samples} within the budget where the scene itself says more
  #clampSaid = '';
  #engineRun = 0;       // grows with every fault: what was under way for an older one is dropped
  #fetching = 0;        // files on their way to the engine
  #filesPosted = 0;     // grows with every change of the engine's files, and with forced runs
  #filesSeen = null;    // files.version of that time
  #provided = new Set();
  #refused = new Set(); // missing files that nobody has

  /** @param {object} [options] marks: where state, generation and hash are shown; threads, maxThreads: 1 or more; timers: for tests. */
  constructor({ marks = {}, threads = 1, maxThreads = threads, timers = globalThis } = {}) {
    super();
    this.#marks = marks;
    this.#timers = timers;
    this.text = '';
    this.name = 'scene.lua';
    this.parameters = new Map();
    this.size = null;
    this.samples = null;
    this.camera = null;
    this.threads = threads;
    this.maxThreads = maxThreads;
    this.live = true;
    this.budget = 'own';
    this.files = null;
    this.engine = null;
    this.report = null;
    this.figures = null;
    this.frame = null; // {width, height, generation, scale, current} of the newest frame, without its pixels
    this.hash = null;
    this.generation = 0;
    this.state = 'loading';
    this.#mark();
  }

  get scriptCamera() { return this.report?.camera ?? null; }
  get shownCamera() { return this.camera ?? this.scriptCamera; }
  get stopped() { return this.#stopped; }
  /** Text, parameters or files wait for Render. */
  get dirty() { return this.#dirty; }
  /** Whether the report speaks of the text, parameters and files as they are now. */
  get isReportCurrent() { return this.report !== null && !this.#dirty && !this.#reportDue; }
  /** 'evaluating', 'rendering', 'idle', 'wrong' of what was posted last; null: the engine has not seen it yet. */
  get phase() { return this.#phase; }

  // -- wanted ---------------------------------------------------------------------------------------------------------------------

  /** @param {string} origin 'editor', 'textarea', 'load' (another scene: with its own camera, size, samples and parameters), 'restore'
   *  (likewise, but not run), 'fix', 'camera', 'step' (a number by arrow keys) … */
  setText(newText, origin = 'editor', name = this.name) {
    const text = newText.replace(/\r\n?/g, '\n'); // as a textarea has it
    const another = origin === 'load' || origin === 'restore';
    if (text === this.text && name === this.name && !another) return;
    this.text = text;
    this.name = name;
    this.#dirty = true;
    if (another) {
      this.parameters = new Map();
      this.camera = this.size = this.samples = null;
    }
    if (origin === 'restore') {
      this.#cancel();
      this.#waiting = false;
      this.#ran = null;
    } else if (this.live && !ALONE.has(origin)) {
      this.#scheduleText(IMMEDIATE.has(origin) ? 0 : LIVE_DELAY);
    }
    this.#changed('text', { origin }, this.live && ALONE.has(origin));
  }

  setParameter(name, value) {
    const parameters = new Map(this.parameters);
    if (value === null || value === undefined) parameters.delete(name);
    else parameters.set(name, String(value));
    this.setParameters(parameters);
  }

  setParameters(parameters) {
    const next = new Map(parameters);
    if (same([...next], [...this.parameters])) return;
    this.parameters = next;
    this.#dirty = true;
    // No delay: a slider would lag behind the hand. A restored text still waits for Render.
    if (this.live && !this.#faulted && (this.#ran || this.#waiting || this.#due || this.#timer)) this.#scheduleText(0);
    this.#changed('wanted', { what: 'parameters' });
  }

  setSize(size) { this.#setView('size', size ? { width: size.width, height: size.height } : null); }
  setSamples(samples) { this.#setView('samples', samples ?? null); }
  /** The view in place of the script's, which does not run again; null: the script's. */
  setCamera(camera) { this.#setView('camera', camera ?? null); }

  setThreads(threads) {
    if (threads === this.threads) return;
    this.threads = threads;
    if (this.#started) this.engine.setThreads(threads);
    this.#emit('wanted', { what: 'threads' });
  }

  setLive(live) {
    if (live === this.live) return;
    this.live = live;
    if (!live) this.#cancel();
    else if (this.#dirty && this.#ran) this.#scheduleText(0);
    this.#emit('wanted', { what: 'live' });
    this.#derive();
  }

  /** @param {'own'|'link'} budget */
  setBudget(budget) {
    if (budget === this.budget) return;
    this.budget = budget;
    this.#clampSaid = '';
    this.#clamp = null;
    this.#scheduleView();
    this.#changed('wanted', { what: 'budget' });
  }

  #setView(what, value) {
    if (same(value, this[what])) return;
    this[what] = value;
    if (what !== 'camera') this.#clamp = null;
    this.#scheduleView();
    this.#changed('wanted', { what });
  }

  // -- running --------------------------------------------------------------------------------------------------------------------

  /** Renders what is wanted. What came of the wish: 'posted', 'resumed' (the same film goes on), 'complete', 'running', 'waiting' (for
   *  the engine or for files). */
  run({ force = false } = {}) {
    if (!this.#started) {
      this.#waiting = true;
      this.#derive();
      return 'waiting';
    }
    if (this.files && this.#filesSeen !== null && this.files.version !== this.#filesSeen && this.#filesInUse().length) {
      this.filesChanged(null, { run: true, always: true });
      return 'waiting';
    }
    const changed = this.#dirty || !this.#ran || this.#timer !== 0;
    if (!force && !changed) {
      if (this.hash) return 'complete';
      if (this.#stopped && this.#phase !== 'wrong') {
        this.#resume();
        return 'resumed';
      }
      if (this.state === 'rendering') return 'running';
    }
    if (!changed) this.#filesPosted += 1; // the engine takes it for another script
    this.#post(true);
    return 'posted';
  }

  /** Stops whatever runs or is about to. The film stays: run() goes on with it. */
  stop() {
    if (this.state !== 'rendering') return;
    this.#stops += 1;
    this.#cancel();
    this.#waiting = false;
    if (this.#ran && this.#started) {
      this.#stopped = true;
      this.engine.stop(true);
    }
    this.#derive();
  }

  #resume() {
    this.#stopped = false;
    this.#phase = null;
    this.engine.stop(false);
    this.#derive();
  }

  #cancel() {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = 0;
    this.#due = '';
  }

  #scheduleText(delay) {
    this.#cancel();
    if (delay) this.#timer = this.#timers.setTimeout(() => this.#post(true), delay);
    else this.#postSoon('text');
  }

  /** A text that waits is posted by its own timer: until then the view moves over the scene that is there. */
  #scheduleView() {
    if (this.#ran && this.#due !== 'text') this.#postSoon('view');
  }

  #postSoon(what) {
    this.#due = what;
    queueMicrotask(() => {
      if (this.#due) this.#post(this.#due === 'text');
    });
  }

  #post(withText) {
    this.#due = '';
    if (withText) this.#cancel();
    if (!this.#started) {
      this.#waiting ||= withText;
    } else if (withText || this.#ran) {
      this.#waiting = false;
      if (withText) {
        const parameters = [...this.parameters];
        const kept = same(parameters, this.#ran?.parameters) ? this.#ran.parameters : parameters;
        this.#ran = { text: this.text, name: this.name, parameters: kept };
        this.#dirty = this.#faulted = false;
      }
      if (this.#stopped) this.engine.stop(false);
      this.#stopped = false;
      this.#send();
    }
    this.#derive();
  }

  /** Posts what ran last, as it is to be seen now. */
  #send() {
    const { timeLimit, scriptMemory, pixels, samples: most } = BUDGETS[this.budget];
    const { text: source, name, parameters } = this.#ran;
    const script = { source, name, parameters, timeLimit, scriptMemory, filesVersion: this.#filesPosted };
    const again = !this.#sent || Object.keys(script).some((key) => script[key] !== this.#sent[key]);
    if (again) {
      this.#reportDue = true;
      this.#clamp = null;
    }
    const size = this.#clamp?.size ?? (this.size && shrink(this.size, pixels));
    const samples = this.#clamp?.samples ?? (this.samples && Math.min(this.samples, most));
    this.hash = null;
    this.#phase = null;
    this.#timers.clearTimeout(this.#reportTimer);
    this.#sent = { ...script, width: size?.width ?? 0, height: size?.height ?? 0, samples: samples ?? 0, camera: this.camera };
    this.#postedFor = this.generation;
    try {
      this.#posted = this.engine.post(this.#sent);
    } catch (error) { // it is too long for the engine
      this.#posted = -1;
      this.#sent = null;
      this.#phase = 'wrong';
      this.#reportDue = false;
      this.notify('error', error.message);
    }
    if (again) queueMicrotask(() => this.#emit('run', null)); // those who write it down are not to be waited for, and hear of the text before
  }

  // -- the engine -----------------------------------------------------------------------------------------------------------------

  /** The engine (engine.js) is there. What was asked for until now is posted. */
  start(engine) {
    this.engine = engine;
    engine.onstate = (state) => this.#onState(state);
    engine.onreport = (report) => this.#onReport(report);
    engine.onfigures = (figures) => { this.figures = figures; this.#emit('figures', figures); };
    engine.onframe = (frame) => this.#onFrame(frame);
    engine.onfault = (message, kind) => this.#onFault(message, kind);
    engine.onready = () => this.#onReady();
    this.#onReady();
    this.#emit('ready', engine);
  }

  /** There will be no engine: `message` says why. */
  fail(message) {
    this.#dead = true;
    this.#waiting = false;
    this.#derive();
    this.notify('error', message);
  }

  #onReady() {
    this.#started = true;
    this.engine.setThreads(this.threads);
    if (this.#waiting) this.#post(true);
    this.#derive();
  }

  #onState({ state, generation, hash }) {
    if (generation !== this.#posted || !this.#ran || state === 'starting') return;
    this.#phase = state;
    this.hash = state === 'idle' && hash && !this.#dirty && this.generation === this.#postedFor ? hash : null;
    if (state === 'wrong' && this.#reportDue) this.#awaitReport();
    this.#derive();
  }

  /** The report that says what is wrong may come a moment after the state: it may name files that the page has. */
  #awaitReport() {
    this.#timers.clearTimeout(this.#reportTimer);
    this.#reportTimer = this.#timers.setTimeout(() => { this.#reportDue = false; this.#derive(); }, REPORT_DELAY);
  }

  #onReport(report) {
    this.report = report;
    if (report.generation === this.#posted && this.#ran) {
      this.#reportDue = false;
      if (report.missing?.length) this.#provideMissing(report.missing);
      else if (report.picture) this.#keepBudget(report.picture);
    }
    this.#emit('report', report);
    this.#derive();
  }

  #onFrame(frame) {
    const { width, height, generation, scale } = frame;
    this.frame = { width, height, generation, scale, current: generation === this.#posted };
    this.#emit('frame', frame);
  }

  /** @param {'fault'|'stopped'|'lost'} kind 'stopped': Stop could be had only by ending the engine; 'lost': there is no other */
  #onFault(message, kind) {
    if (kind === 'lost') {
      this.fail(message);
      return;
    }
    this.#cancel();
    this.#faulted = kind !== 'stopped';
    this.#dirty = true;
    this.#started = this.#waiting = this.#stopped = this.#reportDue = false;
    this.#ran = this.#sent = this.hash = this.#phase = null;
    this.#engineRun += 1;
    this.#fetching = 0;
    this.#provided.clear();
    this.#refused.clear();
    this.#derive();
    this.notify(this.#faulted ? 'error' : 'info', message, { label: 'Render again', run: () => this.run() });
  }

  /** What is larger than the budget allows, by the script's own words, is asked for again, smaller. */
  #keepBudget(picture) {
    const budget = BUDGETS[this.budget];
    const large = picture.width * picture.height > budget.pixels;
    const long = picture.samples > budget.samples;
    if (!large && !long) return;
    const size = large ? shrink(picture, budget.pixels) : null;
    this.#clamp = { size: size ?? this.#clamp?.size, samples: long ? budget.samples : this.#clamp?.samples };
    this.#send();
    const what = [large && `${size.width} × ${size.height} pixels`, long && `${budget.samples} samples`].filter(Boolean).join(' and ');
    if (what !== this.#clampSaid) {
      this.#clampSaid = what;
      const action = { label: 'As it says', run: () => this.setBudget('own') };
      this.notify('info', `This scene came by a link: it is rendered with ${what}.`, action);
    }
  }

  // -- files ----------------------------------------------------------------------------------------------------------------------

  /** These files (null: any) have come, gone or changed. Those that the scene uses or lacks are handed over, and it runs again if live;
   *  `always`: also where there was nothing to hand over. */
  async filesChanged(paths = null, { run = this.live && this.#ran !== null, always = false } = {}) {
    if (this.files) this.#filesSeen = this.files.version;
    for (const path of paths ?? [...this.#refused]) this.#refused.delete(path);
    const inUse = this.#filesInUse();
    const concerned = paths ? inUse.filter((path) => paths.includes(path)) : inUse;
    if (!concerned.length || !this.#started) return;
    this.#dirty = true;
    const life = this.#engineRun;
    const stops = this.#stops;
    const handing = this.#handOver(concerned);
    this.#changed('wanted', { what: 'files' });
    const handed = await handing;
    if (run && (handed || always) && life === this.#engineRun && stops === this.#stops) this.#post(true);
    this.#derive();
  }

  #filesInUse() { return [...new Set([...this.#provided, ...(this.report?.missing ?? [])])]; }

  async #provideMissing(missing) {
    const wanted = missing.filter((path) => !this.#provided.has(path) && !this.#refused.has(path));
    const handed = this.files && wanted.length ? await this.#handOver(wanted) : 0;
    if (this.#stopped && handed) this.#dirty = true; // it is looked at when it goes on
    else if (this.#ran && this.#lacksWhatCame()) this.#send();
    this.#derive();
  }

  /** The newest script ran without files that the engine has got since, from here or from another that was on its way at the same time. */
  #lacksWhatCame() {
    if (this.#stopped || this.#reportDue || !this.#sent || this.#sent.filesVersion === this.#filesPosted) return false;
    return Boolean(this.report?.missing?.some((path) => this.#provided.has(path)));
  }

  /** Gives the engine these files as the page has them now. How many it got or lost; 0 also if the engine has gone meanwhile. */
  async #handOver(paths) {
    const { engine } = this;
    const run = this.#engineRun;
    this.#filesSeen = this.files.version;
    this.#fetching += 1;
    let count = 0;
    for (const path of paths) {
      try {
        const bytes = await this.files.get(path);
        if (run !== this.#engineRun) return 0;
        if (bytes) {
          await engine.provide(path, bytes);
          this.#provided.add(path);
          count += 1;
        } else if (this.#provided.delete(path)) {
          await engine.forget(path);
          count += 1;
        } else {
          this.#refused.add(path);
        }
      } catch (error) {
        if (run !== this.#engineRun) return 0;
        this.#refused.add(path);
        this.notify('error', `${path}: ${error.message}`);
      }
      if (run !== this.#engineRun) return 0;
    }
    this.#fetching -= 1;
    if (count) this.#filesPosted += 1;
    return count;
  }

  // -- what it all comes to -------------------------------------------------------------------------------------------------------

  /** Asks the editor, or the textarea, to show a place of the text and to put the caret there. */
  reveal({ line, column = 0, endColumn = column }) { this.#emit('reveal', { line, column, endColumn }); }

  /** A short message for people, shown beside the picture. @param {'info'|'warning'|'error'} kind */
  notify(kind, text, action) { this.#emit('notice', { kind, text, action }); }

  #changed(event, detail, post = false) {
    this.generation += 1;
    this.hash = null;
    if (post) this.#post(true);
    else this.#derive();
    this.#emit(event, detail);
  }

  #derive() {
    const before = this.state;
    this.state = this.#stateNow();
    this.#mark();
    if (before !== this.state) this.#emit('state', this.state);
  }

  #stateNow() {
    if (this.#dead) return 'error';
    if (this.#faulted) return this.#waiting || this.#timer || this.#due ? 'rendering' : 'error';
    if (!this.#started) return 'loading';
    if (this.#timer || this.#due || this.#fetching) return 'rendering';
    if (!this.#ran) return 'idle';
    if (this.#phase === 'idle') return 'idle';
    if (this.#phase === 'wrong' && !this.#reportDue) return 'error';
    return 'rendering'; // evaluated, rendered, posted but not seen yet, or wrong for reasons that are on their way
  }

  #mark() {
    this.#marks.state = this.state;
    this.#marks.generation = String(this.generation);
    if (this.hash && this.state === 'idle') this.#marks.hash = this.hash;
    else delete this.#marks.hash;
  }

  #emit(type, detail) { this.dispatchEvent(Object.assign(new Event(type), { detail })); }
}
