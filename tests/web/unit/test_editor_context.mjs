/* The editor's sense of place: tokens, frames around a place, what made a value, what names there are. A bar in a text is the caret. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callEnd, contextAt, declaredNames, fieldTexts, literalValues, madeBy, subjectAt } from '../../../web/editor/context.js';
import { content, tokenize } from '../../../web/editor/tokens.js';

const language = {
  entries: new Map(['sphere', 'box', 'metal', 'matte', 'group', 'camera'].map((name) => [name, {}])),
  functions: new Map(['rng', 'proto', 'color', 'param', 'mix'].map((name) => [name, {}])),
};

function at(marked) {
  const place = marked.indexOf('|');
  return contextAt(marked.replace('|', ''), place);
}

/** "kind word | open callee key position given" */
function summary(marked) {
  const { kind, word, frame } = at(marked);
  const around = frame
    ? [frame.open, frame.callee || '-', frame.key || '-', frame.position, [...frame.given].join('+') || '-'].join(' ')
    : 'none';
  return `${kind} '${word}' in ${around}`;
}

const types = (text) => tokenize(text).map(({ type, text: word }) => `${type}:${word}`);

test('tokens of Lua 5.4', () => {
  assert.deepEqual(types('local x<const> = 0x1Fp-2 // 3.5e+2 .. "a\\"b"'), [
    'keyword:local',
    'name:x',
    'op:<',
    'name:const',
    'op:>',
    'op:=',
    'number:0x1Fp-2',
    'op://',
    'number:3.5e+2',
    'op:..',
    'string:"a\\"b"',
  ]);
  assert.deepEqual(types('goto done ::done:: a.b:c{...}'), [
    'keyword:goto',
    'name:done',
    'op:::',
    'name:done',
    'op:::',
    'name:a',
    'op:.',
    'name:b',
    'op::',
    'name:c',
    'op:{',
    'op:...',
    'op:}',
  ]);
  assert.deepEqual(types('-- a\nx --[[ b\n]] y --[==[ ]] ]==] z'), [
    'comment:-- a',
    'name:x',
    'comment:--[[ b\n]]',
    'name:y',
    'comment:--[==[ ]] ]==]',
    'name:z',
  ]);
  assert.deepEqual(types('[==[ a ]] ]==] [[b]]'), ['string:[==[ a ]] ]==]', 'string:[[b]]']);
  assert.deepEqual(types('#!/usr/bin/moonlit\nplane{}'), ['comment:#!/usr/bin/moonlit', 'name:plane', 'op:{', 'op:}']);
  assert.deepEqual(types('1..2'), ['number:1', 'op:..', 'number:2']);
});

test('what is not closed ends somewhere', () => {
  assert.deepEqual(types('a = "b\nc'), ['name:a', 'op:=', 'string:"b', 'name:c']);
  assert.deepEqual(types('"a\\\nb" c'), ['string:"a\\\nb"', 'name:c']);
  assert.deepEqual(types('"a\\z  \n  b" c'), ['string:"a\\z  \n  b"', 'name:c']);
  assert.deepEqual(types('[[ a'), ['string:[[ a']);
  assert.deepEqual(tokenize('"ab" [=[cd]=] "ef').map(content), ['ab', 'cd', 'ef']);
  assert.deepEqual(types('ä = 1'), ['op:ä', 'op:=', 'number:1']);
});

test('fields and values of a call', () => {
  assert.equal(summary('sphere{ ra|'), "key 'ra' in { sphere - 1 -");
  assert.equal(summary('sphere{ radius = |'), "value '' in { sphere radius 1 radius");
  assert.equal(summary('sphere{ radius = 1 |'), "none '' in { sphere radius 1 radius");
  assert.equal(summary('sphere{ 1, |'), "key '' in { sphere - 2 -");
  assert.equal(summary('sphere{ radius = 1, "gold", |'), "key '' in { sphere - 2 radius");
  assert.equal(summary('sphere({ radius = 1, |'), "key '' in { sphere - 1 radius");
  assert.equal(summary('sphere{ center = {0, |'), "key '' in { - - 2 -");
  assert.equal(at('sphere{ center = {0, |').frame.outer.key, 'center');
  assert.equal(summary('sphere{ material = mix(|'), "expression '' in ( mix - 1 -");
  assert.equal(summary('sphere{ center = {0, 1, 0}, radius = 1 }\nbox{ |'), "key '' in { box - 1 -");
});

test('what stands behind the caret counts as given', () => {
  assert.equal(
    summary('sphere{ radius = 1, | at = {x = 1}, floor = true }\nplane{ material = 2 }'),
    "key '' in { sphere - 1 radius+at+floor",
  );
  assert.equal(summary('sphere{ |, f = function() local q = 1 end, at = 2 }'), "key '' in { sphere - 1 f+at");
});

test('nested calls, comments and strings do not mislead', () => {
  assert.equal(
    summary('sphere{ -- box{ in a comment\n material = metal{ "a } {", roughness = |'),
    "value '' in { metal roughness 2 roughness",
  );
  assert.equal(summary('sphere{ material = metal{ "gold" }, |'), "key '' in { sphere - 1 material");
  assert.equal(summary('sphere{ name = [[ box{ ]], |'), "key '' in { sphere - 1 name");
  assert.equal(summary('-- sphere{ |'), "comment '' in none");
  assert.equal(summary('--[[ sphere{\n |'), "comment '' in none");
  assert.equal(summary('--[[ sphere{ ]] sp|'), "statement 'sp' in none");
});

test('blocks within tables are statements again', () => {
  assert.equal(summary('group{ surface{ f = function(u, v) sp|').slice(0, 26), "statement 'sp' in block - ");
  assert.equal(summary('group{ surface{ f = function(u, v) return u end, |'), "key '' in { surface - 1 f");
  assert.equal(summary('for i = 1, 3 do sp|').slice(0, 21), "statement 'sp' in blo");
  assert.equal(summary('if a then b() else |').slice(0, 14), "statement '' i");
  assert.equal(summary('repeat f() until |').slice(0, 15), "expression '' i");
});

test('too many closing brackets are skipped', () => {
  assert.equal(summary('}) end sphere{ |'), "key '' in { sphere - 1 -");
  assert.equal(summary('sphere{ at = (1, 2}, box{ |'), "key '' in { box - 1 -");
  assert.equal(summary('f(}, g{ |'), "key '' in { g - 1 -");
});

test('strings know their call', () => {
  assert.equal(summary('matte "|'), "string '' in string matte - 1 -");
  assert.equal(summary('matte "to|mato" .. x'), "string 'to' in string matte - 1 -");
  assert.equal(summary('metal{ "go|'), "string 'go' in { metal - 1 -");
  assert.equal(summary("sphere{ material = 'gl|ass' }"), "string 'gl' in { sphere material 1 material");
  const closed = at('matte "to|mato"');
  assert.deepEqual([closed.from, closed.to], [7, 13]);
  const open = at('matte "to| }');
  assert.deepEqual([open.from, open.to], [7, 9]);
});

test('statements, expressions, names and numbers', () => {
  assert.equal(at('sp|').kind, 'statement');
  assert.equal(at('plane{}\nsp|').kind, 'statement');
  assert.equal(at('x = 1\n|').kind, 'statement');
  assert.equal(at('x = |').kind, 'expression');
  assert.equal(at('x = 1 + s|').kind, 'expression');
  assert.equal(at('local s|').kind, 'name');
  assert.equal(at('function s|').kind, 'name');
  assert.equal(at('for s|').kind, 'name');
  assert.equal(at('x = 12|').kind, 'number');
  assert.equal(at('math.s|').kind, 'member');
  assert.equal(at('x:s|').kind, 'method');
});

test('who made it: through methods, variables, lists of them, patterns', () => {
  const maker = (marked) => {
    const { tokens, kind, frame } = at(marked);
    return madeBy(tokens, kind === 'method' ? tokens.length - 2 : frame.receiver, language);
  };
  assert.equal(maker('sphere{}:|'), 'sphere');
  assert.equal(maker('sphere{ radius = 1 }:at(0, 1, 0):turn{ y = 3 }:|'), 'sphere');
  assert.equal(maker('local b = proto(sphere{}:at(1, 2, 3))\nb:|'), 'sphere');
  assert.equal(maker('local m, r = matte "red", rng "x"\nr:|'), 'rng');
  assert.equal(maker('local m, r = matte "red", rng "x"\nm:|'), 'matte');
  assert.equal(maker('local a = box{}\nlocal b = a\nb:with{ |'), 'box');
  assert.equal(maker('local a = box{}\na = sphere{}\na:|'), 'sphere');
  assert.equal(maker('group{ box{} }:with{ |'), 'group');
  assert.equal(maker('local a = a\na:|'), '');
  assert.equal(maker('unknown():|'), '');
});

test('names that a text declares, the nearest first', () => {
  const text = 'local a, b <const> = 1, 2\nlocal function f(x, y) end\nfor i, v in pairs(t) do g = 1 end\n';
  assert.deepEqual(new Set(declaredNames(text, text.length, language)), new Set(['a', 'b', 'f', 'x', 'y', 'i', 'v', 'g']));
  assert.equal(declaredNames(text, text.length, language)[0], 'g');
  assert.deepEqual(declaredNames('sphere{ radius = 1 }\nlocal box = 1', 0, language), []);
});

test('the subject at a place', () => {
  const subject = (marked) => {
    const found = subjectAt(marked.replace('|', ''), marked.indexOf('|'));
    return found && `${found.token.text} ${found.isKey} ${found.behind || '-'} ${found.frame?.callee ?? ''}`;
  };
  assert.equal(subject('sp|here{ radius = 1 }'), 'sphere false - ');
  assert.equal(subject('sphere{ rad|ius = 1 }'), 'radius true - sphere');
  assert.equal(subject('sphere{ radius| = 1 }'), 'radius true - sphere');
  assert.equal(subject('sphere{ 1 }:a|t(1)'), 'at false method ');
  assert.equal(subject('metal "go|ld"'), '"gold" false - metal');
  assert.equal(subject('-- sp|here'), null);
  assert.equal(subject('|'), null);
});

test('literal numbers of fields, with their signs', () => {
  const { found } = literalValues('sphere{ radius = -1, at = {1}, x = 3 + 1, y = a - 2, fov = 2 }');
  assert.deepEqual(
    found.map(({ key, value, from }) => [key, value, from]),
    [
      ['radius', -1, 17],
      ['fov', 2, 59],
    ],
  );
});

test('calls of examples', () => {
  const example = 'local r = 1\nquad{ at = {-1, 0, 0}, u = {2, 0, 0}, material = metal{ "gold" } }\nplane{}';
  assert.equal(fieldTexts(example, 'quad').get('u'), '{2, 0, 0}');
  assert.equal(fieldTexts(example, 'quad').get('material'), 'metal{ "gold" }');
  assert.equal(fieldTexts('triangle{ {1, 2, 3}, {4, 5, 6} }', 'triangle').get('2'), '{4, 5, 6}');
  assert.equal(example.slice(0, callEnd(example, 'quad')).split('\n').length, 2);
  assert.equal(callEnd(example, 'metal'), -1);
});

test('any cut of any scene has a place', () => {
  const text =
    'sphere{ center = {-1, .5}, material = metal{ "gold", roughness = .2 } }:at(1, 2)\nlocal function f(a) return [[x]] end -- c\n';
  for (let cut = 0; cut <= text.length; cut++) {
    assert.doesNotThrow(() => contextAt(text.slice(0, cut), cut));
    assert.doesNotThrow(() => contextAt(text, cut));
    assert.doesNotThrow(() => subjectAt(text, cut));
  }
});
