import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitInto } from '../../src/templates/open-liquid.ts';

const box = { width: 544, height: 408 };

test('a picture is shown as wide as the box, its proportions kept', () => {
  assert.deepEqual(fitInto({ width: 1200, height: 675 }, box), { width: 544, height: 306 });
});

test('a tall picture is shown as high as the box', () => {
  assert.deepEqual(fitInto({ width: 600, height: 800 }, box), { width: 306, height: 408 });
});

test('a small picture is not enlarged', () => {
  assert.deepEqual(fitInto({ width: 100, height: 50 }, box), { width: 100, height: 50 });
});

test('a picture of unknown or no size gets the room of a 3:2 photograph', () => {
  assert.deepEqual(fitInto({}, box), { width: 544, height: 363 });
  assert.deepEqual(fitInto({ width: 0, height: 0 }, box), { width: 544, height: 363 });
});

test('a hair-thin picture has at least one pixel', () => {
  assert.deepEqual(fitInto({ width: 10_000, height: 1 }, box), { width: 544, height: 1 });
});
