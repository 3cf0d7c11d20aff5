import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shorten } from '../../src/editions/digest/shorten.ts';
import { foldSpace } from '../../src/kernel/clean-text.ts';

test('a text that fits stays whole, with its white space folded', () => {
  assert.equal(shorten('  A short\n one. ', 100, 'en'), 'A short one.');
});

test('a text is cut after a sentence when that keeps half of the room', () => {
  const text = 'The vote was close. Three members asked for it to be read out again.';
  assert.equal(shorten(text, 30, 'en'), 'The vote was close.');
});

test('a text is cut after a word, without the comma before the ellipsis', () => {
  assert.equal(shorten('Forty-one members, thirty-nine chairs', 20, 'en'), 'Forty-one members…');
});

test('a word that is longer than the room is cut between characters, never within one', () => {
  assert.equal(shorten('abcdefghij', 5, 'en'), 'abcd…');
  assert.equal(shorten('👩‍👩‍👧👩‍👩‍👧', 10, 'en'), '👩‍👩‍👧…');
});

test('a language without spaces is cut between its words', () => {
  assert.equal(shorten('市議会は夜間フェリーの運航継続を決めた', 10, 'ja'), '市議会は夜間…');
});

test('the result is never longer than the room, and starts as the text does', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 400 }),
      fc.integer({ min: 1, max: 200 }),
      (text, limit) => {
        const short = shorten(text, limit, 'en');
        assert.ok(short.length <= limit, `${short.length} > ${limit}`);
        const folded = foldSpace(text);
        assert.ok(folded.startsWith(short.replace(/…$/, '')));
      },
    ),
  );
});

test('a character that is longer than the room is cut, not lost', () => {
  assert.equal(shorten(`Z${'\u0301'.repeat(50)}`, 20, 'en').length, 20);
});
