/**
 * notices.js - short messages over the page that need no answer, with at most one thing to do about each. What is good news goes by itself,
 * but not while it is looked at; errors stay until they are closed.
 */
import { icon, make } from './elements.js';
import { visible } from './format.js';

const STAY = { info: 7000, warning: 12000, error: Infinity }; // ms
const MOST = 4;

export function mountNotices(session, root) {
  const host = root.querySelector('#notices');
  session.addEventListener('notice', (event) => show(host, event.detail));
}

function show(host, { kind = 'info', text, action }) {
  for (const old of [...host.children]) if (old.dataset.text === text) old.remove();
  const notice = make('div', { class: `notice ${kind}`, 'data-text': text });
  const close = () => notice.remove();
  notice.append(make('p', {}, visible(text)));
  const act = () => { close(); action.run(); };
  if (action) notice.append(make('button', { type: 'button', class: 'action', onclick: act }, action.label));
  const closer = { type: 'button', class: 'quiet only-icon', 'aria-label': 'Close this notice', onclick: close };
  notice.append(make('button', closer, icon('close')));
  notice.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    close();
  });
  host.append(notice);
  while (host.children.length > MOST) host.firstElementChild.remove();
  const stay = STAY[kind] + (action ? 5000 : 0);
  if (stay < Infinity) leaveAfter(notice, stay);
}

function leaveAfter(notice, stay) {
  let timer = 0;
  const start = () => { timer = setTimeout(() => notice.remove(), stay); };
  const hold = () => clearTimeout(timer);
  for (const event of ['pointerenter', 'focusin']) notice.addEventListener(event, hold);
  for (const event of ['pointerleave', 'focusout']) notice.addEventListener(event, () => { hold(); start(); });
  start();
}
