/**
 * scenes.js - the menu of kept scenes: a new one, and renaming, copying, deleting; and what keeps them (session.scenes, a Keeper).
 */
import { icon, make, setText } from './elements.js';
import { visible } from './format.js';
import { Keeper } from '../keep/keeper.js';
import { SceneStore, storageOf } from '../keep/scenes-store.js';

/** "today 14:05", "3 May", in the reader's language. */
export function when(time, now = Date.now()) {
  const date = new Date(time);
  const today = new Date(now).toDateString() === date.toDateString();
  if (today) return date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const year = date.getFullYear() === new Date(now).getFullYear() ? undefined : 'numeric';
  return date.toLocaleDateString([], { day: 'numeric', month: 'short', year });
}

export function mountScenes(session, root = document) {
  // In somebody else's page nothing is kept, and nobody's own scenes are shown.
  const embedded = root.body.classList.contains('embed');
  const store = embedded ? new SceneStore() : new SceneStore(storageOf('localStorage'), storageOf('sessionStorage'));
  const scenes = new Keeper(session, store);
  session.scenes = scenes;
  scenes.tidy();
  if (!embedded) {
    addEventListener('storage', (event) => { if (event.storageArea === localStorage) scenes.otherTab(event.key, event.newValue); });
    for (const event of ['pagehide', 'beforeunload']) addEventListener(event, () => scenes.flush());
    root.addEventListener('visibilitychange', () => scenes.flush());
  }
  mountName(session, root);
  mountMenu(session, root, scenes);
}

function mountName(session, root) {
  const name = root.querySelector('#scene-name span');
  const title = root.title;
  const draw = () => {
    setText(name, visible(session.name));
    root.title = session.name === 'scene.lua' ? title : `${visible(session.name.replace(/\.lua$/, ''))} · ${title}`;
  };
  session.addEventListener('text', draw);
  draw();
}

function mountMenu(session, root, scenes) {
  const menu = root.querySelector('#scenes');
  const opener = root.querySelector('#scene-name');
  const act = (label, then) => make('button', { type: 'button', onclick: then }, label);
  const closing = (then) => () => { menu.hidePopover(); then(); };
  const lift = make('button', { type: 'button', class: 'lift', onclick: closing(() => session.setBudget('own')) }, 'Lift the limits of a link');
  const field = make('input', { type: 'text', id: 'rename-field', spellcheck: 'false', maxlength: '100', 'aria-label': 'Name' });
  const form = make('div', { class: 'rename', hidden: true }, field, make('button', { type: 'button', class: 'primary', onclick: () => rename() }, 'Rename'));
  const list = make('ul', { class: 'scene-list', 'aria-label': 'Kept' });
  const tools = make('div', { class: 'scene-tools' },
    act('New', closing(() => scenes.create())),
    act('Rename', () => { form.hidden = false; field.value = session.name.replace(/\.lua$/, ''); field.focus(); field.select(); }),
    act('Duplicate', closing(() => scenes.duplicate())));
  menu.append(tools, form, lift, list);

  const rename = () => {
    form.hidden = true;
    menu.hidePopover();
    if (field.value.trim()) scenes.rename(field.value);
  };
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') rename();
    else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      form.hidden = true;
      tools.children[1].focus();
    }
  });

  const item = ({ id, name, edited }) => {
    const shown = id === scenes.record?.id;
    const remove = make('button', { type: 'button', class: 'quiet only-icon', 'aria-label': `Delete ${visible(name)}`, title: 'Delete', onclick: () => {
      const at = [...list.children].findIndex((each) => each.contains(remove));
      scenes.remove(id);
      (list.children[Math.min(at, list.children.length - 1)]?.querySelector('button') ?? tools.children[0]).focus();
    } }, icon('close'));
    return make('li', {},
      make('button', { type: 'button', 'aria-current': shown ? 'true' : undefined, onclick: closing(() => scenes.open(id)) },
        make('span', {}, visible(name)), make('small', {}, when(edited))),
      remove);
  };
  const draw = () => {
    if (!menu.matches(':popover-open')) return;
    lift.hidden = session.budget !== 'link';
    list.replaceChildren(...scenes.list.map(item));
  };

  menu.addEventListener('toggle', (event) => {
    opener.setAttribute('aria-expanded', String(event.newState === 'open'));
    form.hidden = true;
    if (event.newState === 'open') place(menu, opener);
    draw();
  });
  menu.addEventListener('keydown', (event) => walk(menu, event));
  scenes.addEventListener('change', draw);
  session.addEventListener('wanted', (event) => { if (event.detail.what === 'budget') draw(); });
}

/** Under its button; above it where the button is at the bottom, as on phones. */
function place(menu, opener) {
  const { top, bottom, left } = opener.getBoundingClientRect();
  const above = top > innerHeight / 2;
  menu.style.top = above ? 'auto' : `${bottom + 4}px`;
  menu.style.bottom = above ? `${innerHeight - top + 4}px` : 'auto';
  menu.style.left = `${left}px`;
}

function walk(menu, event) {
  if (event.target.matches('input')) return;
  const stops = [...menu.querySelectorAll('button')].filter((each) => each.checkVisibility?.() ?? true);
  const at = stops.indexOf(document.activeElement);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: stops.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  stops.at(to % stops.length)?.focus();
}
