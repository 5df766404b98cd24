/**
 * running.js - Render and Stop, live, threads, size and samples; and the status line, which says in a few words how things stand.
 *
 * Ctrl-Enter (Cmd-Enter) renders wherever the focus is, Esc stops what runs unless something else has used it.
 */
import { setText } from './elements.js';
import { count, plural, seconds, visible } from './format.js';
import { recall, remember } from './remember.js';

const SIZES = ['320x180', '640x360', '960x540', '1280x720', '1920x1080', '512x512', '1024x1024'];
const TYPED = 400;  // ms after the last key in a number's field
const PATIENCE = 300; // ms that something takes before "Rendering…" is said, and until the last figures of "Done" are there
const APART = 600;  // ms between two sentences
const ASIDE = 2500; // ms that something is said which changes nothing

export function mountRunning(session, root) {
  mountButtons(session, root, mountStatus(session, root));
  mountThreads(session, root);
  mountSize(session, root);
  mountSamples(session, root);
}

function mountButtons(session, root, say) {
  const render = root.querySelector('#render');
  const stop = root.querySelector('#stop');
  const live = root.querySelector('#live');
  const mac = /Mac|iPhone|iPad/.test(navigator.platform);
  render.title = `Render (${mac ? '⌘' : 'Ctrl'}-Enter)`;

  const run = () => {
    if (session.run() === 'complete') say('Complete already');
  };
  render.addEventListener('click', run);
  stop.addEventListener('click', () => session.stop());
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  }, true);
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || root.querySelector('dialog[open], :popover-open')) return;
    if (session.state === 'rendering') event.preventDefault();
    session.stop();
  });

  live.addEventListener('change', () => {
    session.setLive(live.checked);
    remember('live', live.checked ? 'yes' : 'no');
  });
  if (recall('live') === 'no') session.setLive(false);

  // The button keeps its place in the order of focus when there is nothing to stop.
  const draw = () => {
    stop.setAttribute('aria-disabled', String(session.state !== 'rendering'));
    live.checked = session.live;
  };
  for (const event of ['state', 'wanted']) session.addEventListener(event, draw);
  draw();
}

function mountThreads(session, root) {
  const range = root.querySelector('#concurrency');
  const amount = root.querySelector('#concurrency-amt');
  range.max = String(session.maxThreads);

  const draw = () => {
    range.value = String(session.threads);
    setText(amount, String(session.threads));
  };
  range.addEventListener('input', () => session.setThreads(Number(range.value)));
  session.addEventListener('wanted', draw);
  session.addEventListener('ready', () => {
    const { kind, reason } = session.engine;
    if (kind !== 'single') return;
    range.disabled = true;
    range.title = reason;
  });
  draw();
}

function mountSize(session, root) {
  const select = root.querySelector('#size');
  const custom = root.querySelector('#size-custom');
  const fields = [root.querySelector('#size-width'), root.querySelector('#size-height')];
  const other = new Option(); // a size that came from elsewhere
  const byHand = new Option('Custom…', 'custom');
  select.append(...SIZES.map((size) => new Option(label(size), size)), byHand);

  const draw = () => {
    const { size } = session;
    const name = size ? `${size.width}x${size.height}` : '';
    if (custom.hidden) {
      if (name && !SIZES.includes(name)) {
        [other.text, other.value] = [label(name), name];
        if (other.parentNode !== select) byHand.before(other);
      } else {
        other.remove();
      }
      select.value = name;
    }
    setText(select.options[0], ownSize(session));
    const now = size ?? session.report?.picture;
    if (now && !fields.includes(root.activeElement)) [fields[0].value, fields[1].value] = [now.width, now.height];
  };
  const choose = () => {
    custom.hidden = select.value !== 'custom';
    const [width, height] = custom.hidden ? select.value.split('x').map(Number) : fields.map((field) => field.valueAsNumber);
    const valid = [width, height].every((side) => Number.isInteger(side) && side >= 1 && side <= Number(fields[0].max));
    if (select.value === '') session.setSize(null);
    else if (valid) session.setSize({ width, height });
    draw();
  };

  select.addEventListener('change', choose);
  for (const field of fields) whenTyped(field, choose);
  session.addEventListener('text', ({ detail }) => {
    if (detail.origin === 'load' || detail.origin === 'restore') custom.hidden = true;
    draw();
  });
  for (const event of ['wanted', 'report']) session.addEventListener(event, draw);
  draw();
}

const label = (size) => size.replace('x', ' × ');

/** Without a wish of ours the report tells the scene's own size. */
function ownSize({ size, report }) {
  return size || !report?.picture ? 'As the scene says' : `Scene: ${report.picture.width} × ${report.picture.height}`;
}

function mountSamples(session, root) {
  const field = root.querySelector('#samples');
  const draw = () => {
    const says = session.report?.picture?.samples;
    if (says) field.placeholder = count(says);
    if (field !== root.activeElement) field.value = session.samples ?? '';
  };
  whenTyped(field, () => {
    const value = field.valueAsNumber;
    if (field.value === '') session.setSamples(null);
    else if (Number.isInteger(value) && value >= 1 && value <= Number(field.max)) session.setSamples(value);
  });
  for (const event of ['wanted', 'text', 'report']) session.addEventListener(event, draw);
  draw();
}

/** At once when a number is finished, or a moment after its last digit. */
function whenTyped(field, then) {
  let timer = 0;
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(then, TYPED);
  });
  field.addEventListener('change', () => {
    clearTimeout(timer);
    then();
  });
}

// -- the status line ------------------------------------------------------------------------------------------------------------------

/** How things stand, in a few words. */
export function sentence(session) {
  const { state, report, figures } = session;
  switch (state) {
    case 'loading': return 'Loading…';
    case 'rendering': return figures?.built > 0 ? 'Building…' : 'Rendering…';
    case 'error': return wrong(report);
    default:
  }
  if (session.hash && figures) return `Done, ${plural(figures.samples.wanted, 'sample')} in ${seconds(figures.seconds)}`;
  if (session.hash) return 'Done';
  if (session.stopped) return figures?.samples.fewest ? `Stopped at ${plural(figures.samples.fewest, 'sample')}` : 'Stopped';
  return session.dirty && session.text ? 'Not rendered yet' : 'Ready';
}

function wrong(report) {
  const { errors = 0, diagnostics = [] } = report?.script ?? {};
  const [missing, ...others] = report?.missing ?? [];
  if (missing) return others.length ? `${plural(others.length + 1, 'file')} missing` : `${visible(missing)} is missing`;
  if (errors) {
    const line = diagnostics.find((each) => each.severity === 'error' && each.line > 0)?.line;
    if (!line) return plural(errors, 'error');
    return errors === 1 ? `1 error, on line ${line}` : `${plural(errors, 'error')}, first on line ${line}`;
  }
  return report?.failure ? 'Could not be rendered' : 'Stopped by an error';
}

/** @returns {(text: string) => void} says something else for a moment */
function mountStatus(session, root) {
  const status = root.querySelector('#status');
  let timer = 0;
  let last = -Infinity;

  const say = () => {
    timer = 0;
    last = performance.now();
    setText(status, sentence(session));
  };
  // What changes again at once is never said: screen readers would stumble from sentence to sentence.
  const soon = () => {
    clearTimeout(timer);
    const patience = session.state === 'error' ? 50 : PATIENCE;
    timer = setTimeout(say, Math.max(patience, last + APART - performance.now()));
  };
  for (const event of ['state', 'report', 'text', 'wanted']) session.addEventListener(event, soon);
  session.addEventListener('figures', () => { if (!timer && sentence(session) !== status.textContent) soon(); });
  say();
  return (text) => {
    setText(status, text);
    clearTimeout(timer);
    timer = setTimeout(say, ASIDE);
  };
}
