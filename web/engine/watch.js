/**
 * watch.js - looks at the block and tells what is new: state, report, figures, bands of the frame. The page's thread does this for the
 * engine with threads, the worker of the one-thread engine for itself. Times in ms.
 */
import { W } from './words.js';
import { Bands } from './bands.js';

const FIGURES_EVERY = 200;
const REPEAT_AFTER = 300;
/** While a picture refines, its frame is looked at so seldom: showing it costs the cores that render it. */
const PIXELS_EVERY = 66;
/** The first pixels of a picture come as fast as they are there, for so long. */
const HASTE = 400;
/** How long a finished picture may wait for its last bands to be shown before it is called finished (in tabs that nobody sees). */
const LONGEST_WAIT = 400;

const decoder = new TextDecoder();

export class Watcher {
  #block;
  #out;
  #now;
  #bands;
  #state = '';
  #reportSequence = 0;
  #figures = '';
  #figuresAt = -Infinity;
  #repeatAt = Infinity;
  #held = ''; // the state that waits for pixels, since when
  #heldSince = 0;
  #pixelsAt = -Infinity;
  #frameSequence = -1;
  #frameSince = -Infinity;

  /**
   * @param {import('./block.js').Block} block
   * @param {{state: Function, report: Function, figures: Function, frame: Function}} out what is called with news
   * @param {object} [options] now, and those of Bands
   */
  constructor(block, out, options = {}) {
    this.#block = block;
    this.#out = out;
    this.#now = options.now ?? (() => performance.now());
    this.#bands = new Bands(block, options);
  }

  learn(bytes, ms) { this.#bands.learn(bytes, ms); }

  /** Something was asked for whose answer may be the state that is there already: it is told once more, a moment later. */
  repeat() { this.#repeatAt = this.#now() + REPEAT_AFTER; }

  /** The state was told by somebody who knew it earlier. */
  told(state) { this.#state = JSON.stringify(state); }

  /**
   * Tells what is new. What was true first is told first: the report comes before the state that it explains, a complete picture before
   * its hash.
   * @param {boolean} pixels may the frame be copied (in an animation frame)
   * @returns {boolean} whether more is to be expected soon
   */
  look(pixels) {
    const now = this.#now();
    const state = this.#block.state();
    this.#report();
    pixels = pixels && this.#due(state, now);
    const { changed, left } = pixels ? this.#bands.take(this.#out.frame) : { changed: 0, left: 0 };
    const figuresDue = this.#tellFigures(now);
    const held = state !== null && this.#mustWait(state, pixels, changed, now);
    if (state && !held) this.#tellState(state, now);
    if (!state || held || left > 0 || figuresDue) return true;
    const seen = state.generation === this.#block.load(W.generation);
    return !seen || (state.state !== 'idle' && state.state !== 'wrong') || this.#repeatAt < Infinity;
  }

  /** Is the frame to be looked at? At once in a new picture and at its end, else now and then. */
  #due(state, now) {
    const sequence = this.#block.load(W.frame_sequence);
    if (sequence !== this.#frameSequence) this.#frameSince = now;
    this.#frameSequence = sequence;
    const refining = state?.state === 'rendering' && now - this.#frameSince > HASTE;
    if (refining && now - this.#pixelsAt < PIXELS_EVERY) return false;
    this.#pixelsAt = now;
    return true;
  }

  /** A picture that has become complete is not called so before its pixels are shown; where nobody looks, it is after a while. */
  #mustWait(state, pixels, changed, now) {
    const text = JSON.stringify(state);
    if (!state.hash || text === this.#state || (pixels && changed === 0)) return false;
    if (text !== this.#held) this.#heldSince = now;
    this.#held = text;
    return now - this.#heldSince < LONGEST_WAIT;
  }

  #tellState(state, now) {
    const text = JSON.stringify(state);
    const repeat = now >= this.#repeatAt;
    if (repeat) this.#repeatAt = Infinity;
    if (text === this.#state && !repeat) return;
    this.#state = text;
    this.#out.state(state);
  }

  #report() {
    if (this.#block.load(W.report_sequence) === this.#reportSequence) return;
    const report = this.#block.report();
    if (!report) return;
    this.#reportSequence = report.sequence;
    if (!report.value) return;
    try {
      this.#out.report(JSON.parse(decoder.decode(report.value)));
    } catch (error) {
      const failure = `The engine's report could not be read: ${error.message}`;
      this.#out.report({ generation: this.#block.load(W.state_generation), failure });
    }
  }

  /** True: there are some, but it is too early. */
  #tellFigures(now) {
    const figures = this.#block.figures();
    const text = JSON.stringify(figures);
    if (text === this.#figures) return false;
    if (now - this.#figuresAt < FIGURES_EVERY) return true;
    this.#figures = text;
    this.#figuresAt = now;
    this.#out.figures(figures);
    return false;
  }
}
