/* The editor's arithmetic: the least change between two texts, numbers stepped up and down, and Lua's colours and indentation. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getIndentation, IndentContext, indentUnit } from '../../../web/node_modules/@codemirror/language/dist/index.js';
import { EditorState } from '../../../web/node_modules/@codemirror/state/dist/index.js';
import { leastChange, withPlainBreaks } from '../../../web/editor/changes.js';
import { luaLanguage } from '../../../web/editor/lua.js';
import { numberAt, stepNumber, stepOf } from '../../../web/editor/steps.js';

test('the least change makes one text of the other', () => {
  assert.equal(leastChange('same', 'same'), null);
  assert.deepEqual(leastChange('radius = 1', 'radius = 12'), { from: 10, to: 10, insert: '2' });
  assert.deepEqual(leastChange('aaa', 'aa'), { from: 2, to: 3, insert: '' });
  assert.deepEqual(leastChange('', 'ab'), { from: 0, to: 0, insert: 'ab' });
  let seed = 7;
  const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  const make = () => Array.from({ length: random(12) }, () => ['a', 'b', '\n', '😀', '😁'][random(5)]).join('');
  for (let i = 0; i < 2000; i++) {
    const [from, to] = [make(), make()];
    const change = leastChange(from, to);
    if (!change) {
      assert.equal(from, to);
      continue;
    }
    assert.equal(from.slice(0, change.from) + change.insert + from.slice(change.to), to);
    assert.ok(change.insert.isWellFormed?.() ?? true, 'no half of a character');
    assert.ok(from.slice(change.from, change.to).isWellFormed?.() ?? true);
  }
});

test('line breaks as a textarea has them', () => assert.equal(withPlainBreaks('a\r\nb\rc\n'), 'a\nb\nc\n'));

test('steps fit the number as it is written', () => {
  assert.equal(stepOf('1', false), 0.1);
  assert.equal(stepOf('1', true), 1);
  assert.equal(stepOf('0.25', false), 0.01);
  assert.equal(stepOf('.5', false), 0.1);
  assert.equal(stepOf('30', false), 1);
  assert.equal(stepOf('900', false), 10);
  assert.equal(stepOf('1280', true), 100);
});

test('numbers keep their form, sign and limits', () => {
  const step = (text, count, field, whole = false) => stepNumber(text.replace('-', ''), text.startsWith('-') ? -1 : 1, count, field, whole);
  assert.equal(step('1', 1), '1.1');
  assert.equal(step('1', -1), '0.9');
  assert.equal(step('1', 10), '2');
  assert.equal(step('0.95', 5), '1.00');
  assert.equal(step('.1', -1), '.0');
  assert.equal(step('.2', -1), '.1');
  assert.equal(step('-1', 1), '-0.9');
  assert.equal(step('0.1', -2), '-0.1');
  assert.equal(step('5', 1, null, true), '6');
  assert.equal(step('0.9', 5, { least: 0, most: 1 }), '1.0');
  assert.equal(step('0.1', -5, { least: 0, most: 1 }), '0.0');
  assert.equal(step('0.1', -5, { least: 0, above: true, most: 1 }), '0.1');
  assert.equal(step('7', -1, { least: 0, most: 1 }), '6.9');
  assert.equal(step('3', -1, { least: 3, most: 4096 }, true), '3');
});

test('the number at a place, with its sign', () => {
  const words = { fieldAt: () => null };
  const found = (marked) => numberAt(words, marked.replace('|', ''), marked.indexOf('|'));
  assert.equal(found('x = -1|2').from, 4);
  assert.equal(found('x = -1|2').sign, -1);
  assert.equal(found('x = a -1|2').from, 7);
  assert.equal(found('{0, -|5}')?.from, 4);
  assert.equal(found('x = 0x1|2'), null);
  assert.equal(found('na|me'), null);
});

const language = luaLanguage({ entries: new Map([['sphere', 1]]), functions: new Map([['mix', 1]]) });
const stateOf = (doc) => EditorState.create({ doc, extensions: [language, indentUnit.of('  ')] });

/** Indentation that the last line should have. */
function indentation(doc) {
  const state = stateOf(doc);
  return getIndentation(new IndentContext(state), state.doc.length);
}

test('indentation of blocks and brackets', () => {
  assert.equal(indentation('sphere{\n'), 2);
  assert.equal(indentation('sphere{\n  radius = 1\n}'), 0);
  assert.equal(indentation('for i = 1, 3 do\n'), 2);
  assert.equal(indentation('for i = 1, 3 do\n  x()\nend'), 0);
  assert.equal(indentation('if a then\n  b()\nelse'), 0);
  assert.equal(indentation('if a then\n  b()\nelse\n'), 2);
  assert.equal(indentation('repeat\n  x()\nuntil'), 0);
  assert.equal(indentation('local f = function()\n'), 2);
  assert.equal(indentation('  group{ sphere{\n'), 4);
  assert.equal(indentation('group{ sphere{ radius = 1 },\n'), 2);
  assert.equal(indentation('sphere{ radius = 1 }\n'), 0);
  assert.equal(indentation('-- sphere{\n'), 0);
  assert.equal(indentation('x = "sphere{"\n'), 0);
  assert.equal(indentation('}\n'), 0);
});

test('colours: words of the scene, fields, long strings and comments', () => {
  const names = (doc) => {
    const found = [];
    language.parser.parse(doc).iterate({
      enter: (node) => {
        if (!node.type.isTop) found.push(`${node.name}:${doc.slice(node.from, node.to)}`);
      },
    });
    return found;
  };
  assert.deepEqual(names('sphere{ sphere = mix }'), [
    'entry:sphere',
    'bracket:{',
    'propertyName:sphere',
    'operator:=',
    'variableName.standard:mix',
    'bracket:}',
  ]);
  assert.deepEqual(names('x = [==[ a\n]] ]==] --[[ b\nc ]] 1'), [
    'variableName:x',
    'operator:=',
    'string:[==[ a',
    'string:]] ]==]',
    'comment:--[[ b',
    'comment:c ]]',
    'number:1',
  ]);
  assert.deepEqual(names('a:at(1) // b.sphere ~= nil'), [
    'variableName:a',
    'punctuation::',
    'method:at',
    'bracket:(',
    'number:1',
    'bracket:)',
    'operator://',
    'variableName:b',
    'punctuation:.',
    'propertyName:sphere',
    'operator:~=',
    'atom:nil',
  ]);
  assert.deepEqual(names('"a\\\nb" goto c'), ['string:"a\\', 'string:b"', 'keyword:goto', 'variableName:c']);
});
