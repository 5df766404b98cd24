/* completion.js - suggestions in the editor: suggest.js shown by CodeMirror, with explanations beside them. */
import { acceptCompletion, autocompletion, completionStatus, snippet, startCompletion } from '@codemirror/autocomplete';
import { chip, explain } from './explain.js';
import { suggest } from './suggest.js';

/** Behind these, suggestions come by themselves. */
const OPENS = /(?:[\w"'#]|[:.{,]|[{,]\s+|=\s?)$/;

function completionOf(option, context, language) {
  const { label, detail, boost, subject, color, kind } = option;
  const completion = { label, detail, boost, type: kind, color };
  if (subject) completion.info = () => explain(subject, language);
  completion.apply = (view, chosen, from, to) => {
    if (option.apply.snippet) snippet(option.apply.snippet)(view, chosen, from, to);
    else view.dispatch({ changes: { from, to, insert: option.apply }, selection: { anchor: from + option.apply.length }, userEvent: 'input.complete' });
    if (option.again) startCompletion(view);
  };
  return completion;
}

/** @param words Language of api.js @param language of lua.js, for the colours of examples */
export function completion(words, language) {
  const source = (context) => {
    const { state, pos, explicit } = context;
    const line = state.doc.lineAt(pos);
    if (!explicit && !OPENS.test(line.text.slice(Math.max(0, pos - line.from - 3), pos - line.from))) return null;
    const found = suggest(words, state.doc.toString(), pos, explicit);
    if (!found) return null;
    return { from: found.from, options: found.options.map((option) => completionOf(option, context, language)), filter: true };
  };
  return {
    extensions: [autocompletion({
      override: [source],
      icons: false,
      activateOnTypingDelay: 60,
      tooltipClass: () => 'cm-suggestions',
      addToOptions: [{ render: ({ color }) => (color ? chip(color) : null), position: 30 }],
    })],
    keys: [
      { key: 'Tab', run: (view) => completionStatus(view.state) === 'active' && acceptCompletion(view) },
    ],
  };
}
