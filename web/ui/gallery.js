/**
 * gallery.js - every scene that comes with moonlit, with its picture. Choosing one opens it; what was in the editor before is among the kept
 * scenes. Arrow keys go from picture to picture.
 */
import { make } from './elements.js';
import { galleryScript } from '../keep/first.js';
import { galleryIndex } from '../keep/gallery-index.js';

export function mountGallery(session, root = document) {
  const view = root.querySelector('#gallery-view');
  const list = root.querySelector('#gallery-list');
  let drawn = false;

  const choose = async (name) => {
    view.close();
    try {
      session.scenes.openText({ name: `${name}.lua`, text: await galleryScript(name), from: name, pristine: true });
    } catch (error) {
      session.notify('error', error.message);
    }
  };

  const begin = () => {
    mark(list, session);
    (list.querySelector('[aria-current]') ?? list.querySelector('.card'))?.focus();
  };

  const draw = async () => {
    list.replaceChildren(make('p', { class: 'nothing' }, 'Loading…'));
    try {
      const index = await galleryIndex();
      list.replaceChildren(...index.map((entry) => card(entry, choose)));
      drawn = true;
      begin();
    } catch {
      list.replaceChildren(make('p', { class: 'nothing' }, 'The gallery could not be fetched: the network is away.'));
    }
  };

  root.querySelector('#gallery').addEventListener('click', () => {
    view.showModal();
    if (drawn) begin();
    else draw();
  });
  view.querySelector('[data-close]').addEventListener('click', () => view.close());
  // A click on what lies around the dialog closes it, too.
  view.addEventListener('click', (event) => { if (event.target === view) view.close(); });
  list.addEventListener('keydown', (event) => walk(list, event));
}

function card({ name, title, picture, width, height }, choose) {
  return make('button', { type: 'button', class: 'card', 'data-name': name, onclick: () => choose(name) },
    make('img', { src: new URL(`scenes/${picture}`, document.baseURI).href, width, height, alt: '', loading: 'lazy', decoding: 'async' }),
    make('strong', {}, name),
    make('span', {}, title));
}

/** Which one is in the editor. */
function mark(list, session) {
  for (const each of list.querySelectorAll('.card')) {
    if (each.dataset.name === session.scenes?.record?.from) each.setAttribute('aria-current', 'true');
    else each.removeAttribute('aria-current');
  }
}

function walk(list, event) {
  const cards = [...list.querySelectorAll('.card')];
  const at = cards.indexOf(document.activeElement);
  if (at < 0) return;
  const columns = cards.filter((each) => each.offsetTop === cards[0].offsetTop).length;
  const to = {
    ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - columns, ArrowDown: at + columns, Home: 0, End: cards.length - 1,
  }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  cards[to]?.focus();
}

