/**
 * figures.js - the figures under the picture, in tabular numerals, at most five times a second. They are not announced.
 */
import { setText } from './elements.js';
import { bytes, count, rate, seconds } from './format.js';

const EVERY = 200; // ms
const NONE = '–';

export function mountFigures(session, root) {
  const show = (id) => {
    const element = root.querySelector(`#${id}`);
    return (text) => setText(element, text);
  };
  const samples = show('figure-samples');
  const time = show('timing-val');
  const left = show('figure-left');
  const rays = show('figure-rays');
  const noise = show('figure-noise');
  const threads = show('figure-threads');
  const shapes = show('figure-shapes');
  const triangles = show('figure-triangles');
  const memory = show('figure-memory');
  const bar = root.querySelector('#progress > div');
  let last = -Infinity;
  let timer = 0;

  const draw = () => {
    timer = 0;
    last = performance.now();
    const { figures } = session;
    if (figures) {
      samples(samplesOf(figures.samples));
      time(seconds(figures.seconds));
      left(session.state === 'rendering' ? leftOf(figures) : NONE);
      rays(figures.seconds > 0 && figures.rays > 0 ? rate(figures.rays / figures.seconds) : NONE);
      noise(figures.noise >= 0 ? `${(figures.noise * 100).toPrecision(2)} %` : NONE);
      threads(figures.threads > 0 ? count(figures.threads) : NONE);
      memory(figures.memory > 0 ? bytes(figures.memory) : NONE);
      bar.style.transform = `scaleX(${Math.min(1, Math.max(0, figures.built || figures.progress || 0))})`;
    }
    const scene = session.report?.scene;
    if (scene) {
      shapes(count(scene.shapes));
      triangles(count(scene.triangles));
    }
  };

  const soon = () => {
    const wait = last + EVERY - performance.now();
    if (wait <= 0) draw();
    else if (!timer) timer = setTimeout(draw, wait);
  };

  for (const event of ['figures', 'report', 'state']) session.addEventListener(event, soon);
}

function samplesOf({ fewest, wanted }) {
  return wanted > 0 ? `${count(fewest)} of ${count(wanted)}` : NONE;
}

/** Estimated by what is done: samples of one picture take much the same time. */
function leftOf({ progress, seconds: spent }) {
  return progress > 0.01 && progress < 1 && spent > 0.2 ? seconds((spent * (1 - progress)) / progress, 2) : NONE;
}
