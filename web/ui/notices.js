/**
 * notices.js - short messages over the page that need no answer, with at most one thing to do about each. What is good news goes by itself,
 * but not while it is looked at; errors stay until they are closed.
 */
import { icon, make } from './elements.js';
import { visible } from './format.js';

const STAY = { info: 7000, warning: 12000, error: Infinity }; // ms
const MOST = 4;

let before = null; // what had the focus before the notices did

export function mountNotices(session, root) {
  const host = root.querySelector('#notices');
  host.addEventListener('focusin', ({ relatedTarget }) => {
    if (relatedTarget && !host.contains(relatedTarget)) before = relatedTarget;
  });
  session.addEventListener('notice', (event) => show(host, event.detail));
}

function show(host, { kind = 'info', text, action }) {
  for (const old of [...host.children]) if (old.dataset.text === text) old.remove();
  const notice = make('div', { class: `notice ${kind}`, 'data-text': text });
  const close = () => leave(host, notice);
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

/** A notice that goes hands the focus on: to the next one, or back to where it came from. */
function leave(host, notice) {
  const focused = notice.contains(document.activeElement);
  const next = notice.nextElementSibling ?? notice.previousElementSibling;
  notice.remove();
  if (!focused) return;
  const target = next?.querySelector('button:last-of-type') ?? (before?.isConnected ? before : host.ownerDocument.getElementById('render'));
  target?.focus({ preventScroll: true });
}

function leaveAfter(notice, stay) {
  let timer = 0;
  const start = () => { timer = setTimeout(() => notice.remove(), stay); };
  const hold = () => clearTimeout(timer);
  for (const event of ['pointerenter', 'focusin']) notice.addEventListener(event, hold);
  for (const event of ['pointerleave', 'focusout']) notice.addEventListener(event, () => { hold(); start(); });
  start();
}
