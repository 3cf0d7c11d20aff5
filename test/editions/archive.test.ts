import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildFeeds } from '../../src/build/build-feeds.ts';
import { cancelEditionById } from '../../src/delivery/editions/manage-edition.ts';
import { recomposeEdition } from '../../src/delivery/editions/recompose-edition.ts';
import { composeEdition } from '../../src/editions/compose/compose-edition.ts';
import { PLACEHOLDERS } from '../../src/editions/edition.ts';
import {
  all,
  atomFaults,
  type Element,
  jsonFaults,
  parseStrictly,
  rssFaults,
  textOf,
} from '../feeds/feed-rules.ts';
import { ARCHIVE, archiveOf, pageOf } from '../support/archive.ts';
import { test } from '../support/databases.ts';
import { NEWSLETTER, openTestSite, type TestSite } from '../support/test-site.ts';

const CANARY = 'canary-4711@example.org';

/** The test site with an edition of each of some days of March 2026, sent at seven in the morning. */
async function sentOn(testSite: TestSite, ...days: readonly number[]): Promise<string[]> {
  const ids: string[] = [];
  for (const day of days) {
    const date = `2026-03-${String(day).padStart(2, '0')}`;
    testSite.setTime(`${date}T07:00:00Z`);
    testSite.writePost(`${date}-post.md`, postText(`News of the ${day}th`, date));
    await testSite.send();
    ids.push(`${NEWSLETTER}-${date}`);
  }
  return ids;
}

/** A post that tells another story than every other of these. */
function postText(title: string, date: string): string {
  const tag = createHash('sha256').update(title).digest('hex').slice(0, 6);
  const words = Array.from({ length: 40 }, (_, at) => `word${tag}${at}`).join(' ');
  return `---\ntitle: ${JSON.stringify(title)}\ndate: ${date}T06:00:00\n---\n\n${words}.\n`;
}

test('an edition that was sent has a page; one that is only composed, or was cancelled, has none', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  const [sent = '', cancelled = ''] = await sentOn(testSite, 2, 3);
  await cancelEditionById(testSite.deps, cancelled);
  testSite.setTime('2026-03-04T07:00:00Z');
  testSite.writePost('late.md', postText('Later', '2026-03-04'));
  await composeEdition(testSite.deps, NEWSLETTER);
  const archive = archiveOf(testSite);
  const report = await archive.publish();
  assert.equal(report.editions, 1);
  const pages = archive.files().filter((path) => path.startsWith(`archive/${NEWSLETTER}-`));
  assert.deepEqual(pages, [pageOf(sent)]);
  assert.match(archive.read(pageOf(sent)), /News of the 2th/);
});

test('the archive has nothing of a subscriber: no address, no link of theirs, no placeholder', async (t) => {
  const testSite = await openTestSite(t, { subscribers: [CANARY] });
  const [id = ''] = await sentOn(testSite, 2);
  assert.equal(testSite.inbox.messages.length, 1);
  const archive = archiveOf(testSite);
  await archive.publish();
  assert.match(archive.read(pageOf(id)), /subscribe\/politics-essential\//);
  const everything = archive.everything();
  assert.doesNotMatch(everything, /canary/i);
  assert.doesNotMatch(everything, /slot/i);
  assert.doesNotMatch(everything, /\/unsubscribe\//);
  const people = await testSite.deps.store.db.selectFrom('subscribers').select('id').execute();
  assert.equal(people.length, 1);
  for (const { id: person } of people) {
    assert.ok(!everything.includes(person));
    assert.ok(!everything.includes(Buffer.from(person).toString('base64url')));
  }
});

test('a second run touches no file; a new edition changes its own, its neighbour and the lists', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  await sentOn(testSite, 2, 3, 4);
  const archive = archiveOf(testSite);
  await archive.publish();
  const before = times(testSite, archive.files());
  assert.deepEqual(
    [(await archive.publish()).changed, times(testSite, archive.files())],
    [0, before],
  );
  const [id = ''] = await sentOn(testSite, 5);
  await archive.publish();
  const after = times(testSite, archive.files());
  const touched = Object.keys(after).filter((path) => after[path] !== before[path]);
  assert.deepEqual(
    touched.filter((path) => path.startsWith(`archive/${NEWSLETTER}-`)),
    [pageOf(`${NEWSLETTER}-2026-03-04`), pageOf(id)],
  );
  assert.match(
    archive.read(pageOf(`${NEWSLETTER}-2026-03-04`)),
    /rel="next" lang="en" dir="ltr">News of the 5th/,
  );
});

test('an edition is frozen, so that its body is read once', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  const [id = ''] = await sentOn(testSite, 2);
  const archive = archiveOf(testSite);
  await archive.publish();
  await testSite.deps.store.db.updateTable('editions').set({ page: '<p>Other</p>' }).execute();
  assert.equal((await archive.publish()).changed, 0);
  rmSync(join(testSite.deps.config.folders.output, pageOf(id)));
  await archive.publish();
  assert.match(archive.read(pageOf(id)), /<p>Other<\/p>/);
});

test('an edition from before pages were stored keeps its page, without what is for its subscriber', async (t) => {
  const testSite = await openTestSite(t, { subscribers: [CANARY] });
  const [id = ''] = await sentOn(testSite, 2);
  await testSite.deps.store.db.updateTable('editions').set({ page: null }).execute();
  const archive = archiveOf(testSite);
  await archive.publish();
  assert.match(archive.read(pageOf(id)), /News of the 2th/);
  assert.doesNotMatch(archive.everything(), /slot|canary|Unsubscribe|signed up/i);
});

test('an edition that is composed again has another page', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  testSite.setTime('2026-03-02T07:00:00Z');
  testSite.writePost('wall.md', postText('The wall stands', '2026-03-02'));
  await composeEdition(testSite.deps, NEWSLETTER);
  testSite.writePost('wall.md', postText('The wall fell', '2026-03-02'));
  await recomposeEdition(testSite.deps, NEWSLETTER);
  await testSite.send();
  const page = archiveOf(testSite).read(pageOf(`${NEWSLETTER}-2026-03-02`));
  assert.match(page, /The wall fell/);
  assert.doesNotMatch(page, /The wall stands/);
});

test('the page of an edition that is cancelled later goes, and its neighbours close up', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  const [first = '', second = '', third = ''] = await sentOn(testSite, 2, 3, 4);
  const archive = archiveOf(testSite);
  await archive.publish();
  await cancelEditionById(testSite.deps, second);
  const report = await archive.publish();
  assert.equal(report.removed, 1);
  assert.deepEqual(
    archive.files().filter((path) => path.includes(second)),
    [],
  );
  assert.equal(statSync(join(report.folder, second), { throwIfNoEntry: false }), undefined);
  assert.doesNotMatch(archive.everything(), new RegExp(second));
  assert.match(archive.read(pageOf(first)), new RegExp(`href="\\.\\./${third}/" rel="next"`));
});

test('without an archive there are no pages, and those that there were go', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  await sentOn(testSite, 2);
  const archive = archiveOf(testSite);
  await archive.publish();
  assert.ok(archive.files().length > 4);
  await archive.publish({ newsletter: { archive: 'off' } });
  assert.deepEqual(
    archive.files().filter((path) => path !== 'feed.css'),
    [],
  );
});

test('an archive that is not for search engines says so at once on the pages that there are', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  const [id = ''] = await sentOn(testSite, 2);
  const archive = archiveOf(testSite);
  await archive.publish();
  assert.doesNotMatch(archive.read(pageOf(id)), /noindex/);
  await archive.publish({ newsletter: { archive: 'noindex' } });
  assert.match(archive.read(pageOf(id)), /<meta name="robots" content="noindex">/);
});

test('a new name of the site is on every page', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  const [id = ''] = await sentOn(testSite, 2);
  const archive = archiveOf(testSite);
  await archive.publish();
  await archive.publish({ siteTitle: 'The Quay & Tide' });
  assert.match(archive.read(pageOf(id)), />The Quay &amp; Tide<\/a>/);
});

test('the feeds have an item for each edition, newest first, and are valid', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  await sentOn(testSite, 2, 3, 4);
  const archive = archiveOf(testSite);
  await archive.publish({ feeds: { items: 2 } });
  const rss = archive.read(`${ARCHIVE}/rss.xml`);
  assert.deepEqual(rssFaults(rss), []);
  assert.deepEqual(atomFaults(archive.read(`${ARCHIVE}/atom.xml`)), []);
  assert.deepEqual(jsonFaults(archive.read(`${ARCHIVE}/feed.json`)), []);
  const [channel] = all(parseStrictly(rss), 'channel');
  const items = all(channel as Element, 'item');
  assert.deepEqual(
    items.map((item) => [textOf(item, 'title'), textOf(item, 'link'), textOf(item, 'guid')]),
    [4, 3].map((day) => [
      `News of the ${day}th`,
      `https://harbour.example/archive/${NEWSLETTER}-2026-03-0${day}/`,
      `tag:${NEWSLETTER}.harbour.example,2026:${NEWSLETTER}-2026-03-0${day}`,
    ]),
  );
  assert.equal(textOf(items[0] as Element, 'pubDate'), 'Wed, 04 Mar 2026 07:00:00 GMT');
  assert.match(
    textOf(items[0] as Element, 'content:encoded'),
    /^<ol><li><a href="https:\/\/harbour\.example\/2026\/03\/04\/post\.html">News of the 4th<\/a><\/li><\/ol>$/,
  );
});

test('what a post says stays text, on the page and in the feeds', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  const title = `]]><script>alert(1)</script> "&'</title> ${PLACEHOLDERS.address} {{ site.url }}`;
  testSite.writePost('evil.md', postText(title, '2026-03-20'));
  testSite.writePost('evil-2.md', postText(`${title} two </main></body>`, '2026-03-20'));
  // The gate would take the title for a placeholder that nobody filled in.
  await testSite.send(undefined, { force: true });
  const archive = archiveOf(testSite);
  await archive.publish();
  const page = archive.read(pageOf(`${NEWSLETTER}-2026-03-20`));
  assert.doesNotMatch(page, /<script/);
  assert.equal(page.match(/<\/main>/g)?.length, 1);
  assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
  assert.deepEqual(rssFaults(archive.read(`${ARCHIVE}/rss.xml`)), []);
  assert.deepEqual(atomFaults(archive.read(`${ARCHIVE}/atom.xml`)), []);
  // In JSON a title is text as it is.
  const json = JSON.parse(archive.read(`${ARCHIVE}/feed.json`));
  assert.doesNotMatch(json.items[0].content_html, /<script/);
});

test('an edition whose HTML is anything at all has a page of it', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  await testSite.putEdition();
  await testSite.send();
  const archive = archiveOf(testSite);
  await archive.publish();
  assert.match(archive.read(pageOf(`${NEWSLETTER}-2026-03-20`)), /<p>The wall stands\.<\/p>/);
  assert.doesNotMatch(archive.everything(), /slot/);
});

test('files that are not of the archive stay, and a build leaves the archive alone', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  const [id = ''] = await sentOn(testSite, 2);
  const archive = archiveOf(testSite);
  const { folder } = await archive.publish();
  const own = join(folder, 'about', 'index.html');
  mkdirSync(dirname(own), { recursive: true });
  writeFileSync(own, 'mine');
  writeFileSync(join(folder, id, 'notes.txt'), 'mine too');
  const pages = archive.files();
  await buildFeeds(testSite.deps.config, { now: testSite.deps.clock(), log: testSite.deps.log });
  for (const path of pages) assert.ok(archive.files().includes(path), path);
  await cancelEditionById(testSite.deps, id);
  await archive.publish();
  assert.equal(archive.read('archive/about/index.html'), 'mine');
  assert.equal(archive.read(`archive/${id}/notes.txt`), 'mine too');
});

test('pages that should be gone go too when a run was cut off, or nothing remembers them', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  const archive = archiveOf(testSite);
  const { folder } = await archive.publish();
  const manifest = join(folder, '.archive.json');
  const early = readFileSync(manifest);
  const [first = '', second = '', third = ''] = await sentOn(testSite, 2, 3, 4);
  await archive.publish();
  const pages = () => archive.files().filter((path) => path.startsWith(`archive/${NEWSLETTER}-`));
  assert.equal(pages().length, 3);
  // As a run leaves it that is killed before its last step.
  writeFileSync(manifest, early);
  await cancelEditionById(testSite.deps, second);
  await archive.publish();
  assert.deepEqual(pages(), [pageOf(first), pageOf(third)]);
  rmSync(manifest);
  await cancelEditionById(testSite.deps, third);
  await archive.publish();
  assert.deepEqual(pages(), [pageOf(first)]);
});

/** When each file was last written. */
function times(testSite: TestSite, files: readonly string[]): Record<string, bigint> {
  const { output } = testSite.deps.config.folders;
  return Object.fromEntries(
    files.map((path) => [path, statSync(join(output, path), { bigint: true }).mtimeNs]),
  );
}
