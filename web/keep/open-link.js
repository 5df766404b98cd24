/**
 * open-link.js - somebody's link: the text is shown first, and is run when it has been seen, on a tighter budget. One's own scene, by its
 * text, is opened as that one.
 */
import { BUDGETS } from '../session.js';
import { LinkError, PICTURE_VERSION, decodeLink, linkIn } from './link.js';

const PATIENCE = 1000; // ms for the text to be painted; pages in the background paint nothing

/** The next picture of the screen has what is in the document now. */
function painted() {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, PATIENCE);
  });
}

/**
 * @param {object} [how] run; again: the record of this tab, which has been loaded again: what was moved since the link was opened stays
 * @returns {Promise<boolean>} false: there is no scene in this fragment (if it should be, that is said)
 */
export async function openLink(session, hash, { run = true, again = null } = {}) {
  const code = linkIn(hash);
  if (code === null) return false;
  let link;
  try {
    link = await decodeLink(code);
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    session.notify('error', error.message);
    return false;
  }
  const { scenes } = session;
  const { text, parameters, camera, size, samples } = link;
  const wishes = { parameters: [...parameters], camera, size, samples };
  const record = again?.text === text ? again : scenes.ofLink(text, wishes);
  const marked = record !== null && scenes.store.marked(record.id);
  // A page that is just starting runs it as soon as there is an engine.
  const started = session.engine !== null;
  const how = { run: run && !started, link: true };
  if (record) scenes.reopen(record === again ? record : { ...record, ...wishes }, how);
  else scenes.openText({ name: link.name, text, ...wishes, budget: 'link', from: 'link', pristine: true }, how);
  await painted();
  if (started && run && !marked) session.run();
  // In a frame it would hide the picture.
  if (session.budget === 'link' && window.top === window) tellLimits(session);
  if (link.picture !== null && link.picture !== PICTURE_VERSION) {
    session.notify('info', `This link was made with picture version ${link.picture}, this page has ${PICTURE_VERSION}: the picture may be a little different.`);
  }
  return true;
}

function tellLimits(session) {
  const { timeLimit, scriptMemory, pixels, samples } = BUDGETS.link;
  const side = Math.sqrt(pixels);
  session.notify('info', `This scene came by a link. Its script has ${timeLimit} s and ${scriptMemory / 2 ** 20} MB, its picture at most `
    + `${side} × ${side} pixels and ${samples} samples.`, { label: 'Lift the limits', run: () => session.setBudget('own') });
}
