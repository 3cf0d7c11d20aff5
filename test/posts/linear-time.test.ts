import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOSTILE_SHAPES } from '../support/hostile-shapes.ts';
import { superlinear } from '../support/scaling.ts';
import { rendered } from './posts.ts';

/** What took quadratic time once: 111 seconds for a post of 500 KB. `long/linear-time` tries all. */
const KINDS = [
  ...[
    'many fragments of a note',
    'notes in notes',
    'stars around a letter',
    'elements in elements',
  ],
  ...['"[]()http://a[]"', '"**</p>"', '"`a` {: .a} "', '"{/*"'],
];

test('a hostile post takes a time that grows as its text does', () => {
  const found = KINDS.flatMap((kind) => {
    const shape = HOSTILE_SHAPES[kind];
    assert.ok(shape, kind);
    const step = (text: string) => rendered(text, { file: '2026-03-20-a.mdx' });
    const fault = superlinear(step, shape, 15_000);
    return fault === undefined ? [] : [`${kind}: ${fault}`];
  });
  assert.deepEqual(found, []);
});

test('a picture that is a link stays, and what holds nothing goes', () => {
  const { html } = rendered(
    '[![a](/b.png)](/c)\n\n<p><script>x</script><b> </b></p><a>text</a><img>',
  );
  assert.equal(
    html,
    '<p><a href="https://quay.example/c"><img src="https://quay.example/b.png" alt="a" /></a></p>\ntext',
  );
});
