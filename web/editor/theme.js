/* theme.js - how the editor looks: the page's custom properties, so that dark and light switch without it. Sizes in rem and em. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const surface = {
  background: 'var(--surface)',
  color: 'var(--ink)',
  border: '1px solid var(--line-strong, var(--line))',
  borderRadius: 'var(--radius)',
  boxShadow: 'var(--shadow)',
};

const button = {
  font: 'inherit',
  color: 'var(--ink)',
  background: 'transparent',
  backgroundImage: 'none',
  border: '1px solid var(--line)',
  borderRadius: 'calc(var(--radius) * .75)',
  padding: '.2em .6em',
  cursor: 'pointer',
};

const wavy = (color) => ({ backgroundImage: 'none', textDecoration: `underline wavy ${color} 1px`, textUnderlineOffset: '3px', textDecorationSkipInk: 'none' });

const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--ink)', background: 'transparent', fontSize: 'var(--mono-size, 13px)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono, monospace)', lineHeight: '1.55', overflow: 'auto' },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--accent)' },
  '.cm-line': { padding: '0 .75rem 0 .35rem' },
  '&.cm-focused > .cm-scroller > .cm-cursorLayer .cm-cursor, .cm-cursor': { borderLeft: '2px solid var(--accent)', marginLeft: '-1px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    { background: 'var(--code-selection)' },
  '.cm-content ::selection': { background: 'var(--code-selection)' },
  '.cm-activeLine': { background: 'transparent' },
  '&.cm-focused .cm-activeLine': { background: 'var(--code-line)' },
  '.cm-activeLineGutter': { background: 'transparent' },
  '&.cm-focused .cm-activeLineGutter': { background: 'transparent', color: 'var(--ink)' },
  '.cm-gutters': { background: 'transparent', color: 'var(--ink-quiet)', border: 'none', userSelect: 'none', WebkitUserSelect: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 .35rem 0 .5rem', minWidth: '2rem' },
  '.cm-foldGutter .cm-gutterElement': { width: '1em', cursor: 'pointer' },
  '.cm-foldGutter .cm-fold-open': { opacity: '0' },
  '.cm-gutters:hover .cm-fold-open': { opacity: '1' },
  '.cm-foldPlaceholder': { ...button, padding: '0 .4em', margin: '0 .2em', color: 'var(--ink-quiet)' },
  '&.cm-focused .cm-matchingBracket': { background: 'var(--code-match)', outline: 'none' },
  '&.cm-focused .cm-nonmatchingBracket': { background: 'transparent', color: 'var(--danger)' },
  '.cm-selectionMatch': { background: 'var(--code-match)' },
  '.cm-searchMatch': { background: 'var(--code-match)', outline: '1px solid var(--line)' },
  '.cm-searchMatch-selected': { background: 'var(--code-selection)', outline: '1px solid var(--accent)' },
  '.cm-revealed': { background: 'var(--code-match)' },
  '.cm-snippetField': { background: 'var(--code-match)' },

  '.cm-panels': { background: 'var(--surface)', color: 'var(--ink)' },
  '.cm-panels-top': { borderBottom: '1px solid var(--line)' },
  '.cm-panel.cm-search': { padding: '.5rem 2rem .5rem .75rem', fontFamily: 'var(--font)', display: 'flex', flexWrap: 'wrap', gap: '.35rem', alignItems: 'center' },
  '.cm-panel.cm-search br': { display: 'none' },
  '.cm-panel.cm-search label': { fontSize: '.8125rem', display: 'inline-flex', gap: '.3em', alignItems: 'center', margin: '0' },
  '.cm-textfield': { font: 'inherit', fontSize: 'max(.8125rem, var(--field-size, 0px))', color: 'var(--ink)', background: 'var(--ground)', border: '1px solid var(--line)', borderRadius: 'calc(var(--radius) * .75)', padding: '.25em .5em', margin: '0' },
  '.cm-button': { ...button, fontSize: '.8125rem', margin: '0' },
  '.cm-button:hover': { background: 'var(--code-line)' },
  '.cm-panel.cm-search [name=close], .cm-dialog-close': { position: 'absolute', top: '.4rem', right: '.4rem', width: '1.6rem', height: '1.6rem', font: 'inherit', fontSize: '1.1rem', color: 'var(--ink)', background: 'transparent', border: 'none', borderRadius: '4px', cursor: 'pointer' },
  ':is(.cm-button, .cm-textfield, [name=close], .cm-dialog-close, .cm-diagnosticAction, input[type=checkbox]):focus-visible':
    { outline: '2px solid var(--accent)', outlineOffset: '1px' },

  '.cm-tooltip': { ...surface, fontFamily: 'var(--font)', fontSize: '.8125rem', lineHeight: '1.5', zIndex: '30' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '15em', minWidth: '15em', maxWidth: 'min(34rem, 92vw)', padding: '.25rem', scrollbarWidth: 'thin' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '.15rem .4rem', borderRadius: '4px', lineHeight: '1.5', display: 'flex', alignItems: 'baseline', gap: '.5em' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { background: 'var(--code-selection)', color: 'var(--ink)' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionLabel': { flex: 'none' },
  '.cm-completionDetail': { marginLeft: 'auto', paddingLeft: '1em', fontStyle: 'normal', fontFamily: 'var(--font)', color: 'var(--ink-quiet)', overflow: 'hidden', textOverflow: 'ellipsis' },
  '.cm-tooltip.cm-completionInfo': { padding: '0', maxWidth: 'min(26rem, 92vw)' },
  '.cm-completionInfo.cm-completionInfo-right': { marginLeft: '4px' },
  '.cm-completionInfo.cm-completionInfo-left': { marginRight: '4px' },
  '.cm-doc': { padding: '.5rem .7rem', maxWidth: '26rem', maxHeight: '22rem', overflow: 'auto' },
  '.cm-doc p': { margin: '0 0 .35rem' },
  '.cm-doc p:last-child': { margin: '0' },
  '.cm-doc-head': { fontFamily: 'var(--mono)', display: 'flex', gap: '.6em', alignItems: 'baseline', justifyContent: 'space-between' },
  '.cm-doc-kind': { fontFamily: 'var(--font)', color: 'var(--ink-quiet)' },
  '.cm-doc dl': { display: 'grid', gridTemplateColumns: 'max-content 1fr', gap: '.1rem .8rem', margin: '.2rem 0 .35rem' },
  '.cm-doc dt': { color: 'var(--ink-quiet)' },
  '.cm-doc dd': { margin: '0' },
  '.cm-doc code': { fontFamily: 'var(--mono)', fontSize: '.95em' },
  '.cm-doc pre': { fontFamily: 'var(--mono)', fontSize: '.92em', lineHeight: '1.5', margin: '.45rem 0 0', padding: '.4rem .55rem', borderRadius: '4px', background: 'var(--code-line)', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
  '.cm-doc-fields': { color: 'var(--ink-quiet)', fontFamily: 'var(--mono)', fontSize: '.92em' },
  '.cm-chip': { display: 'inline-block', width: '.8em', height: '.8em', borderRadius: '3px', border: '1px solid var(--line)', verticalAlign: '-.05em', flex: 'none' },
  '.cm-line .cm-chip': { margin: '0 .3em 0 0' },

  '.cm-lintRange': { backgroundImage: 'none', paddingBottom: '0' },
  '.cm-lintRange-error': wavy('var(--danger)'),
  '.cm-lintRange-warning': wavy('var(--warn)'),
  '.cm-lintRange-info, .cm-lintRange-hint': { backgroundImage: 'none', textDecoration: 'underline dotted var(--ink-quiet) 1px', textUnderlineOffset: '3px' },
  '.cm-lintRange-active': { background: 'var(--code-match)' },
  '.cm-lintPoint:after': { display: 'none' },
  '.cm-gutter-lint': { width: '.9em' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '0', display: 'flex', alignItems: 'center', justifyContent: 'center' },
  '.cm-lint-marker': { width: '.55em', height: '.55em', borderRadius: '50%', content: 'normal', cursor: 'default' },
  '.cm-lint-marker-error': { content: 'normal', background: 'var(--danger)' },
  '.cm-lint-marker-warning': { content: 'normal', background: 'var(--warn)', borderRadius: '1px', transform: 'rotate(45deg)' },
  '.cm-lint-marker-info, .cm-lint-marker-hint': { content: 'normal', background: 'var(--ink-quiet)' },
  '.cm-tooltip-lint': { padding: '0', margin: '0', maxWidth: 'min(32rem, 92vw)' },
  '.cm-diagnostic': { padding: '.45rem .7rem', border: 'none', whiteSpace: 'pre-wrap', marginLeft: '0', borderLeft: '3px solid var(--ink-quiet)', borderRadius: '2px' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--danger)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warn)' },
  '.cm-diagnosticAction': { ...button, display: 'inline-block', margin: '.35rem .5rem 0 0', color: 'var(--accent)', borderColor: 'var(--accent)' },
  '.cm-diagnosticAction u': { textDecoration: 'none' },
  '.cm-diagnostic-note': { display: 'block', color: 'var(--ink-quiet)', marginTop: '.2rem', fontFamily: 'var(--mono)', fontSize: '.92em' },

  '@media (pointer: coarse)': { '&': { fontSize: '16px', '--field-size': '16px' } },
  '@media (forced-colors: active)': { '.cm-activeLine': { outline: '1px dotted' }, '.cm-lint-marker': { background: 'CanvasText', forcedColorAdjust: 'none' } },
});

const colors = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--code-comment)', fontStyle: 'italic' },
  { tag: tags.keyword, color: 'var(--code-keyword)' },
  { tag: tags.atom, color: 'var(--code-number)' },
  { tag: tags.number, color: 'var(--code-number)' },
  { tag: tags.string, color: 'var(--code-string)' },
  { tag: tags.typeName, color: 'var(--code-entry)', fontWeight: '600' },
  { tag: [tags.standard(tags.variableName), tags.function(tags.propertyName)], color: 'var(--code-function)' },
  { tag: tags.propertyName, color: 'var(--code-field)' },
  { tag: [tags.operator, tags.punctuation, tags.bracket], color: 'var(--code-punctuation)' },
]);

export const theme = [look, syntaxHighlighting(colors)];
export { colors as highlightStyle };
