/* test_ui.mjs - words, numbers and places of the page: what can be said without a document (web/ui/, web/query.js). */
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { bytes, count, plural, rate, seconds, visible } from '../../../web/ui/format.js';
import { fixed, offsetOf, rangeOf } from '../../../web/ui/places.js';
import { cut, entriesOf } from '../../../web/ui/messages.js';
import { sentence } from '../../../web/ui/running.js';
import { wholePage } from '../../../web/ui/embed.js';
import { readQuery } from '../../../web/query.js';

describe('numbers', () => {
  test('counts in groups of three', () => {
    assert.equal(count(0), '0');
    assert.equal(count(999), '999');
    assert.equal(count(1000), '1\u202f000');
    assert.equal(count(12345678), '12\u202f345\u202f678');
  });

  test('rates with three digits', () => {
    for (const [value, text] of [[0, '0'], [999, '999'], [1000, '1.00 k'], [9.4e6, '9.40 M'], [99.96e6, '100 M'], [999.6e6, '1.00 G'], [12.34e9, '12.3 G']]) {
      assert.equal(rate(value), text);
    }
  });

  test('bytes', () => {
    for (const [value, text] of [[0, '0 bytes'], [999, '999 bytes'], [1024, '1.00 KB'], [1048576, '1.00 MB'], [50 * 1048576, '50.0 MB'], [2 ** 31, '2.00 GB']]) {
      assert.equal(bytes(value), text);
    }
  });

  test('times', () => {
    for (const [value, text] of [[0.004, '0.00 s'], [3.204, '3.20 s'], [42.06, '42.1 s'], [59.96, '1:00 min'], [125, '2:05 min'], [3599.6, '1:00 h'], [3725, '1:02 h'], [NaN, '–'], [-1, '–']]) {
      assert.equal(seconds(value), text);
    }
    assert.equal(seconds(2.34, 2), '2.3 s');
    assert.equal(seconds(23.4, 2), '23 s');
  });

  test('one and many', () => {
    assert.equal(plural(1, 'error'), '1 error');
    assert.equal(plural(2, 'error'), '2 errors');
    assert.equal(plural(2000, 'sample'), '2\u202f000 samples');
  });
});

describe('what scripts print', () => {
  test('control and direction characters can be seen; lines and tabs are lines and tabs', () => {
    assert.equal(visible('a\tb\nc'), 'a\tb\nc');
    assert.equal(visible('\u001b[31m\u0000\u007f'), '␛[31m␀␡');
    assert.equal(visible('evil\u202etxt'), 'evil<202E>txt');
    assert.equal(visible('<b>äß€😀</b>'), '<b>äß€😀</b>');
  });

  test('the last 500 lines, none without an end', () => {
    assert.equal(cut('one\ntwo\n'), 'one\ntwo');
    const many = cut(Array.from({ length: 1200 }, (_, i) => `line ${i}`).join('\n'));
    assert.equal(many.split('\n').length, 501);
    assert.ok(many.startsWith('… 700 lines before'));
    assert.ok(many.endsWith('line 1199'));
    assert.ok(cut('x'.repeat(1e6)).length < 2100);
  });
});

describe('places', () => {
  const text = 'local s = "äö€😀" sphere{ radus = 1 }\n  sphere{}\n';

  test('columns count characters', () => {
    assert.equal(text.slice(offsetOf(text, 1, 26)).startsWith('radus'), true);
    assert.equal(offsetOf(text, 1, 1), 0);
    assert.equal(offsetOf(text, 2, 3), text.indexOf('sphere{}'));
  });

  test('what is not there is the nearest that is', () => {
    assert.equal(offsetOf(text, 1, 999), text.indexOf('\n'));
    assert.equal(offsetOf(text, 99, 1), text.length);
    assert.equal(offsetOf('', 1, 1), 0);
  });

  test('without columns, the line', () => {
    const { from, to } = rangeOf(text, { line: 2, column: 0, endColumn: 0 });
    assert.equal(text.slice(from, to), 'sphere{}');
  });

  test('a fix changes its place alone', () => {
    assert.equal(fixed(text, { line: 1, column: 26, endColumn: 31, text: 'radius' }), text.replace('radus', 'radius'));
    assert.equal(fixed('a\nb', { line: 2, column: 1, endColumn: 1, text: 'x' }), 'a\nxb');
    // Made for another text: only where the line is still the same.
    const fix = { line: 2, column: 1, endColumn: 2, text: 'x' };
    assert.equal(fixed('A\nb', fix, 'a\nb'), 'A\nx');
    assert.equal(fixed('new\na\nb', fix, 'a\nb'), null);
    assert.equal(fixed('a\nb', fix, null), null);
  });
});

describe('messages', () => {
  const warning = { severity: 'warning', line: 1, message: 'careful' };
  const error = { severity: 'error', line: 7, message: "sphere has no field 'radus'" };

  test('errors first, in their order', () => {
    assert.deepEqual(entriesOf({ script: { diagnostics: [warning, error] } }), [error, warning]);
    assert.deepEqual(entriesOf(null), []);
    assert.equal(entriesOf({ missing: Array.from({ length: 40_000 }, (_, n) => `${n}.png`) }).length, 100);
  });

  test('a missing file is told once, at its line', () => {
    const about = { severity: 'error', line: 3, message: "plane.material.file: there is no file 'wood.jpg' beside the scene" };
    const entries = entriesOf({ script: { diagnostics: [error, about] }, missing: ['wood.jpg'] });
    assert.equal(entries.length, 2);
    assert.deepEqual([entries[0].missing, entries[0].line], ['wood.jpg', 3]);
    assert.equal(entries[1], error);
  });

  test('a file that no line names, and a failure', () => {
    const entries = entriesOf({ missing: ['a.hdr'], failure: 'not enough memory' });
    assert.deepEqual(entries.map((entry) => entry.missing ?? entry.message), ['a.hdr', 'not enough memory']);
  });
});

describe('the status line', () => {
  const figures = { samples: { fewest: 12, most: 16, wanted: 64 }, seconds: 3.2 };
  const script = (...lines) => ({ script: { errors: lines.length, diagnostics: lines.map((line) => ({ severity: 'error', line })) } });
  const cases = [
    [{ state: 'loading' }, 'Loading…'],
    [{ state: 'rendering' }, 'Rendering…'],
    [{ state: 'rendering', figures: { ...figures, built: 0 } }, 'Rendering…'],
    [{ state: 'rendering', figures: { ...figures, built: 0.4 } }, 'Building…'],
    [{ state: 'idle', hash: '0', figures }, 'Done, 64 samples in 3.20 s'],
    [{ state: 'idle', hash: '0' }, 'Done'],
    [{ state: 'idle', stopped: true, figures }, 'Stopped at 12 samples'],
    [{ state: 'idle', dirty: true, text: 'x' }, 'Not rendered yet'],
    [{ state: 'idle' }, 'Ready'],
    [{ state: 'error', report: script(7) }, '1 error, on line 7'],
    [{ state: 'error', report: script(7, 9) }, '2 errors, first on line 7'],
    [{ state: 'error', report: script(0) }, '1 error'],
    [{ state: 'error', report: { missing: ['wood.jpg'] } }, 'wood.jpg is missing'],
    [{ state: 'error', report: { missing: ['a', 'b'] } }, '2 files missing'],
    [{ state: 'error', report: { failure: 'no memory' } }, 'Could not be rendered'],
    [{ state: 'error', report: null }, 'Stopped by an error'],
  ];
  for (const [session, text] of cases) test(text, () => assert.equal(sentence(session), text));
});

describe('the address', () => {
  test('what it asks for', () => {
    assert.deepEqual(readQuery('?scene=glass-and-metal&size=640x360&samples=16&threads=3&embed=1&run=no'),
      { scene: 'glass-and-metal', size: { width: 640, height: 360 }, samples: 16, threads: 3, single: false, embed: true, run: false });
    assert.deepEqual(readQuery(''), { scene: null, size: null, samples: null, threads: null, single: false, embed: false, run: true });
    assert.equal(readQuery('?threads=no').single, true);
  });

  test('nonsense is left out', () => {
    for (const search of ['?scene=../../etc/passwd', '?scene=a/b', '?size=0x9', '?size=10', '?size=9999999x2', '?size=1e3x4', '?samples=-1', '?samples=0', '?threads=x']) {
      const { scene, size, samples, threads } = readQuery(search);
      assert.deepEqual([scene, size, samples, threads], [null, null, null, null], search);
    }
  });

  test('the page that an embedded one opens', () => {
    assert.equal(wholePage('https://a.example/m/?embed=1&scene=room#s=abc'), 'https://a.example/m/?scene=room#s=abc');
  });
});
