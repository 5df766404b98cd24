/** The page's lists of words, figures and fields are those of the bridge. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { FORMATS, FIGURES, MAX_NAME, MAX_SOURCE, MAX_TEXT, BAND, REQUEST, STATES, TURN, WORDS } from '../../../web/engine/words.js';

const source = name => readFile(new URL(`../../../${name}`, import.meta.url), 'utf8');
const names = (text, macro) => [...text.matchAll(new RegExp(`^${macro}\\((\\w+)\\)`, 'gm'))].map(match => match[1]);
const withoutComments = text => text.replace(/\/\*[^]*?\*\//g, '').replace(/\/\/.*/g, '');

test('words are those of words.def, in order', async () => {
  const listed = names(await source('web/bridge/words.def'), 'WORD');
  assert.ok(listed.length > 30);
  assert.deepEqual(WORDS, listed);
});

test('figures are those of figures.def, in order', async () => {
  const listed = names(await source('web/bridge/figures.def'), 'FIGURE');
  assert.ok(listed.length > 5);
  assert.deepEqual(FIGURES, listed);
});

test('the request has the fields of BridgeRequest, where a 32-bit machine has them', async () => {
  const header = withoutComments(await source('web/bridge/bridge.h'));
  const body = /typedef struct BridgeRequest \{([^]*?)\} BridgeRequest;/.exec(header)[1];
  const sizes = { int32_t: 4, double: 8, char: 1 };
  let offset = 0;
  const fields = {};
  for (const [, type, list] of body.matchAll(/(int32_t|double|char) ([^;]+);/g)) {
    for (const each of list.split(',')) {
      const [, name, count] = /^\s*(\w+)(?:\[(\w+)\])?$/.exec(each);
      offset = Math.ceil(offset / sizes[type]) * sizes[type];
      fields[name] = offset;
      offset += sizes[type] * (count === 'BRIDGE_MAX_TEXT' ? MAX_TEXT : Number(count ?? 1));
    }
  }
  assert.deepEqual({ ...REQUEST }, fields);
});

test('sizes, states, turns and formats are those of the headers', async () => {
  const header = await source('web/bridge/bridge.h');
  const constant = name => Function(`const BRIDGE_MAX_SOURCE = 4 << 20; return ${new RegExp(`${name} = ([^,}]+)`).exec(header)[1]}`)();
  assert.equal(MAX_SOURCE, constant('BRIDGE_MAX_SOURCE'));
  assert.equal(MAX_TEXT, constant('BRIDGE_MAX_TEXT'));
  assert.equal(MAX_NAME, constant('BRIDGE_MAX_NAME'));
  assert.equal(BAND, constant('BRIDGE_BAND'));
  const states = /typedef enum BridgeState \{([^]*?)\} BridgeState;/.exec(withoutComments(header))[1];
  assert.deepEqual(STATES, [...states.matchAll(/BRIDGE_(\w+)/g)].map(match => match[1].toLowerCase()));
  const turns = /enum \{ TURN_PAGE = (\d), TURN_OFFERED = (\d), TURN_READY = (\d), TURN_REFUSED = (\d), TURN_FILLED = (\d) \}/
    .exec(await source('web/bridge/files.c'));
  assert.deepEqual(Object.values(TURN), turns.slice(1).map(Number));
  const formats = /typedef enum MlImageFormat \{([^}]*)\}/.exec(await source('engine/moonlit.h'))[1].split(',').map(each => each.trim());
  for (const [name, number] of Object.entries(FORMATS)) assert.equal(formats[number], `ML_IMAGE_${name.toUpperCase()}`);
});
