import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KyselyPlugin } from 'kysely';
import { cancelEditionById } from '../../src/delivery/editions/manage-edition.ts';
import { publishArchive } from '../../src/editions/archive/publish-archive.ts';
import { approveEdition } from '../../src/schedule/approve-edition.ts';
import { archiveOf, PLAIN_LISTS, pageOf } from '../support/archive.ts';
import { test } from '../support/databases.ts';
import { address, NEWSLETTER, openPaper, PEOPLE } from '../support/paper.ts';
import { postText } from '../support/program.ts';
import { openDiary } from '../support/schedule.ts';
import { changed, sendWith } from '../support/sending.ts';

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
  const paper = await openPaper(t, { subscribers: PEOPLE, posts: POSTS, inbox: { onMessage } });
  folder = paper.folder;
  await paper.send();
  assert.deepEqual(new Set(seen), new Set([true]));
  const html = readFileSync(join(folder, 'public', pageOf(EDITION)), 'utf8');
  const [, style = ''] = /<link rel="stylesheet" href="\.\.\/(styles\/[^"]+)">/.exec(html) ?? [];
  assert.ok(existsSync(join(folder, 'public/archive', style)));
  assert.match(paper.inbox.messages[0]?.raw.toString() ?? '', /archive\/politics-essential-2026/);
});

test('an approved edition has its page before its first message as well', async (t) => {
  const newsletter = { approve: true, editor: address('editor@harbour.example') };
  const diary = await openDiary(t, { subscribers: [ADA], now: '2026-03-20T06:00Z', newsletter });
  const page = join(diary.paper.folder, 'public', pageOf(EDITION));
  await diary.lookAt('2026-03-20T06:00Z');
  diary.write('The wall stands');
  await diary.lookAt('2026-03-20T07:00Z');
  await diary.deliver();
  assert.equal(existsSync(page), false);
  await approveEdition(diary.deps, EDITION);
  await diary.deliver();
  assert.ok(existsSync(page));
  assert.equal(diary.paper.inbox.messagesTo(ADA).length, 1);
});

test('where the page cannot be written nobody is mailed, and the next send goes on', async (t) => {
  const paper = await openPaper(t, { subscribers: [ADA], posts: POSTS });
  const output = paper.deps.config.folders.output;
  writeFileSync(output, 'in the way');
  await assert.rejects(paper.send(), { exitCode: 74 });
  assert.equal(paper.inbox.messages.length, 0);
  rmSync(output);
  assert.equal((await paper.send()).deliveries.accepted, 1);
  assert.ok(existsSync(join(output, pageOf(EDITION))));
});

test('without an archive there is neither a page nor a link to one', async (t) => {
  const paper = await openPaper(t, { subscribers: [ADA], posts: POSTS });
  await sendWith(changed(paper, { newsletter: { archive: 'off' } }));
  assert.equal(existsSync(join(paper.folder, 'public')), false);
  assert.doesNotMatch(paper.inbox.messages[0]?.raw.toString() ?? '', /harbour\.example\/archive/);
});

test('lists and feeds follow with the archive, and the page of a cancelled edition goes', async (t) => {
  const paper = await openPaper(t, { subscribers: [ADA], posts: POSTS });
  const archive = archiveOf(paper);
  await paper.send();
  assert.ok(archive.files().every((path) => !path.endsWith('rss.xml')));
  await archive.publish();
  assert.match(archive.read(`archive/${NEWSLETTER}/rss.xml`), new RegExp(EDITION));
  assert.ok(archive.files().includes(pageOf(EDITION)));
  await cancelEditionById(paper.deps, EDITION);
  await archive.publish();
  assert.equal(archive.files().includes(pageOf(EDITION)), false);
});

test('an archive that was begun before an edition was planned leaves its page in place', async (t) => {
  const paper = await openPaper(t, { subscribers: [ADA], posts: POSTS });
  const { store } = paper.deps;
  let sent: Promise<unknown> | undefined;
  // The archive has its list of editions, and the whole send happens before it goes on.
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      sent ??= paper.send();
      await sent;
      return result;
    },
  };
  await publishArchive({
    ...paper.deps,
    ...{ store: { ...store, db: store.db.withPlugin(plugin) }, lists: PLAIN_LISTS },
  });
  assert.equal(paper.inbox.messages.length, 1);
  assert.ok(existsSync(join(paper.folder, 'public', pageOf(EDITION))));
});
