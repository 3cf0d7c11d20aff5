import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cleanLine, cleanText, foldSpace, startOf } from '../../src/kernel/clean-text.ts';

test('characters that XML forbids or discourages are gone, all others stay', () => {
  assert.equal(cleanText('a\u0000\u0008\u000b\u001f\u007fb'), 'ab');
  assert.equal(cleanText('a\ufffe\uffff\ufdd0\u{1ffff}b'), 'ab');
  assert.equal(cleanText('a\ud800b\udc00c'), 'abc');
  assert.equal(cleanText('\t😀 é\u00a0ﬁ'), '\t😀 é\u00a0ﬁ');
});

test('windows-1252 that was taken for Latin-1 is what was meant', () => {
  assert.equal(
    cleanText('It\u0092s \u0093fine\u0094 \u0097 10 \u0080\u0081'),
    'It’s “fine” — 10 €',
  );
});

test('every kind of line end is LF, and a line has none', () => {
  assert.equal(cleanText('a\r\nb\rc\u2028d\u2029e'), 'a\nb\nc\nd\ne');
  assert.equal(cleanLine('  a \r\n\t b\u2028'), 'a b');
});

test('cleaning what is clean changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(cleanText(cleanText(text)), cleanText(text));
      assert.ok(cleanText(text).isWellFormed());
    }),
  );
});

test('white space is folded, but no-break spaces stay where a writer put them', () => {
  assert.equal(foldSpace('  a \t\n b\u2003c '), 'a b c');
  assert.equal(
    foldSpace('la «\u00a0loi\u202f»  des  rivières'),
    'la «\u00a0loi\u202f» des rivières',
  );
});

test('a text is cut between two characters as readers see them', () => {
  const astronaut = '👩🏽‍🚀';
  assert.equal(startOf('harbour', 7), 'harbour');
  assert.equal(startOf('harbour', 4), 'harb');
  assert.equal(startOf(`ab${astronaut}c`, 5), 'ab');
  assert.equal(startOf(`ab${astronaut}c`, 2 + astronaut.length), `ab${astronaut}`);
  assert.equal(startOf(`a${'\u0301'.repeat(500)}`, 20), `a${'\u0301'.repeat(19)}`);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat(80), (text, limit) => {
      const start = startOf(text, limit);
      assert.ok(start.length <= limit && text.startsWith(start) && start.isWellFormed());
    }),
  );
});
