/* completion.js - suggestions in the editor: suggest.js shown by CodeMirror, with explanations beside them. */
import {
  acceptCompletion,
  autocompletion,
  completionKeymap,
  completionStatus,
  selectedCompletionIndex,
  snippet,
  startCompletion,
} from '@codemirror/autocomplete';
import { Prec } from '@codemirror/state';
import { keymap } from '@codemirror/view';
import { chip, explain } from './explain.js';
import { suggest } from './suggest.js';

/** Behind these, suggestions come by themselves: not behind a bare brace or comma, where a new line may follow. */
const OPENS = /[\w"':.]$|[{,=] $/;

function completionOf(option, context, language) {
  const { label, detail, boost, subject, color, kind } = option;
  const completion = { label, detail, boost, type: kind, color };
  if (subject) completion.info = () => explain(subject, language);
  completion.apply = (view, chosen, from, to) => {
    if (option.apply.snippet) snippet(option.apply.snippet)(view, chosen, from, to);
    else
      view.dispatch({
        changes: { from, to, insert: option.apply },
        selection: { anchor: from + option.apply.length },
        userEvent: 'input.complete',
      });
    if (option.again) startCompletion(view);
  };
  return completion;
}

/** Extensions. @param words Language of api.js @param language of lua.js, for the colours of examples */
export function completion(words, language) {
  let asked = false; // by key, not by typing
  const source = (context) => {
    const { state, pos, explicit } = context;
    asked = explicit;
    const line = state.doc.lineAt(pos);
    if (!explicit && !OPENS.test(line.text.slice(Math.max(0, pos - line.from - 3), pos - line.from))) return null;
    const found = suggest(words, state.doc.toString(), pos, explicit);
    if (!found) return null;
    return { from: found.from, options: found.options.map((option) => completionOf(option, context, language)), filter: true };
  };
  const active = (view) => completionStatus(view.state) === 'active';
  const accept = (view) => active(view) && acceptCompletion(view);
  /** Where nothing is typed of a word and none was chosen, Enter is a new line. */
  const acceptChosen = (view) => {
    const { head } = view.state.selection.main;
    const started = asked || /\S/.test(view.state.sliceDoc(Math.max(0, head - 1), head));
    return (started || selectedCompletionIndex(view.state) > 0) && accept(view);
  };
  // Before those that move between the places of a snippet.
  const keys = Prec.highest(
    keymap.of([{ key: 'Enter', run: acceptChosen }, { key: 'Tab', run: accept }, ...completionKeymap.filter(({ key }) => key !== 'Enter')]),
  );
  return {
    extensions: [
      autocompletion({
        override: [source],
        icons: false,
        defaultKeymap: false,
      filterStrict: true, // what only resembles the word would take the Enter behind a name that is new
        activateOnTypingDelay: 60,
        tooltipClass: () => 'cm-suggestions',
        addToOptions: [{ render: ({ color }) => (color ? chip(color) : null), position: 30 }],
      }),
      keys,
    ],
    keys: [],
  };
}
