import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { openInbox } from '../support/inbox.ts';
import { openProject, postText } from '../support/program.ts';

const NOW = ['--now', '2026-03-20T07:00'];

test('an edition that has lost a post goes out only composed anew, or by an editor’s word', async (t) => {
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  const project = openProject(t);
  const environment = { BROADSHEET_SMTP_URL: inbox.url };
  const send = (...options: string[]) =>
    project.runWith(environment, 'send', 'daily', ...NOW, ...options);
  project.write('posts/ferries.md', postText('Night ferries saved', '2026-03-19T18:00'));
  const tram = postText('Tram line opens', '2026-03-19T12:00', 'The first tram left on time.');
  project.write('posts/tram.md', tram);
  await project.run('subscribers', 'add', 'ada@example.org');
  assert.equal((await project.run('compose', 'daily', ...NOW)).code, 0);

  writeFileSync(
    join(project.folder, 'posts/ferries.md'),
    postText('Ferries saved', '2026-03-19T18:00'),
  );
  const dry = await send('--dry-run', '--json');
  assert.deepEqual(dry.json<{ changes: object[] }>().changes, [
    { file: 'ferries.md', title: 'Night ferries saved', kind: 'retitled' },
  ]);

  rmSync(join(project.folder, 'posts/tram.md'));
  const refused = await send('--yes');
  assert.equal(refused.code, 75, refused.stderr);
  assert.match(refused.stderr, /changed {2}ferries\.md {2}"Night ferries saved" has a new title/);
  assert.match(refused.stderr, /removed {2}tram\.md {2}"Tram line opens" was deleted/);
  assert.match(refused.stderr, /--recompose.*--as-composed/);
  const shown = await project.run('editions', 'show', 'daily-2026-03-20', ...NOW.slice(2));
  assert.match(shown.stderr, /removed {2}tram\.md/);
  assert.equal((await send('--to', 'me@example.org')).code, 0);
  assert.equal(inbox.messages.length, 1);

  const sent = await send('--yes', '--recompose');
  assert.equal(sent.code, 0, sent.stderr);
  assert.match(
    sent.stdout,
    /^Page {5}public\/archive\/daily-2026-03-20\/index\.html; deploy it if another server serves https:\/\/paper\.example\/archive\/daily-2026-03-20\/$/m,
  );
  const [message] = inbox.messagesTo('ada@example.org');
  assert.match(message?.raw.toString() ?? '', /Subject: Ferries saved/);
  assert.doesNotMatch(message?.raw.toString() ?? '', /Tram line/);
});
