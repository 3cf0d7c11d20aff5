import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import PostalMime from 'postal-mime';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { openInbox } from '../support/inbox.ts';
import { openProject, type Project, postText } from '../support/program.ts';

const NOW = ['--now', '2026-03-20T07:00'];
const PEOPLE = ['ada@example.org', 'bo@example.org', 'chidi@example.org'];

interface Sent {
  readonly edition: { readonly id: string; readonly subject: string; readonly posts: unknown[] };
  readonly deliveries: Record<string, number>;
  readonly messages: { to: string; messageId: string; reply: { code: number } }[];
}

async function withPeople(project: Project): Promise<void> {
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  project.write(
    'posts/2026-03-19-tram.md',
    postText('Tram line opens', '2026-03-19T12:00:10', 'The first tram left on time.'),
  );
  const { code, stderr } = await project.run('subscribers', 'add', ...PEOPLE);
  assert.equal(code, 0, stderr);
}

test('an edition reaches every subscriber once, and a second send finds nothing new', async (t) => {
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  const project = openProject(t);
  await withPeople(project);
  const environment = { BROADSHEET_SMTP_URL: inbox.url };
  const first = await project.runWith(environment, 'send', 'daily', '--yes', '--json', ...NOW);
  assert.equal(first.code, 0, first.stderr);
  const { edition, deliveries } = first.json<Sent>();
  assert.equal(edition.id, 'daily-2026-03-20');
  assert.equal(edition.posts.length, 2);
  assert.deepEqual(deliveries, {
    planned: 3,
    accepted: 3,
    returned: 0,
    deferred: 0,
    failed: 0,
    suppressed: 0,
    inDoubt: 0,
    queued: 0,
  });
  const second = await project.runWith(environment, 'send', 'daily', '--yes', ...NOW);
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stdout, /Nothing new for daily/);
  assert.deepEqual(inbox.messages.map(({ to }) => to).toSorted(), PEOPLE);
  const { subject, text, html } = await PostalMime.parse(
    inbox.messagesTo('ada@example.org')[0]?.raw ?? '',
  );
  assert.equal(subject, 'Night ferries saved');
  assert.match(text ?? '', /Tram line opens/);
  assert.match(html ?? '', /ada@example\.org/);
  assert.doesNotMatch(html ?? '', /bo@example\.org|slot\.invalid/);
});

test('a story that came after an edition is in the next one, and no other', async (t) => {
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  const project = openProject(t);
  await withPeople(project);
  const environment = { BROADSHEET_SMTP_URL: inbox.url };
  await project.runWith(environment, 'send', 'daily', '--yes', ...NOW);
  project.write(
    'posts/2026-03-18-late.md',
    postText('Late, but not forgotten', '2026-03-18T09:00:01', 'It was in a drawer all along.'),
  );
  const next = await project.runWith(
    environment,
    'send',
    'daily',
    '--yes',
    '--json',
    '--now',
    '2026-03-21T07:00',
  );
  assert.equal(next.code, 0, next.stderr);
  const { edition } = next.json<{ edition: { posts: { title: string }[] } }>();
  assert.deepEqual(
    edition.posts.map(({ title }) => title),
    ['Late, but not forgotten'],
  );
  assert.equal(inbox.messages.length, 6);
});

test('while the relay is away nothing counts as sent, and the next send goes on', async (t) => {
  const project = openProject(t);
  await withPeople(project);
  const gone = await openInbox();
  await gone.close();
  const away = await project.runWith(
    { BROADSHEET_SMTP_URL: gone.url },
    'send',
    'daily',
    '--yes',
    '--json',
    ...NOW,
  );
  assert.equal(away.code, 69, away.stderr);
  assert.equal(away.json<Sent>().deliveries.queued, 3);
  assert.equal(away.json<Sent>().deliveries.accepted, 0);
  assert.match((await project.run('editions', 'list')).stdout, /0\/3 +waits for its relay /);
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  const back = await project.runWith(
    { BROADSHEET_SMTP_URL: inbox.url },
    'send',
    'daily',
    '--yes',
    '--json',
    ...NOW,
  );
  assert.equal(back.code, 0, back.stderr);
  assert.equal(back.json<Sent>().edition.id, away.json<Sent>().edition.id);
  assert.deepEqual(inbox.messages.map(({ to }) => to).toSorted(), PEOPLE);
});

test('an address that is refused for good is named, the others are served, and the exit code is 67', async (t) => {
  const inbox = await openInbox({
    onRecipient: (to) =>
      to.startsWith('bo@') ? { code: 550, text: '5.1.1 no such user' } : undefined,
  });
  cleanUpAfter(t, () => inbox.close());
  const project = openProject(t);
  await withPeople(project);
  const run = await project.runWith(
    { BROADSHEET_SMTP_URL: inbox.url },
    'send',
    'daily',
    '--yes',
    ...NOW,
  );
  assert.equal(run.code, 67, run.stderr);
  assert.match(run.stdout, /3 planned = 2 accepted \+ 0 deferred \+ 1 failed/);
  assert.match(run.stdout, /Refused {2}bo@example\.org: 550 .*no such user/);
});

test('a test send goes to the named addresses only, is marked, and leaves no trace', async (t) => {
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  const project = openProject(t);
  await withPeople(project);
  const run = await project.runWith(
    { BROADSHEET_SMTP_URL: inbox.url },
    'send',
    'daily',
    '--to',
    'me@example.net',
    '--json',
    ...NOW,
  );
  assert.equal(run.code, 0, run.stderr);
  const [message, ...others] = run.json<Sent>().messages;
  assert.equal(others.length, 0);
  assert.equal(message?.to, 'me@example.net');
  assert.equal(message?.reply.code, 250);
  assert.deepEqual(
    inbox.messages.map(({ to }) => to),
    ['me@example.net'],
  );
  const { subject, messageId } = await PostalMime.parse(inbox.messages[0]?.raw ?? '');
  assert.equal(subject, '[Test] Night ferries saved');
  assert.equal(messageId, message?.messageId);
  const { editions } = (await project.run('editions', 'list', '--json')).json<{
    editions: unknown[];
  }>();
  assert.deepEqual(editions, []);
});

test('a dry run, a preview and a check store nothing', async (t) => {
  const project = openProject(t);
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  const dry = await project.run('send', 'daily', '--dry-run', ...NOW);
  assert.equal(dry.code, 0, dry.stderr);
  const preview = await project.run('preview', 'daily', '--out', 'look', '--json', ...NOW);
  assert.equal(preview.code, 0, preview.stderr);
  assert.equal(preview.json<{ files: string[] }>().files.length, 3);
  assert.equal((await project.run('check')).code, 0);
  assert.deepEqual(project.files(), [
    'config/broadsheet.yaml',
    'look/daily-2026-03-20.eml',
    'look/daily-2026-03-20.html',
    'look/daily-2026-03-20.txt',
    'posts/2026-03-19-ferries.md',
  ]);
});

test('without a terminal to ask on, send wants --yes', async (t) => {
  const project = openProject(t);
  await withPeople(project);
  const run = await project.run('send', 'daily', ...NOW);
  assert.equal(run.code, 64);
  assert.match(run.stderr, /add --yes/);
});

test('without a secret nothing is sent, and how to make one is said', async (t) => {
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  const project = openProject(t);
  await withPeople(project);
  const environment = { BROADSHEET_SECRET: '', BROADSHEET_SMTP_URL: inbox.url };
  const run = await project.runWith(environment, 'send', 'daily', '--yes', ...NOW);
  assert.equal(run.code, 78, run.stderr);
  assert.match(run.stderr, /BROADSHEET_SECRET.*openssl rand -hex 32/);
  assert.equal(inbox.messages.length, 0);
});

test('a composed edition is frozen: what is sent is what was composed', async (t) => {
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  const project = openProject(t);
  await withPeople(project);
  const composed = await project.run('compose', 'daily', '--json', ...NOW);
  assert.equal(composed.code, 0, composed.stderr);
  project.write('posts/2026-03-19-ferries.md', postText('A title that came too late'));
  const run = await project.runWith(
    { BROADSHEET_SMTP_URL: inbox.url },
    'send',
    'daily',
    '--yes',
    '--json',
    ...NOW,
  );
  assert.equal(run.code, 0, run.stderr);
  assert.equal(run.json<Sent>().edition.subject, 'Night ferries saved');
  const shown = await project.run('editions', 'show', 'daily-2026-03-20');
  assert.match(shown.stdout, /3 planned = 3 accepted/);
});

test('a broken template stops everything before it is stored or sent', async (t) => {
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  const project = openProject(t);
  await withPeople(project);
  project.write(
    'email-templates/digest.mjml',
    '<mjml><mj-body>\n{% for x in %}\n</mj-body></mjml>',
  );
  const run = await project.runWith(
    { BROADSHEET_SMTP_URL: inbox.url },
    'send',
    'daily',
    '--yes',
    ...NOW,
  );
  assert.equal(run.code, 78, run.stderr);
  assert.match(run.stderr, /email-templates\/digest\.mjml:2/);
  assert.equal(inbox.messages.length, 0);
  const { editions } = (await project.run('editions', 'list', '--json')).json<{
    editions: unknown[];
  }>();
  assert.deepEqual(editions, []);
});

test('when the rest has to wait, send says until when and ends with 75', async (t) => {
  const inbox = await openInbox({
    onRecipient: (to) =>
      to.startsWith('bo@') ? { code: 450, text: '4.2.1 try again later' } : undefined,
  });
  cleanUpAfter(t, () => inbox.close());
  const project = openProject(t);
  await withPeople(project);
  const environment = { BROADSHEET_SMTP_URL: inbox.url };
  const send = () => project.runWith(environment, 'send', 'daily', '--yes', ...NOW);
  const first = await send();
  assert.equal(first.code, 75, first.stderr);
  assert.match(first.stdout, /3 planned = 2 accepted \+ 1 deferred/);
  const second = await send();
  assert.equal(second.code, 75, second.stderr);
  assert.match(second.stdout, /have to wait until Friday, 20 March 2026 at 07:0\d GMT\. Run/);
  assert.equal(inbox.messages.length, 2);
});

test('with nobody subscribed send says so, and the posts are kept for later', async (t) => {
  const project = openProject(t);
  project.write('posts/2026-03-19-ferries.md', postText('Night ferries saved'));
  const run = await project.run('send', 'daily', '--yes', ...NOW);
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stdout, /Nobody is subscribed/);
  const { editions } = (await project.run('editions', 'list', '--json')).json<{
    editions: unknown[];
  }>();
  assert.deepEqual(editions, []);
});

test('a template that cannot be read stops a send, and keeps nobody from being unsubscribed', async (t) => {
  const project = openProject(t);
  await withPeople(project);
  project.write('email-templates/digest.mjml', Uint8Array.of(0xff));
  const sent = await project.run('send', 'daily', '--yes', ...NOW);
  assert.equal(sent.code, 78, sent.stderr);
  assert.match(sent.stderr, /digest\.mjml/);
  const removed = await project.run('subscribers', 'remove', 'ada@example.org');
  assert.equal(removed.code, 0, removed.stderr);
});

test('a report shows what the edition did, and writes it as a page', async (t) => {
  const inbox = await openInbox();
  cleanUpAfter(t, () => inbox.close());
  const project = openProject(t);
  await withPeople(project);
  const environment = { BROADSHEET_SMTP_URL: inbox.url };
  await project.runWith(environment, 'send', 'daily', '--yes', ...NOW);
  const { code, stdout, stderr } = await project.run('report', 'daily-2026-03-20');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /accepted by a relay +3 +100 %/);
  assert.match(stdout, /With charts: .*reports.daily-2026-03-20\.html/);
  const all = await project.run('report', '--json', '--out', 'all.html');
  assert.match(readFileSync(join(project.folder, 'all.html'), 'utf8'), /<svg/);
  const { newsletters } = all.json<{ newsletters: { editions: { id: string }[] }[] }>();
  assert.deepEqual(
    newsletters[0]?.editions.map(({ id }) => id),
    ['daily-2026-03-20'],
  );
  const unknown = await project.run('report', 'daily-2026-03-21');
  assert.equal(unknown.code, 64);
});
