import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportPreparation } from '../../src/cli/commands/send.ts';
import { describeUndecided } from '../../src/cli/describe-edition.ts';
import { processTerminal } from '../../src/cli/terminal.ts';
import { NO_POSTS } from '../../src/posts/report-posts.ts';
import { makeConfig, makeEdition, NONE } from '../support/test-site.ts';

test('a send reports deliveries that wait for a later time, and messages that wait for a decision', () => {
  const lines: string[] = [];
  const [newsletter] = makeConfig({
    ...{ folder: '/tmp', databaseUrl: 'sqlite::memory:', relayUrl: 'smtp://127.0.0.1:1' },
    connections: 1,
  }).newsletters;
  assert.ok(newsletter);
  let code = 0;
  reportPreparation(
    {
      kind: 'nobody',
      edition: makeEdition('paper'),
      deliveries: { ...NONE, planned: 3, accepted: 1, deferred: 1, inDoubt: 1 },
      ...{ undecided: 1, doubtedAgain: 1, retryAt: '2026-03-20T08:00:00.000Z' },
      posts: NO_POSTS,
      ...{ warnings: [], changes: [], findings: [] },
    },
    newsletter,
    {
      terminal: processTerminal,
      print: (_result, describe) => void lines.push(...describe()),
      setExitCode: (given) => {
        code = given;
      },
    },
  );
  assert.equal(code, 75);
  assert.match(lines.join('\n'), /The others have to wait until .*08:00/);
  assert.match(
    lines.at(-1) ?? '',
    /^1 message is in doubt, not for the first time, and you have to decide: `broadsheet send politics-essential --in-doubt resend` sends/,
  );
});

test('of several messages in doubt, those that need a decision are counted', () => {
  const text = (undecided: number, doubtedAgain: number) =>
    describeUndecided({ undecided, doubtedAgain }, 'daily');
  assert.match(text(3, 0), /^3 messages are in doubt: `/);
  assert.match(text(3, 1), /^3 messages are in doubt, 1 of them not for the first time, and/);
});
