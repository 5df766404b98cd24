/**
 * param-file.js - the control of param.file(): the file's name, to be written or taken from what is kept, and a button that opens the browser's
 * picker. A file that is picked is kept in this browser as dropped ones are (files-store.js), and the parameter names it.
 */
import { make, setText } from './elements.js';
import { visible } from './format.js';
import { pathFor, tidyPath } from '../keep/files-store.js';

const TYPED = 250; // ms after the last letter of a name

/** Has the name one of the endings, as the script wants it? Case does not count; without endings any name will do. */
export function endsWell({ endings = [] }, name) {
  const low = name.toLowerCase();
  return endings.length ? endings.some((ending) => low.endsWith(ending.toLowerCase())) : name !== '';
}

/** What the browser's picker shows: of "_normal.png" it knows ".png" only. */
export function accepted({ endings = [] }) {
  return endings.map((ending) => /\.[^.]+$/.exec(ending)?.[0] ?? `.${ending}`).join();
}

/** ".ply, .obj or .glb" */
export const listed = ({ endings = [] }) => endings.map(visible).join(', ').replace(/, ([^,]*)$/, ' or $1');

let ids = 0;

/** @returns {{fields, after, show}} as CONTROLS of params.js */
export function fileControl(param, send, session) {
  const { name } = param;
  const id = `param-file-${++ids}`;
  const known = make('datalist', { id: `${id}-known` });
  const words = make('span', { class: 'param-wrong', id: `${id}-wrong` });
  const field = make('input', { type: 'text', id, list: known.id, 'aria-describedby': words.id, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off' });
  const chooser = make('input', { type: 'file', hidden: true, tabindex: '-1', 'aria-hidden': 'true', accept: accepted(param) });
  const button = make('button', { type: 'button', class: 'param-choose', 'aria-label': `Choose a file for ${visible(name)}`, onclick: () => chooser.click() }, 'Choose…');
  let shown = param.value;
  let timer = 0;
  let turn = 0; // of the files that were picked: the last one counts

  const tell = (wrong) => {
    setText(words, wrong);
    if (wrong) field.setAttribute('aria-invalid', 'true');
    else field.removeAttribute('aria-invalid');
  };
  const typed = () => {
    clearTimeout(timer);
    if (field.value === shown) {
      show(shown);
      return;
    }
    const right = endsWell(param, field.value);
    tell(right ? '' : `ends with ${listed(param) || 'anything'}`);
    if (right) send(field.value);
  };
  field.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(typed, TYPED); });
  field.addEventListener('change', typed);
  field.addEventListener('focus', () => {
    const names = (session.files?.list ?? []).map(({ path }) => path).filter((path) => endsWell(param, path));
    known.replaceChildren(...names.map((path) => make('option', { value: path })));
  });

  const take = async (file) => {
    if (!endsWell(param, file.name)) throw new Error(`${visible(file.name)} was not taken: ${visible(name)} is a file whose name ends with ${listed(param)}.`);
    const { files } = session;
    await files.ready;
    return files.add(pathFor(tidyPath(file.name), [shown], files.list.map(({ path }) => path)), file);
  };
  chooser.addEventListener('change', async () => {
    const [file] = chooser.files;
    if (!file) return;
    const mine = ++turn;
    try {
      const path = await take(file);
      // What was replaced under the name that the script says is the script's still.
      if (mine === turn && path !== shown) send(path);
    } catch (error) {
      session.notify('error', error.message);
    }
    if (mine === turn) chooser.value = ''; // the same file can be picked again
  });

  const show = (value, except) => {
    shown = value;
    if (field !== except && field.value !== value) field.value = value;
    field.title = visible(field.value);
    if (field.value === value) tell(session.state === 'error' && session.report?.missing?.includes(value) ? 'missing' : '');
  };
  return { fields: [field, button], after: make('span', { class: 'param-file' }, words, button, chooser, known), show };
}
