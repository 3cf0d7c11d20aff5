import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import PostalMime from 'postal-mime';
import { recomposeEdition } from '../../src/delivery/editions/recompose-edition.ts';
import { changesBeforeSending } from '../../src/delivery/editions/retractions.ts';
import { deliverEdition } from '../../src/delivery/run/deliver-edition.ts';
import { planEdition } from '../../src/delivery/run/plan-edition.ts';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import { composeEdition } from '../../src/editions/compose/compose-edition.ts';
import { changesApart } from '../../src/editions/compose/find-post-changes.ts';
import { findStoredEdition } from '../../src/editions/compose/find-stored-edition.ts';
import { approveByLink, approveEdition } from '../../src/schedule/approve-edition.ts';
import { test } from '../support/databases.ts';
import { postText } from '../support/program.ts';
import { openScheduledSite, type ScheduledSite } from '../support/schedule.ts';
import { address, NEWSLETTER, openTestSite, type TestSite } from '../support/test-site.ts';

const ADA = 'ada@example.org';
const EDITOR = 'editor@harbour.example';
const EDITION = `${NEWSLETTER}-2026-03-20`;
const TITLES = {
  wall: 'The wall stands',
  ferry: 'Ferry fares rise',
  mill: 'A library in the mill',
};
/** Posts that are alike in nothing, or they would tell one story. */
const post = (name: keyof typeof TITLES, title = TITLES[name]) =>
  postText(title, '2026-03-19T18:00', `In May, ${wordsOf(name)}.`);

function wordsOf(name: string): string {
  return Array.from({ length: 40 }, (_, at) => `${name}${at}`).join(' ');
}

/** A test site with an edition of three posts that is composed and not sent. */
async function openComposed(t: TestContext): Promise<TestSite> {
  const posts = { 'wall.md': post('wall'), 'ferry.md': post('ferry'), 'mill.md': post('mill') };
  const testSite = await openTestSite(t, { subscribers: [ADA], posts });
  await composeEdition(testSite.deps, NEWSLETTER);
  return testSite;
}

async function changesOf({ deps }: TestSite): Promise<string[]> {
  const changes = await changesBeforeSending(deps, await findStoredEdition(deps.store.db, EDITION));
  return changes.map(({ file, kind }) => `${file} ${kind}`).toSorted();
}

test('what became of the posts of an edition since it was composed is found, each by its kind', async (t) => {
  const testSite = await openComposed(t);
  assert.deepEqual(await changesOf(testSite), []);
  testSite.writePost('wall.md', post('wall').replaceAll('\n', '\r\n'));
  testSite.writePost('ferry.md', post('ferry').replace('---\ntitle', '---\ntags: [fares]\ntitle'));
  assert.deepEqual(await changesOf(testSite), [], 'line ends and tags are not shown');
  testSite.writePost('wall.md', post('wall').replace('May', 'June'));
  testSite.writePost('ferry.md', post('ferry', 'Ferry fares fall'));
  testSite.writePost('mill.md', post('mill').replace('---\n', '---\npermalink: /old-mill/\n'));
  const stored = await findStoredEdition(testSite.deps.store.db, EDITION);
  const { signal } = new AbortController();
  assert.deepEqual(
    await changesApart(testSite.deps, stored.edition, signal),
    await changesBeforeSending(testSite.deps, stored),
    'the same in a process of its own',
  );
  assert.deepEqual(await changesOf(testSite), [
    'ferry.md retitled',
    'mill.md moved',
    'wall.md changed',
  ]);
  testSite.writePost('wall.md', post('wall').replace('---\n', '---\ndraft: true\n'));
  testSite.writePost('ferry.md', post('ferry').replace('2026-03-19', '2027-03-19'));
  rmSync(join(testSite.folder, 'posts/mill.md'));
  assert.deepEqual(await changesOf(testSite), ['ferry.md future', 'mill.md gone', 'wall.md draft']);
  testSite.writePost('mill.md', '---\ntitle: [\n---\n');
  assert.ok((await changesOf(testSite)).includes('mill.md broken'));
});

test('of an edition from before fingerprints only title and address are compared', async (t) => {
  const testSite = await openComposed(t);
  await testSite.deps.store.db.updateTable('edition_posts').set({ fingerprint: null }).execute();
  testSite.writePost('wall.md', post('wall').replace('May', 'June'));
  testSite.writePost('ferry.md', post('ferry', 'Ferry fares fall'));
  assert.deepEqual(await changesOf(testSite), ['ferry.md retitled']);
});

test('an edition that nobody has got is composed anew under its id, and then sent without the retracted post', async (t) => {
  const testSite = await openComposed(t);
  rmSync(join(testSite.folder, 'posts/mill.md'));
  testSite.writePost('ferry.md', post('ferry', 'Ferry fares fall'));
  testSite.setTime('2026-03-20T07:05Z');
  const { edition } = await recomposeEdition(testSite.deps, NEWSLETTER);
  assert.equal(edition?.id, EDITION);
  assert.deepEqual(await changesOf(testSite), []);
  await testSite.send();
  const mail = testSite.inbox.messages[0]?.raw.toString() ?? '';
  assert.match(mail, /Ferry fares fall/);
  assert.doesNotMatch(mail, /A library in the mill/);
  const rows = await testSite.deps.store.db.selectFrom('editions').select('id').execute();
  assert.equal(rows.length, 1);
});

test('an edition that somebody may have got is not composed anew, and its posts are not compared', async (t) => {
  const testSite = await openComposed(t);
  await testSite.send();
  rmSync(join(testSite.folder, 'posts/mill.md'));
  assert.deepEqual(await changesOf(testSite), []);
  await assert.rejects(
    recomposeEdition(testSite.deps, NEWSLETTER, EDITION),
    /may have received it already/,
  );
  const { db } = testSite.deps.store;
  for (const state of ['queued', 'claimed', 'submitting', 'inDoubt', 'deferred'] as const) {
    const attempts = state === 'deferred' ? 1 : 0;
    const doubt = state === 'queued' ? '2026-03-20T07:00:00.000Z' : null;
    await db.updateTable('deliveries').set({ state, attempts, in_doubt_at: doubt }).execute();
    await assert.rejects(
      recomposeEdition(testSite.deps, NEWSLETTER, EDITION),
      /may have received/,
      state,
    );
  }
  await db
    .updateTable('deliveries')
    .set({ state: 'queued', attempts: 0, in_doubt_at: null })
    .execute();
  const { edition } = await recomposeEdition(testSite.deps, NEWSLETTER, EDITION);
  assert.ok(edition?.posts.every(({ file }) => file !== 'mill.md'));
});

test('too few stories left make no edition: it stays as it is', async (t) => {
  const testSite = await openComposed(t);
  for (const name of ['wall', 'ferry', 'mill']) rmSync(join(testSite.folder, `posts/${name}.md`));
  await assert.rejects(recomposeEdition(testSite.deps, NEWSLETTER), { exitCode: 65 });
  assert.equal((await changesOf(testSite)).length, 3);
});

test('a send that was prepared before the edition was composed anew sends nothing', async (t) => {
  const testSite = await openComposed(t);
  const prepared = await prepareSend(testSite.deps, { newsletter: NEWSLETTER });
  assert.equal(prepared.kind, 'ready');
  rmSync(join(testSite.folder, 'posts/mill.md'));
  await recomposeEdition(testSite.deps, NEWSLETTER);
  if (prepared.kind === 'ready') {
    await assert.rejects(deliverEdition(testSite.deps, prepared), /composed anew meanwhile/);
  }
  assert.equal(testSite.inbox.messages.length, 0);
  assert.equal((await testSite.send()).deliveries.accepted, 1);
});

/** A scheduledSite with the edition of the 20th waiting for its approval, and the token of the editor's link. */
async function openAsked(t: TestContext): Promise<ScheduledSite & { token(): Promise<string> }> {
  const newsletter = { approve: true, editor: address(EDITOR) };
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-20T06:00Z',
    newsletter,
  });
  await scheduledSite.checkAt('2026-03-20T06:00Z');
  scheduledSite.write('The wall stands');
  scheduledSite.write('Ferry fares rise');
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  await scheduledSite.tell();
  const token = async () => {
    const { text = '' } = await PostalMime.parse(
      scheduledSite.testSite.inbox.messagesTo(EDITOR).at(-1)?.raw ?? '',
    );
    return /\/approve\/(\S+)/.exec(text)?.[1] ?? '';
  };
  return { ...scheduledSite, token };
}

test('an edition whose post was taken away is not approved; composed anew it is asked about anew', async (t) => {
  const scheduledSite = await openAsked(t);
  const { testSite, deps } = scheduledSite;
  const old = await scheduledSite.token();
  rmSync(join(testSite.folder, 'posts/Ferry-fares-rise.md'));
  const refused = await approveByLink(deps, old);
  assert.match(refused?.retracted ?? '', /removed since it was composed: Ferry-fares-rise\.md/);
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 approval']);
  testSite.setTime('2026-03-20T07:30Z');
  await recomposeEdition(deps, NEWSLETTER, EDITION);
  await scheduledSite.tell();
  assert.equal(testSite.inbox.messagesTo(EDITOR).length, 2);
  assert.equal((await approveByLink(deps, old))?.kind, 'over', 'that link was of another content');
  assert.equal((await approveByLink(deps, await scheduledSite.token()))?.kind, 'approved');
  await scheduledSite.deliver();
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sent: 1 of 1']);
});

test('an approved edition whose post is taken away before anybody gets it is held, and an editor decides', async (t) => {
  const scheduledSite = await openAsked(t);
  const { testSite, deps } = scheduledSite;
  await approveEdition(deps, EDITION);
  rmSync(join(testSite.folder, 'posts/Ferry-fares-rise.md'));
  testSite.setTime('2026-03-20T07:10Z');
  await scheduledSite.deliver();
  const [slot = ''] = await scheduledSite.slots();
  assert.match(slot, /^2026-03-20 held: a post of it was removed since it was composed/);
  assert.equal(testSite.inbox.messagesTo(ADA).length, 0);
  await scheduledSite.tell();
  assert.match(scheduledSite.logged.join('\n'), /trouble: the edition is on hold: a post of it/);
  const prepared = await prepareSend(deps, { newsletter: NEWSLETTER, asComposed: true });
  assert.equal(prepared.kind, 'ready');
  if (prepared.kind === 'ready') await deliverEdition(deps, prepared);
  await scheduledSite.deliver();
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sent: 1 of 1']);
});

test('the schedule holds a day whose edition was composed by hand and has lost a post', async (t) => {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: [ADA],
    now: '2026-03-20T06:00Z',
  });
  await scheduledSite.checkAt('2026-03-20T06:00Z');
  scheduledSite.write('The wall stands');
  scheduledSite.write('Ferry fares rise');
  const { edition } = await composeEdition(scheduledSite.deps, NEWSLETTER);
  assert.ok(edition);
  rmSync(join(scheduledSite.testSite.folder, 'posts/The-wall-stands.md'));
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  const [slot = ''] = await scheduledSite.slots();
  assert.match(slot, /held: a post of it was removed since it was composed: The-wall-stands\.md/);
  await recomposeEdition(scheduledSite.deps, NEWSLETTER);
  await scheduledSite.testSite.send();
  await scheduledSite.checkAt('2026-03-20T07:10Z');
  assert.match((await scheduledSite.slots()).join(), /2026-03-20 sent: sent by hand: 1 of 1/);
});

test('one that goes as composed is not asked about again', async (t) => {
  const scheduledSite = await openAsked(t);
  const { testSite, deps } = scheduledSite;
  rmSync(join(testSite.folder, 'posts/Ferry-fares-rise.md'));
  await approveEdition(deps, EDITION, { asComposed: true });
  testSite.setTime('2026-03-20T07:10Z');
  await scheduledSite.deliver();
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sent: 1 of 1']);
});

test('an edition that a sender has entered for is not composed anew under its hands', async (t) => {
  const testSite = await openComposed(t);
  const prepared = await prepareSend(testSite.deps, { newsletter: NEWSLETTER });
  assert.ok(prepared.kind === 'ready');
  await planEdition(testSite.deps, prepared);
  const { db } = testSite.deps.store;
  const sender = { id: 's', pid: 1, host: '', started: '', edition: EDITION };
  await db
    .insertInto('senders')
    .values({ ...sender, lease_until: '2099-01-01T00:00:00.000Z' })
    .execute();
  await assert.rejects(recomposeEdition(testSite.deps, NEWSLETTER), /is being sent/);
});
