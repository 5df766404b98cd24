/**
 * share.js - a link that carries the scene as it is shown, for people and for other pages (an iframe). Somebody's link in the address bar is
 * opened when it arrives there.
 */
import { make, setText } from './elements.js';
import { count, visible } from './format.js';
import { copyText } from './clipboard.js';
import { LONG_LINK, encodeLink } from '../keep/link.js';
import { openLink } from '../keep/open-link.js';
import { galleryIndex } from '../keep/gallery-index.js';

const escaped = (text) => text.replace(/[&"<>]/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** The page's own address, without query and fragment, and what is to be behind it. */
export function addressWith(base, { query = '', fragment }) {
  const url = new URL(base);
  url.search = query;
  url.hash = fragment;
  return url.href;
}

/** What another page writes to show the picture. @param {object} size width and height of the picture */
export function frameFor(address, { width, height }, title) {
  const wide = Math.min(width, 960);
  const high = Math.round((wide * height) / width) + 44; // and the line of controls
  return `<iframe src="${escaped(address)}" width="${wide}" height="${high}" title="${escaped(title)}" allow="cross-origin-isolated; clipboard-write" `
    + 'loading="lazy" style="border:0;max-width:100%"></iframe>';
}

export function mountShare(session, root = document) {
  const view = root.querySelector('#share-view');
  const link = field('share-link', 'Link');
  const frame = field('share-frame', 'To put into another page');
  const said = make('p', { class: 'share-said', role: 'status' });
  const files = make('p', { class: 'share-note', hidden: true });
  const long = make('p', { class: 'share-note', hidden: true });
  root.querySelector('#share-body').append(
    make('p', { class: 'share-note' }, 'The link carries the script, the parameters and the view: nothing is stored anywhere else. What others change is theirs.'),
    link.element, said, long, files, frame.element);

  const open = async () => {
    setText(said, '');
    long.hidden = files.hidden = true;
    view.showModal();
    try {
      const { name, text, parameters, camera, size, samples } = session;
      const fragment = await encodeLink({ name, text, parameters, camera, size, samples });
      const address = addressWith(location.href, { fragment });
      link.input.value = address;
      const shown = session.frame ?? { width: 640, height: 360 };
      frame.input.value = frameFor(addressWith(location.href, { query: '?embed=1', fragment }), shown, name.replace(/\.lua$/, ''));
      link.input.focus();
      link.input.scrollLeft = 0;
      if (await copyText(address)) setText(said, 'Copied.');
      if (address.length > LONG_LINK) {
        setText(long, `The link has ${count(address.length)} characters. Some programs cut links as long as this: a saved script may be the better way.`);
        long.hidden = false;
      }
      await tellFiles();
    } catch (error) {
      link.input.value = frame.input.value = '';
      setText(said, error.message);
    }
  };

  /** Files of one's own do not travel by link. */
  const tellFiles = async () => {
    const used = session.report?.assets ?? [];
    const gallery = new Set((await galleryIndex().catch(() => [])).flatMap(({ assets }) => assets.map(({ path }) => path)));
    const own = used.filter((path) => session.files?.has(path) || !gallery.has(path));
    if (!own.length) return;
    setText(files, `Files do not travel by link: whoever opens it needs ${visible(own.join(', '))}, too, and drops them on the page.`);
    files.hidden = false;
  };

  root.querySelector('#share').addEventListener('click', open);
  view.querySelector('[data-close]').addEventListener('click', () => view.close());
  view.addEventListener('click', (event) => { if (event.target === view) view.close(); });
  for (const { input, button, name } of [link, frame]) {
    button.addEventListener('click', async () => {
      input.select();
      setText(said, (await copyText(input.value)) ? `Copied: ${name}.` : 'The browser does not let the page copy: press Ctrl-C.');
    });
  }
  mountFragment(session);
}

function field(id, name) {
  const input = make('input', { type: 'text', id, readonly: true, spellcheck: 'false' });
  const button = make('button', { type: 'button', 'aria-label': `Copy: ${name}` }, 'Copy');
  const element = make('div', { class: 'share-field' }, make('label', { for: id }, name), make('div', {}, input, button));
  input.addEventListener('focus', () => input.select());
  return { element, input, button, name: name.toLowerCase() };
}

/** The fragment counts while it says what is shown: a link put into the address is opened, and an edit takes it out. */
function mountFragment(session) {
  const { scenes } = session;
  const drop = () => {
    if (location.hash.startsWith('#s=')) history.replaceState(history.state, '', location.pathname + location.search);
  };
  addEventListener('hashchange', () => openLink(session, location.hash));
  session.addEventListener('text', ({ detail }) => { if (detail.origin !== 'load' && detail.origin !== 'restore') drop(); });
  scenes.addEventListener('change', () => { if (scenes.record && scenes.record.id !== scenes.linked) drop(); });
}

