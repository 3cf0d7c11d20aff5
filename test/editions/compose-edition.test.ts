import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { previewEdition } from '../../src/delivery/editions/preview-edition.ts';
import { listEditions, showEdition } from '../../src/delivery/editions/show-editions.ts';
import { deliverEdition } from '../../src/delivery/run/deliver-edition.ts';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import { sendTest } from '../../src/delivery/run/send-test.ts';
import { composeEdition } from '../../src/editions/compose/compose-edition.ts';
import { BroadsheetError, EXIT } from '../../src/kernel/errors.ts';
import { readTemplates } from '../../src/templates/read-templates.ts';
import { test } from '../support/databases.ts';
import { closedPort } from '../support/inbox.ts';
import { address, NEWSLETTER, openTestSite, type TestSite } from '../support/test-site.ts';

const POSTS = {
  '2026-03-19-wall.md': post('The harbour wall stands', '2026-03-19T18:00:00'),
  '2026-03-20-ferry.md': post('Ferry fares rise', '2026-03-20T06:12:00'),
};

test('an edition is composed of the posts that are in none yet, and frozen', async (t) => {
  const testSite = await openTestSite(t, { posts: POSTS });
  const first = await composeEdition(testSite.deps, NEWSLETTER);
  assert.equal(first.edition?.id, `${NEWSLETTER}-2026-03-20`);
  assert.equal(first.edition?.subject, 'Ferry fares rise');
  testSite.writePost('2026-03-20-ferry.md', post('Ferry fares fall', '2026-03-20T06:12:00'));
  const stored = await showEdition(testSite.deps, `${NEWSLETTER}-2026-03-20`);
  assert.deepEqual(stored.edition, first.edition);
  assert.deepEqual(stored.edition.posts.map(({ file }) => file).toSorted(), Object.keys(POSTS));
});

test('an edition publishes the copies of its pictures, for it may be sent before the next build', async (t) => {
  const lead = post('The pier opens', '2026-03-20T06:30:00', 'image: ./pier.png\n');
  const testSite = await openTestSite(t, { posts: { '2026-03-20-pier.md': lead } });
  const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAAElFTkSuQmCC';
  testSite.writePost('pier.png', Buffer.from(pixel, 'base64'));
  const { config } = testSite.deps;
  const deps = {
    ...testSite.deps,
    config: { ...config, feeds: { ...config.feeds, copyPictures: true } },
  };
  const { edition } = await composeEdition(deps, NEWSLETTER);
  const [, path = ''] =
    /src="[^"]*\/(pictures\/[0-9a-f]{32}\.png)"/.exec(edition?.html ?? '') ?? [];
  assert.ok(edition?.page?.includes(path));
  assert.equal(readFileSync(join(config.folders.output, path)).toString('base64'), pixel);
});

test('nothing new makes no edition; a post that comes late is in the next', async (t) => {
  const testSite = await openTestSite(t, { posts: POSTS });
  await composeEdition(testSite.deps, NEWSLETTER);
  assert.equal((await composeEdition(testSite.deps, NEWSLETTER)).edition, undefined);
  testSite.writePost('2026-03-18-late.md', post('The mayor resigned', '2026-03-18T09:00:00'));
  const next = await composeEdition(testSite.deps, NEWSLETTER);
  assert.equal(next.edition?.id, `${NEWSLETTER}-2026-03-20-2`);
  assert.deepEqual(
    next.edition?.posts.map(({ title }) => title),
    ['The mayor resigned'],
  );
  assert.deepEqual(
    (await listEditions(testSite.deps)).map(({ id }) => id),
    [`${NEWSLETTER}-2026-03-20-2`, `${NEWSLETTER}-2026-03-20`],
  );
});

test('a post that was sent is known when its file is renamed', async (t) => {
  const testSite = await openTestSite(t, { posts: POSTS });
  await composeEdition(testSite.deps, NEWSLETTER);
  assert.ok(existsSync(testSite.deps.config.publishedFile));
  const renamed = await openTestSite(t, {
    posts: { '2026-03-20-ferries.md': POSTS['2026-03-20-ferry.md'] },
  });
  writeFileSync(
    renamed.deps.config.publishedFile,
    readFileSync(testSite.deps.config.publishedFile),
  );
  const deps = { ...renamed.deps, store: testSite.deps.store };
  assert.equal((await composeEdition(deps, NEWSLETTER)).edition, undefined);
});

test('two that compose at once make one edition', async (t) => {
  const testSite = await openTestSite(t, { posts: POSTS });
  const results = await Promise.allSettled([
    composeEdition(testSite.deps, NEWSLETTER),
    composeEdition(testSite.deps, NEWSLETTER),
  ]);
  const isMade = (result: (typeof results)[number]) =>
    result.status === 'fulfilled' && result.value.edition !== undefined;
  assert.equal(results.filter(isMade).length, 1);
  // The other one was in its midst, or so late that there was nothing new for it.
  const [other] = results.filter((result) => !isMade(result));
  if (other?.status === 'rejected') {
    const reason: unknown = other.reason;
    assert.ok(reason instanceof BroadsheetError && reason.exitCode === EXIT.tryAgain);
  }
  assert.equal((await listEditions(testSite.deps)).length, 1);
});

test('a post that is broken is left out and named, and the edition has the others', async (t) => {
  const testSite = await openTestSite(t, {
    posts: { ...POSTS, '2026-03-20-broken.md': '---\ntitle: [\n---\nText\n' },
  });
  const report = await composeEdition(testSite.deps, NEWSLETTER);
  assert.deepEqual(
    report.posts.leftOut.map(({ file }) => file),
    ['2026-03-20-broken.md'],
  );
  assert.equal(report.edition?.posts.length, 2);
});

test('what send prepares is not stored until it is delivered, posts and all', async (t) => {
  const testSite = await openTestSite(t, { posts: POSTS, subscribers: ['ada@example.org'] });
  const prepared = await prepareSend(testSite.deps, { newsletter: NEWSLETTER });
  assert.equal(prepared.kind, 'ready');
  assert.equal(prepared.kind === 'ready' && prepared.state, 'new');
  assert.equal(prepared.kind === 'ready' && prepared.recipients, 1);
  assert.deepEqual(await listEditions(testSite.deps), []);
  assert.ok(!existsSync(testSite.deps.config.publishedFile));
  assert.equal(testSite.inbox.connections(), 0);

  if (prepared.kind === 'ready') await deliverEdition(testSite.deps, prepared);
  const [edition] = await listEditions(testSite.deps);
  assert.equal(edition?.deliveries.accepted, 1);
  assert.equal(edition?.plannedAt, '2026-03-20T07:00:00.000Z');
  const [message] = testSite.inbox.messages;
  const mail = await PostalMime.parse(message?.raw ?? '');
  assert.equal(mail.subject, 'Ferry fares rise');
  assert.match(mail.html ?? '', /The harbour wall stands/);
  assert.match(mail.text ?? '', /ada@example\.org/);
  assert.equal((await prepareSend(testSite.deps, { newsletter: NEWSLETTER })).kind, 'nothingNew');
});

test('an edition that was composed is sent before a new one is composed', async (t) => {
  const testSite = await openTestSite(t, { posts: POSTS, subscribers: ['ada@example.org'] });
  await composeEdition(testSite.deps, NEWSLETTER);
  testSite.writePost('2026-03-20-new.md', post('A new mayor', '2026-03-20T06:30:00'));
  const report = await testSite.send();
  assert.equal(report.edition.id, `${NEWSLETTER}-2026-03-20`);
  assert.equal((await testSite.send()).edition.id, `${NEWSLETTER}-2026-03-20-2`);
});

test('with nobody subscribed nothing is stored, so that the posts are not used up', async (t) => {
  const testSite = await openTestSite(t, { posts: POSTS });
  assert.equal((await prepareSend(testSite.deps, { newsletter: NEWSLETTER })).kind, 'nobody');
  await testSite.add('ada@example.org');
  assert.equal((await testSite.send()).deliveries.accepted, 1);
});

test('an edition that there is not is a usage error', async (t) => {
  const testSite = await openTestSite(t);
  const wrong = (error: unknown) =>
    error instanceof BroadsheetError && error.exitCode === EXIT.usage;
  const options = { newsletter: NEWSLETTER, edition: 'no-such' };
  await assert.rejects(prepareSend(testSite.deps, options), wrong);
  await assert.rejects(showEdition(testSite.deps, 'no-such'), wrong);
});

test('a test send goes to those addresses only, marked, outside the ledger', async (t) => {
  const testSite = await openTestSite(t, { posts: POSTS, subscribers: ['ada@example.org'] });
  const prepared = await prepareSend(testSite.deps, { newsletter: NEWSLETTER });
  assert.ok(prepared.kind === 'ready');
  const to = [address('editor@harbour.example')];
  const report = await sendTest(testSite.deps, prepared, to);
  assert.equal(report.messages[0]?.accepted, true);
  assert.equal(report.messages[0]?.reply.code, 250);
  assert.deepEqual(
    testSite.inbox.messages.map((message) => message.to),
    ['editor@harbour.example'],
  );
  const mail = await PostalMime.parse(testSite.inbox.messages[0]?.raw ?? '');
  assert.equal(mail.subject, '[Test] Ferry fares rise');
  assert.equal(mail.messageId, report.messages[0]?.messageId);
  assert.deepEqual(await listEditions(testSite.deps), []);
});

test('a test send over a relay that is away says so', async (t) => {
  const relayUrl = `smtp://127.0.0.1:${closedPort()}`;
  const testSite = await openTestSite(t, {
    posts: POSTS,
    subscribers: ['ada@example.org'],
    relayUrl,
  });
  const prepared = await prepareSend(testSite.deps, { newsletter: NEWSLETTER });
  assert.ok(prepared.kind === 'ready');
  await assert.rejects(
    sendTest(testSite.deps, prepared, [address('editor@harbour.example')]),
    (error) => error instanceof BroadsheetError && error.exitCode === EXIT.unavailable,
  );
});

test('a preview is what would be sent, to nobody, and stores nothing', async (t) => {
  const testSite = await openTestSite(t, { posts: POSTS });
  const deps = { ...testSite.deps, config: { ...testSite.deps.config, secrets: [] } };
  const report = await previewEdition(deps, NEWSLETTER);
  assert.ok(report.kind === 'preview');
  assert.match(report.html, /reader@example\.org/);
  assert.doesNotMatch(report.html + report.text, /slot\.invalid/);
  const mail = await PostalMime.parse(report.eml);
  assert.equal(mail.subject, 'Ferry fares rise');
  assert.deepEqual(await listEditions(testSite.deps), []);
  assert.equal(testSite.inbox.connections(), 0);
});

test('without posts there is no preview', async (t) => {
  const testSite = await openTestSite(t);
  assert.equal((await previewEdition(testSite.deps, NEWSLETTER)).kind, 'nothingNew');
});

test('on a day without news a preview shows the newest posts, whatever their age and edition', async (t) => {
  const old = Array.from({ length: 30 }, (_, day) => [
    `2024-03-${String(day + 1).padStart(2, '0')}-old.md`,
    `---\ntitle: Old ${day}\n---\nOne of many.\n`,
  ]);
  const posts = { ...POSTS, ...Object.fromEntries(old) };
  const testSite = await openTestSite(t, { posts, subscribers: ['ada@example.org'] });
  const prepared = await prepareSend(testSite.deps, { newsletter: NEWSLETTER });
  assert.ok(prepared.kind === 'ready');
  const { edition } = prepared;
  await deliverEdition(testSite.deps, prepared);
  const clock = () => testSite.deps.clock().add({ hours: 24 * 400 });
  const later = { ...testSite.deps, clock };
  const report = await previewEdition(later, NEWSLETTER);
  assert.ok(report.kind === 'preview');
  assert.equal(report.isSample, true);
  assert.match(report.html, /Ferry fares rise/);
  // The newest, and not all that there are.
  const { stories, headlines } = testSite.deps.config.newsletters[0] ?? {
    stories: 0,
    headlines: 0,
  };
  assert.equal(report.edition.posts.length, stories + headlines);
  // Its own day, and not that of the sample.
  const sent = await previewEdition(later, NEWSLETTER, edition.id);
  assert.ok(sent.kind === 'preview');
  assert.deepEqual([sent.edition.id, sent.isSample], [edition.id, false]);
  await assert.rejects(previewEdition(later, NEWSLETTER, 'other'), /has no edition "other"/);
});

test('a template of one’s own takes the place of Broadsheet’s, file by file', async (t) => {
  const testSite = await openTestSite(t);
  const folder = templatesFolder(testSite);
  writeFileSync(join(folder, 'digest.txt'), 'Mine: {{ lead.title }}');
  const templates = readTemplates(folder);
  assert.equal(templates.digestText.source, 'Mine: {{ lead.title }}');
  assert.equal(templates.digestText.file, join(folder, 'digest.txt'));
  assert.match(templates.digestMjml.source, /<mjml/);
});

test('a template that cannot be read is a config error', async (t) => {
  const testSite = await openTestSite(t);
  const folder = templatesFolder(testSite);
  writeFileSync(join(folder, 'digest.mjml'), Buffer.from([0xff, 0xfe, 0xff]));
  assert.throws(
    () => readTemplates(folder),
    (error) => error instanceof BroadsheetError && error.exitCode === EXIT.config,
  );
});

function templatesFolder(testSite: TestSite): string {
  mkdirSync(testSite.deps.config.folders.templates);
  return testSite.deps.config.folders.templates;
}

/** A post whose body is like no other's, or they would tell one story. */
function post(title: string, date: string, more = ''): string {
  const body = title
    .split(' ')
    .map((word) => `${word} is what ${word}s of ${title.length} harbours say of ${word} today.`)
    .join(' ');
  return `---\nlayout: post\ntitle: "${title}"\ndate: ${date}\ncategories: [News]\n${more}---\n\n${body}\n`;
}
