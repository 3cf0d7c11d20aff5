import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Post } from '../../src/posts/post.ts';
import { reportPosts, summariseProblems } from '../../src/posts/report-posts.ts';
import { post, story } from '../editions/samples.ts';

const problem = (file: string, message: string) => ({ file, message });

test('published posts are the items and the joined posts together, also when one is broken', () => {
  const posts = ['a', 'b', 'c', 'd'].map((slug) => post({ slug }));
  const [a, b, c, d] = posts as [Post, Post, Post, Post];
  const folder = {
    ...{ folder: '/x', read: 4, posts, drafts: 0, future: 0, hidden: 0, expired: 0 },
    ...{ otherFormats: {}, leftOut: [], warnings: [], files: new Set<string>(), withheld: [] },
  };
  const stories = [story(c, b, a), story(d)];
  const of = (broken: readonly string[]) => {
    const problems = broken.map((file) => problem(file, 'broken'));
    const { published, items, joined, joins } = reportPosts(folder, stories, problems, []).posts;
    return [published, items, joined, joins.map(({ shown, others }) => [shown, ...others])];
  };
  assert.deepEqual(of([]), [4, 2, 2, [['c.md', 'b.md', 'a.md']]]);
  assert.deepEqual(of(['c.md']), [3, 2, 1, [['b.md', 'a.md']]]);
  assert.deepEqual(of(['d.md']), [3, 1, 2, [['c.md', 'b.md', 'a.md']]]);
});

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
