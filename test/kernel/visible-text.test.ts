import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visibleLine, visibleText } from '../../src/kernel/visible-text.ts';

test('what a terminal acts on is spelled out, and everything else stays', () => {
  assert.equal(visibleText('a\x1b[31m\r\b\0'), 'a\\x1b[31m\\x0d\\x08\\x00');
  assert.equal(
    visibleText('\x7f\x9b31m\u202ecod.exe\u2066\u2028\ud800'),
    '\\u007f\\u009b31m\\u202ecod.exe\\u2066\\u2028\\ud800',
  );
  const plain = 'Füße\t中文 😀 عربى \u200f\u200d\n';
  assert.equal(visibleText(plain), plain);
});

test('a line is one line', () => {
  assert.equal(visibleLine('a\nb\tc\x1b'), 'a\\nb\\tc\\x1b');
});

test('JSON stays JSON, with the same meaning', () => {
  const value = { name: '\0\x1b\x7f\x9b\u202e\u2028 \n\t😀' };
  const text = visibleText(JSON.stringify(value));
  assert.deepEqual(JSON.parse(text), value);
  assert.doesNotMatch(text, /[\x7f-\x9f\u2028\u202e]/);
});
