import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { openInbox } from '../support/inbox.ts';
import { CONFIG, openProject, postText, runBroadsheet } from '../support/program.ts';

const NOW = ['--now', '2026-03-20T07:00'];
const FAULT = /the text \(digest\.txt\) has no link to unsubscribe/;

interface Outcome {
  readonly findings: readonly { check: string; level: string; newsletter?: string }[];
  readonly deliveries: Record<string, number>;
}

test('an edition that does not pass the gate is shown by preview, check and compose, and sent only with --force', async (t) => {
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  // Without a service, readers leave by mail, and nothing else asks for --force.
  const project = openProject(t, { config: `${CONFIG}serviceUrl: none\n` });
  const environment = {
    BROADSHEET_SECRET: 'a-key-for-tests-only',
    BROADSHEET_SMTP_URL: inbox.url,
  };
  const run = (...args: string[]) => runBroadsheet([...args, ...NOW], project.folder, environment);
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  await project.run('subscribers', 'add', 'ada@example.org');
  project.write('email-templates/digest.txt', '{{ lead.title }}: a word or two about it.\n');

  const preview = await run('preview', 'daily');
  assert.equal(preview.code, 0, preview.stderr);
  assert.match(preview.stderr, /^error {4}unsubscribe {2}the text .*; put \{\{ subscriber/m);
  const { findings } = (await run('preview', 'daily', '--json')).json<Outcome>();
  assert.deepEqual(
    findings.map(({ check, level }) => [check, level]),
    [['unsubscribe', 'error']],
  );
  const check = await run('check', '--json');
  assert.equal(check.code, 65);
  assert.equal(check.json<Outcome>().findings[0]?.newsletter, 'daily');
  assert.match((await run('check')).stdout, /^digests {4}checked as before sending: 1 error, 0 /m);
  const dry = await run('send', 'daily', '--dry-run');
  assert.equal(dry.code, 65);
  assert.match(dry.stdout, /would not be sent without --force/);

  const refused = await run('send', 'daily', '--yes');
  assert.equal(refused.code, 65);
  assert.match(refused.stderr, /daily-2026-03-20 {2}does not pass the gate; .*--force/);
  assert.match(refused.stderr, FAULT);
  assert.equal((await run('send', 'daily', '--to', 'me@example.org')).code, 0);
  assert.deepEqual(
    inbox.messages.map(({ to }) => to),
    ['me@example.org'],
    'a test is sent, to look at',
  );
  const stored = await project.run('editions', 'list', '--json');
  assert.deepEqual(stored.json<{ editions: unknown[] }>().editions, []);

  const composed = await run('compose', 'daily', '--json');
  assert.equal(composed.code, 0, composed.stderr);
  assert.equal(composed.json<Outcome>().findings[0]?.check, 'unsubscribe');
  const forced = await run('send', 'daily', '--yes', '--force', '--json');
  assert.equal(forced.code, 0, forced.stderr);
  assert.equal(forced.json<Outcome>().deliveries.accepted, 1);
  assert.equal(inbox.messagesTo('ada@example.org').length, 1);
});
