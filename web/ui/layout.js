/**
 * layout.js - the divider between script and picture, and the panels: beside each other where there is room, one at a time, by tabs, on
 * phones. The width of the script is a percentage of the page's, remembered.
 */
import { recall, remember } from './remember.js';

/** Where panels are stacked; styles/layout.css says the same. */
const NARROW = '(max-width: 760px), (max-width: 1000px) and (orientation: portrait)';
const LEAST = 20;
const MOST = 75;
const USUAL = 40;

export function mountLayout(session, root) {
  mountDivider(root);
  mountTabs(session, root);
}

function mountDivider(root) {
  const panes = root.querySelector('#panes');
  const divider = root.querySelector('#divider');
  let split = USUAL;

  const set = (percent) => {
    split = Math.min(MOST, Math.max(LEAST, percent));
    panes.style.setProperty('--split', `${split}%`);
    divider.setAttribute('aria-valuenow', String(Math.round(split)));
  };
  const keep = () => remember('split', split);

  divider.setAttribute('aria-valuemin', String(LEAST));
  divider.setAttribute('aria-valuemax', String(MOST));
  set(Number(recall('split')) || USUAL);

  divider.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    divider.setPointerCapture(event.pointerId);
    root.body.classList.add('dragging');
    event.preventDefault();
    divider.focus({ focusVisible: false });
  });
  divider.addEventListener('pointermove', (event) => {
    if (!divider.hasPointerCapture(event.pointerId)) return;
    const { left, width } = panes.getBoundingClientRect();
    set(((event.clientX - left) / width) * 100);
  });
  divider.addEventListener('lostpointercapture', () => {
    root.body.classList.remove('dragging');
    keep();
  });
  divider.addEventListener('dblclick', () => { set(USUAL); keep(); });
  divider.addEventListener('keydown', (event) => {
    const step = event.shiftKey ? 10 : 2;
    const to = { ArrowLeft: split - step, ArrowRight: split + step, Home: LEAST, End: MOST, Enter: USUAL }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    set(to);
    keep();
  });
}

/** body.dataset.tab is the panel that is chosen; where there is room, the script and the controls are always seen, and never a choice. */
function mountTabs(session, root) {
  const tabs = [...root.querySelectorAll('#tabs [role=tab]')];
  const narrow = matchMedia(NARROW);
  const shown = () => tabs.filter((tab) => !tab.hidden && (narrow.matches || !tab.classList.contains('phone')));

  const choose = (wanted) => {
    const here = shown();
    const tab = here.find((each) => each.dataset.tab === wanted) ?? here[0];
    root.body.dataset.tab = tab.dataset.tab;
    for (const each of tabs) {
      each.setAttribute('aria-selected', String(each === tab));
      each.tabIndex = each === tab ? 0 : -1;
    }
  };

  for (const tab of tabs) {
    tab.addEventListener('click', () => choose(tab.dataset.tab));
    tab.addEventListener('keydown', (event) => {
      const here = shown();
      const at = here.indexOf(tab);
      const last = here.length - 1;
      const to = { ArrowLeft: at ? at - 1 : last, ArrowRight: at < last ? at + 1 : 0, Home: 0, End: last }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      choose(here[to].dataset.tab);
      here[to].focus();
    });
  }
  // No parameters, no tab for them.
  const params = root.querySelector('#params');
  const tab = root.querySelector('#tab-params');
  const follow = () => {
    tab.hidden = params.hidden;
    if (tab.hidden && root.body.dataset.tab === 'params') choose('script');
  };
  new MutationObserver(follow).observe(params, { attributes: true, attributeFilter: ['hidden'] });
  follow();
  // The script is to be seen before the caret goes there: this listener is the first.
  session.addEventListener('reveal', () => { if (narrow.matches) choose('script'); });
  narrow.addEventListener('change', () => choose(narrow.matches ? 'script' : 'messages'));
  choose(narrow.matches ? 'script' : 'messages');
}
