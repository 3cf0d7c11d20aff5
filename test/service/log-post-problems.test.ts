import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BuildReport } from '../../src/feeds/build/build-report.ts';
import { silentEventLog } from '../../src/kernel/log.ts';
import { NO_POSTS } from '../../src/posts/report-posts.ts';
import { openProblemLog } from '../../src/service/log-post-problems.ts';

function openLog() {
  const logged: unknown[] = [];
  const note = openProblemLog({
    ...silentEventLog,
    // As JSON, like the log: it leaves out what is undefined.
    trouble: (message, facts) => logged.push(JSON.parse(JSON.stringify([message, facts]))),
  });
  return (warnings: BuildReport['warnings'], leftOut: BuildReport['posts']['leftOut'] = []) => {
    note({
      outputFolder: '/feeds',
      feeds: [],
      discoveryLinks: [],
      warnings,
      posts: { ...NO_POSTS, leftOut },
    });
    return logged.splice(0);
  };
}

test('many warnings about posts are logged in one line for each kind, and one with their number', () => {
  const note = openLog();
  const warnings = Array.from({ length: 21 }, (_, at) => ({
    line: at + 1,
    file: 'a.md',
    message: `{{ ${at} }} is left out`,
  }));
  assert.deepEqual(note(warnings), [
    [
      'warning about a post',
      { file: 'a.md', line: 1, reason: '{{ 0 }} is left out', moreLikeIt: 20 },
    ],
    ['many posts have warnings; `broadsheet check --verbose` shows each', { warnings: 21 }],
  ]);
});

test('a problem of a post is logged when it is new, not at each build', () => {
  const note = openLog();
  const one = { file: 'a.md', line: 1, message: 'has no date' };
  const other = { file: 'b.md', line: 1, message: 'has no date' };
  const broken = { file: 'c.md', line: 1, reason: 'cannot be read' };
  assert.equal(note([one], [broken]).length, 2);
  assert.deepEqual(note([one, other], [broken]), [
    ['warning about a post', { file: 'b.md', line: 1, reason: 'has no date' }],
  ]);
  assert.equal(note([], []).length, 0);
  assert.equal(note([one], [broken]).length, 2);
});
