import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeBounced } from '../../src/cli/describe-edition.ts';
import { formatDue } from '../../src/cli/format.ts';

test('the time to continue has its zone, and is never a minute too early', () => {
  assert.equal(
    formatDue('2026-07-20T07:05:51.054Z', 'Europe/London'),
    'Monday, 20 July 2026 at 08:06 BST',
  );
  assert.equal(formatDue('2026-03-20T07:05:00Z', 'UTC'), 'Friday, 20 March 2026 at 07:05 UTC');
});

test('of many bounced subscribers, the first are listed, with the command that lists all', () => {
  const lines = [...describeBounced(Array.from({ length: 1023 }, (_, at) => `p${at}@example.org`))];
  assert.equal(lines.length, 21);
  assert.equal(lines[0], 'Bounced  p0@example.org: gets no more editions');
  assert.equal(
    lines[20],
    '         and 1,003 more: `broadsheet subscribers list --status bounced`',
  );
  assert.deepEqual([...describeBounced([])], []);
});
