import assert from 'node:assert/strict';
import {
  cancelEditionById,
  pauseEditionById,
  resumeEditionById,
} from '../../src/delivery/editions/manage-edition.ts';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import { composeEdition } from '../../src/editions/compose/compose-edition.ts';
import { BroadsheetError, EXIT } from '../../src/kernel/errors.ts';
import { test } from '../support/databases.ts';
import { NEWSLETTER, NONE, openTestSite, PEOPLE } from '../support/test-site.ts';

const POST = {
  '2026-03-19-wall.md': '---\ntitle: The wall stands\ndate: 2026-03-19T18:00:05\n---\nIt stands.\n',
};

test('an edition that an editor paused waits, and goes on when it is resumed', async (t) => {
  const testSite = await openTestSite(t, { subscribers: PEOPLE });
  const { id } = await testSite.putEdition();
  await pauseEditionById(testSite.deps, id, 'a wrong name');
  const held = await prepareSend(testSite.deps, { newsletter: NEWSLETTER });
  assert.equal(held.kind === 'paused' && held.pause.reason, 'a wrong name');
  await resumeEditionById(testSite.deps, id);
  assert.equal((await testSite.send()).deliveries.accepted, 7);
});

test('a paused edition goes on with --resume, and does not stand in the way of a new one', async (t) => {
  const testSite = await openTestSite(t, { subscribers: PEOPLE, posts: POST });
  const { id } = await testSite.putEdition();
  await pauseEditionById(testSite.deps, id, undefined);
  const next = await prepareSend(testSite.deps, { newsletter: NEWSLETTER });
  assert.equal(next.kind === 'ready' && next.state, 'new');
  const report = await testSite.send(undefined, { resume: true });
  assert.deepEqual([report.edition.id, report.deliveries.accepted], [id, 7]);
});

test('an edition that is cancelled goes to nobody, and cannot be sent or paused any more', async (t) => {
  const testSite = await openTestSite(t, { subscribers: PEOPLE });
  const { id } = await testSite.putEdition();
  const called = await cancelEditionById(testSite.deps, id);
  assert.deepEqual(called.deliveries, NONE);
  assert.equal((await prepareSend(testSite.deps, { newsletter: NEWSLETTER })).kind, 'nothingNew');
  const attempts = [
    prepareSend(testSite.deps, { newsletter: NEWSLETTER, edition: id }),
    pauseEditionById(testSite.deps, id, undefined),
  ];
  for (const attempt of attempts) {
    await assert.rejects(
      attempt,
      (error) => error instanceof BroadsheetError && error.exitCode === EXIT.usage,
    );
  }
  await cancelEditionById(testSite.deps, id);
});

test('the posts of an edition that was cancelled before anyone got it are in the next one', async (t) => {
  const testSite = await openTestSite(t, { subscribers: PEOPLE, posts: POST });
  const { edition } = await composeEdition(testSite.deps, NEWSLETTER);
  assert.ok(edition);
  await cancelEditionById(testSite.deps, edition.id);
  const report = await testSite.send();
  assert.notEqual(report.edition.id, edition.id);
  assert.deepEqual(
    report.edition.posts.map(({ title }) => title),
    ['The wall stands'],
  );
});

test('the posts of an edition that somebody got are in no other', async (t) => {
  const testSite = await openTestSite(t, {
    subscribers: PEOPLE,
    posts: POST,
    inbox: {
      onRecipient: (to) => (to.startsWith('bob') ? { code: 450, text: '4.2.2 full' } : undefined),
    },
  });
  const report = await testSite.send();
  assert.equal(report.deliveries.deferred, 1);
  const { deliveries, givenUp } = await cancelEditionById(testSite.deps, report.edition.id);
  assert.deepEqual([deliveries.accepted, deliveries.failed, givenUp], [6, 1, 1]);
  assert.equal((await prepareSend(testSite.deps, { newsletter: NEWSLETTER })).kind, 'nothingNew');
});
