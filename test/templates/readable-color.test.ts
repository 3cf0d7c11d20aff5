import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contrastRatio, readableColor } from '../../src/templates/readable-color.ts';

test('contrast is that of WCAG: 21 for black on white, 4.54 for #767676 on white', () => {
  assert.equal(contrastRatio('#000000', '#ffffff'), 21);
  assert.equal(contrastRatio('#767676', '#ffffff').toFixed(2), '4.54');
});

test('a colour that is readable already stays as it is', () => {
  assert.equal(readableColor('#8b1e2d', '#fffefa'), '#8b1e2d');
});

test('a colour is made as light as a dark background asks, and keeps its hue', () => {
  const [red, green, blue] = channels(readableColor('#8b1e2d', '#191a1c'));
  assert.ok(red > green && blue >= green, `${red} ${green} ${blue}`);
});

test('whatever the colours, the result is readable', () => {
  const color = fc
    .integer({ min: 0, max: 0xffffff })
    .map((value) => `#${value.toString(16).padStart(6, '0')}`);
  fc.assert(
    fc.property(color, color, (text, background) => {
      assert.ok(contrastRatio(readableColor(text, background), background) >= 4.5);
    }),
    {
      examples: [
        ['#000000', '#777777'],
        ['#ffffff', '#777777'],
        ['#757575', '#757575'],
      ],
    },
  );
});

function channels(color: string): [number, number, number] {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
