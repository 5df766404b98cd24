/**
 * messages.js - what is wrong with the scene, line by line, and what it printed. Every text is shown as text, whatever is in it.
 */
import { make, setText } from './elements.js';
import { plural, visible } from './format.js';
import { fixed } from './places.js';

const MOST_LINES = 500;
export const MOST_MISSING = 100; // files that are listed; a script may name any number
const LONGEST = 2000; // characters of a line

export function mountMessages(session, root) {
  const host = root.querySelector('#console');
  const badge = root.querySelector('#message-count');
  const list = make('ul', { class: 'diagnostics' });
  const prints = make('pre', { class: 'prints', 'aria-label': 'What the script printed' });
  const quiet = make('p', { class: 'nothing' }, 'Errors and what the script prints are shown here.');
  host.append(list, prints, quiet);
  let shown = '';
  let about = null; // the text that the report is about; null: it had changed before the report came

  /** The line may have been edited since the report: then its fix is none. */
  const repair = (fix) => {
    const text = fixed(session.text, fix, about);
    if (text !== null) session.setText(text, 'fix');
    else session.notify('info', `Line ${fix.line} has changed since: render the scene again, then fix what is left.`);
  };

  const draw = () => {
    const { report } = session;
    const entries = entriesOf(report);
    const text = cut(report?.console ?? '');
    const now = JSON.stringify([entries, text]);
    if (now === shown) return;
    shown = now;
    const focused = [...list.querySelectorAll('button')].indexOf(root.activeElement);
    list.replaceChildren(...entries.map((entry) => item(session, root, entry, repair)));
    if (focused >= 0) list.querySelectorAll('button')[focused]?.focus();
    prints.textContent = text;
    list.hidden = !entries.length;
    prints.hidden = !text;
    quiet.hidden = entries.length > 0 || text !== '';
    const { errors = 0, warnings = 0 } = report?.script ?? {};
    const wrong = Math.max(errors, entries.some((entry) => entry.severity === 'error') ? 1 : 0);
    setText(badge, wrong ? String(wrong) : warnings ? String(warnings) : '');
    badge.dataset.severity = wrong ? 'error' : 'warning';
    badge.title = [wrong && plural(wrong, 'error'), warnings && plural(warnings, 'warning')].filter(Boolean).join(', ');
  };

  session.addEventListener('report', () => {
    about = session.isReportCurrent ? session.text : null;
    draw();
  });
  draw();
}

/** What there is to say, first what stands in the way. An error about a file that is missing is shown as what to do about it. */
export function entriesOf(report) {
  if (!report) return [];
  const diagnostics = report.script?.diagnostics ?? [];
  const about = (path) => diagnostics.find(({ message }) => message.endsWith(`there is no file '${path}' beside the scene`));
  const missing = (report.missing ?? []).slice(0, MOST_MISSING).map((path) => ({ line: 0, ...about(path), severity: 'error', missing: path }));
  const failure = report.failure ? [{ severity: 'error', message: report.failure, line: 0 }] : [];
  const told = new Set((report.missing ?? []).map(about));
  const rank = (entry) => (entry.severity === 'error' ? 0 : 1);
  return [...missing, ...failure, ...diagnostics.filter((each) => !told.has(each)).sort((a, b) => rank(a) - rank(b))];
}

function item(session, root, entry, repair) {
  const { severity, message, note, count, line, fix, file, missing } = entry;
  const here = line > 0 && (!file || file === session.name);
  const place = line > 0 ? `${here ? 'line' : `${visible(file)}, line`} ${line}: ` : '';
  const times = count > 1 ? ` (${plural(count, 'time')})` : '';
  const text = [make('span', { class: 'place' }, place),
    ...(missing ? [make('strong', {}, visible(missing)), ' is missing: drop it anywhere on this page'] : [wording(message), times])];
  const told = here
    ? make('button', { type: 'button', class: 'go', title: 'Go there', onclick: () => session.reveal(entry) }, ...text)
    : make('span', { class: 'go' }, ...text);
  return make('li', { class: severity }, told,
    here && fix ? make('button', { type: 'button', class: 'fix', onclick: () => repair(fix) }, `Fix: ${visible(fix.text)}`) : null,
    missing ? make('button', { type: 'button', class: 'fix', onclick: () => root.querySelector('#tab-files').click() }, 'Files…') : null,
    note ? make('p', { class: 'note' }, wording(note)) : null);
}

const wording = (text) => visible(text.slice(0, LONGEST));

/** The last lines, none too long. */
export function cut(text) {
  const lines = text.replace(/\n$/, '').split('\n');
  const kept = lines.slice(-MOST_LINES).map((line) => (line.length > LONGEST ? `${line.slice(0, LONGEST)} …` : line));
  if (lines.length > MOST_LINES) kept.unshift(`… ${plural(lines.length - MOST_LINES, 'line')} before these are left out`);
  return visible(kept.join('\n'));
}
