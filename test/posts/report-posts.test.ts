import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summariseProblems } from '../../src/posts/report-posts.ts';

const problem = (file: string, message: string) => ({ file, message });

test('a few problems are listed one by one, in their order', () => {
  const problems = [problem('b.md', 'x'), problem('a.md', 'x')];
  assert.deepEqual(summariseProblems(problems, 2), {
    kinds: problems.map((first) => ({ first, others: 0 })),
    unlisted: 0,
    summedUp: false,
  });
});

test('many problems are listed once for each kind, the most frequent first', () => {
  const problems = [
    problem('a.md', 'has no picture'),
    problem('b.md', '{{ one }} and "one" of 1'),
    problem('c.md', '{{ two }} and "two" of 22'),
    problem('d.md', '{% include %} is left out'),
  ];
  const { kinds, unlisted, summedUp } = summariseProblems(problems, 2);
  assert.deepEqual(
    kinds.map(({ first, others }) => [first.file, others]),
    [
      ['b.md', 1],
      ['a.md', 0],
    ],
  );
  assert.equal(unlisted, 1);
  assert.ok(summedUp);
});
