/**
 * health.js - does the engine live? It is taken for hung when its heart is silent for 4 s, or when it renders and no sample comes for 30 s.
 *
 * Only time counts in which the page itself was running: of the time between two looks at most half a second, so that a laptop that slept,
 * a tab that was frozen or a page that was busy does not make the engine look dead.
 */

export const SILENT = 4000; // ms
export const STUCK = 30000;
const STEP = 500;

export class Health {
  #now;
  #limits;
  #lookedAt;
  #beat = NaN;
  #progress = '';
  #silent = 0;
  #stuck = 0;

  /** @param {() => number} [now] ms @param {{silent?: number, stuck?: number}} [limits] ms */
  constructor(now = () => performance.now(), { silent = SILENT, stuck = STUCK } = {}) {
    this.#now = now;
    this.#limits = { silent, stuck };
    this.#lookedAt = now();
  }

  /**
   * @param {number} beat the heart's word
   * @param {boolean} rendering
   * @param {string} progress anything that changes with every sample
   * @returns {''|'silent'|'stuck'}
   */
  look(beat, rendering, progress) {
    const now = this.#now();
    const passed = Math.min(now - this.#lookedAt, STEP);
    this.#lookedAt = now;
    this.#silent = beat === this.#beat ? this.#silent + passed : 0;
    this.#stuck = rendering && progress === this.#progress ? this.#stuck + passed : 0;
    this.#beat = beat;
    this.#progress = progress;
    if (this.#silent >= this.#limits.silent) return 'silent';
    return this.#stuck >= this.#limits.stuck ? 'stuck' : '';
  }
}
