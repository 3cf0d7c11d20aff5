import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KyselyPlugin } from 'kysely';
import { cancelEditionById } from '../../src/delivery/editions/manage-edition.ts';
import { publishArchive } from '../../src/editions/archive/publish-archive.ts';
import { approveEdition } from '../../src/schedule/approve-edition.ts';
import { archiveOf, PLAIN_LISTS, pageOf } from '../support/archive.ts';
import { test } from '../support/databases.ts';
import { postText } from '../support/program.ts';
import { openScheduledSite } from '../support/schedule.ts';
import { changed, sendWith } from '../support/sending.ts';
import { address, NEWSLETTER, openTestSite, PEOPLE } from '../support/test-site.ts';

const ADA = 'ada@example.org';
const EDITION = `${NEWSLETTER}-2026-03-20`;
const POSTS = { 'wall.md': postText('The wall stands') };

test('when the first message is taken, the page that it links to is there with its style', async (t) => {
  let folder = '';
  const seen: boolean[] = [];
  const onMessage = () => {
    seen.push(existsSync(join(folder, 'public', pageOf(EDITION))));
    return undefined;
  };
  const testSite = await openTestSite(t, {
    subscribers: PEOPLE,
    posts: POSTS,
    inbox: { onMessage },
  });
  folder = testSite.folder;
  await testSite.send();
  assert.deepEqual(new Set(seen), new Set([true]));
  const html = readFileSync(join(folder, 'public', pageOf(EDITION)), 'utf8');
  const [, style = ''] = /<link rel="stylesheet" href="\.\.\/(styles\/[^"]+)">/.exec(html) ?? [];
  assert.ok(existsSync(join(folder, 'public/archive', style)));
  assert.match(
    testSite.inbox.messages[0]?.raw.toString() ?? '',
    /archive\/politics-essential-2026/,
  );
});

test('an approved edition has its page before its first message as well', async (t) => {
  const newsletter = { approve: true, editor: address('editor@harbour.example') };
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-20T06:00Z',
    newsletter,
  });
  const page = join(scheduledSite.testSite.folder, 'public', pageOf(EDITION));
  await scheduledSite.checkAt('2026-03-20T06:00Z');
  scheduledSite.write('The wall stands');
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  await scheduledSite.deliver();
  assert.equal(existsSync(page), false);
  await approveEdition(scheduledSite.deps, EDITION);
  await scheduledSite.deliver();
  assert.ok(existsSync(page));
  assert.equal(scheduledSite.testSite.inbox.messagesTo(ADA).length, 1);
});

test('where the page cannot be written nobody is mailed, and the next send goes on', async (t) => {
  const testSite = await openTestSite(t, { subscribers: [ADA], posts: POSTS });
  const output = testSite.deps.config.folders.output;
  writeFileSync(output, 'in the way');
  await assert.rejects(testSite.send(), { exitCode: 74 });
  assert.equal(testSite.inbox.messages.length, 0);
  rmSync(output);
  assert.equal((await testSite.send()).deliveries.accepted, 1);
  assert.ok(existsSync(join(output, pageOf(EDITION))));
});

test('without an archive there is neither a page nor a link to one', async (t) => {
  const testSite = await openTestSite(t, { subscribers: [ADA], posts: POSTS });
  await sendWith(changed(testSite, { newsletter: { archive: 'off' } }));
  assert.equal(existsSync(join(testSite.folder, 'public')), false);
  assert.doesNotMatch(
    testSite.inbox.messages[0]?.raw.toString() ?? '',
    /harbour\.example\/archive/,
  );
});

test('lists and feeds follow with the archive, and the page of a cancelled edition goes', async (t) => {
  const testSite = await openTestSite(t, { subscribers: [ADA], posts: POSTS });
  const archive = archiveOf(testSite);
  await testSite.send();
  assert.ok(archive.files().every((path) => !path.endsWith('rss.xml')));
  await archive.publish();
  assert.match(archive.read(`archive/${NEWSLETTER}/rss.xml`), new RegExp(EDITION));
  assert.ok(archive.files().includes(pageOf(EDITION)));
  await cancelEditionById(testSite.deps, EDITION);
  await archive.publish();
  assert.equal(archive.files().includes(pageOf(EDITION)), false);
});

test('an archive that was begun before an edition was planned leaves its page in place', async (t) => {
  const testSite = await openTestSite(t, { subscribers: [ADA], posts: POSTS });
  const { store } = testSite.deps;
  let sent: Promise<unknown> | undefined;
  // The archive has its list of editions, and the whole send happens before it goes on.
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      sent ??= testSite.send();
      await sent;
      return result;
    },
  };
  await publishArchive({
    ...testSite.deps,
    ...{ store: { ...store, db: store.db.withPlugin(plugin) }, lists: PLAIN_LISTS },
  });
  assert.equal(testSite.inbox.messages.length, 1);
  assert.ok(existsSync(join(testSite.folder, 'public', pageOf(EDITION))));
});
