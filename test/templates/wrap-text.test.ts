import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { columnsOf, underline, wrapText } from '../../src/templates/wrap-text.ts';

test('lines end at spaces, and those after the first are indented', () => {
  assert.equal(wrapText('1. one two three four', 10, '   '), '1. one two\n   three\n   four');
});

test('an address is never broken', () => {
  const address = `https://harbour.example/${'a'.repeat(100)}`;
  assert.equal(wrapText(`See ${address} now`, 20), `See\n${address}\nnow`);
});

test('scripts without spaces are broken by columns, of which their characters take two', () => {
  assert.equal(columnsOf('市議会'), 6);
  assert.equal(wrapText('市議会は夜間', 8), '市議会は\n夜間');
});

test('a mark over a letter takes no column', () => {
  assert.equal(columnsOf('توقّع'), 4);
});

test('no line starts as a quotation, an mbox separator or a signature does', () => {
  assert.equal(wrapText('> quoted', 72), ' > quoted');
  assert.equal(wrapText('aaaaaa From the sea', 9), 'aaaaaa\n From the\nsea');
  assert.equal(wrapText('aaaa -- bbbb', 5), 'aaaa\n --\nbbbb');
});

test('a heading of two lines is underlined as far as the longer one reaches', () => {
  assert.equal(underline('one two\nthree', '='), 'one two\nthree\n=======');
});

test('wrapping changes white space only, and no line of short words is too long', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { maxLength: 60 });
  fc.assert(
    fc.property(words, (list) => {
      const wrapped = wrapText(list.join(' '), 40, '  ');
      assert.deepEqual(wrapped.split(/\s+/).filter(Boolean), list);
      for (const line of wrapped.split('\n')) assert.ok(line.length <= 40);
    }),
  );
});
