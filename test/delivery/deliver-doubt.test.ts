import assert from 'node:assert/strict';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import { testOnBoth } from '../support/databases.ts';
import { messageIdOf } from '../support/inbox.ts';
import { changed, sendWith } from '../support/sending.ts';
import { NEWSLETTER, NONE, openTestSite, PEOPLE, type TestSite } from '../support/test-site.ts';

const DOUBTED = { ...NONE, planned: 7, accepted: 6, inDoubt: 1 };
const SERVED = { ...NONE, planned: 7, accepted: 7 };

testOnBoth(
  'with the policy "resend" what is in doubt is sent once more by the next send',
  async (t) => {
    const { testSite } = await doubted(t);
    const deps = changed(testSite, { newsletter: { whenInDoubt: 'resend' } });
    assert.deepEqual((await sendWith(deps)).deliveries, SERVED);
    const copies = testSite.inbox.messagesTo('dee@example.org');
    assert.equal(copies.length, 2);
    assert.equal(new Set(copies.map(messageIdOf)).size, 1);
  },
);

testOnBoth(
  'the copy of what is in doubt has the very bytes of the first, hours later',
  async (t) => {
    const { testSite } = await doubted(t);
    testSite.setTime('2026-03-20T11:30:00Z');
    await sendWith(testSite.deps);
    const [first, second] = testSite.inbox.messagesTo('dee@example.org');
    assert.match(String(first?.raw), /^Date: Fri, 20 Mar 2026 07:00:00 \+0000\r$/m);
    assert.deepEqual(second?.raw, first?.raw);
  },
);

testOnBoth(
  'with the policy "skip" it is never sent again, and needs nobody to decide',
  async (t) => {
    const { testSite, report } = await doubted(t, 'skip');
    assert.equal(report.undecided, 0);
    const deps = changed(testSite, { newsletter: { whenInDoubt: 'skip' } });
    assert.equal((await prepareSend(deps, { newsletter: NEWSLETTER })).kind, 'nothingNew');
    const named = await prepareSend(deps, {
      newsletter: NEWSLETTER,
      edition: `${NEWSLETTER}-2026-03-20`,
    });
    assert.equal(named.kind, 'nobody');
    assert.equal(testSite.inbox.messagesTo('dee@example.org').length, 1);
  },
);

testOnBoth('with the policy "ask" it waits until an editor says "resend"', async (t) => {
  const { testSite, report } = await doubted(t, 'ask');
  assert.equal(report.undecided, 1);
  const deps = changed(testSite, { newsletter: { whenInDoubt: 'ask' } });
  const plain = await prepareSend(deps, { newsletter: NEWSLETTER });
  assert.equal(plain.kind === 'nobody' && plain.undecided, 1);
  const after = await sendWith(deps, { inDoubt: 'resend' });
  assert.deepEqual(after.deliveries, SERVED);
  assert.equal(after.undecided, 0);
  assert.deepEqual(
    after.inDoubt.map(({ state }) => state),
    ['accepted'],
  );
});

testOnBoth('... or "skip", for good', async (t) => {
  const { testSite } = await doubted(t, 'ask');
  const deps = changed(testSite, { newsletter: { whenInDoubt: 'ask' } });
  const after = await sendWith(deps, { inDoubt: 'skip' });
  assert.deepEqual(after.deliveries, DOUBTED);
  assert.equal(after.undecided, 0);
  const edition = `${NEWSLETTER}-2026-03-20`;
  const late = await sendWith(deps, { inDoubt: 'resend', edition });
  assert.deepEqual(late.deliveries, DOUBTED);
  assert.equal(testSite.inbox.messagesTo('dee@example.org').length, 1);
});

testOnBoth('an editor who says "skip" overrules the policy "resend"', async (t) => {
  const { testSite } = await doubted(t);
  const after = await sendWith(testSite.deps, { inDoubt: 'skip' });
  assert.deepEqual(after.deliveries, DOUBTED);
  assert.equal((await prepareSend(testSite.deps, { newsletter: NEWSLETTER })).kind, 'nothingNew');
});

testOnBoth(
  'a relay that never replies for somebody gets their message twice, then an editor is asked',
  async (t) => {
    const testSite = await openTestSite(t, {
      subscribers: PEOPLE,
      inbox: { onMessage: ({ to }) => (to.startsWith('dee') ? 'hangUp' : undefined) },
    });
    await testSite.putEdition();
    const first = await sendWith(testSite.deps);
    assert.deepEqual([first.undecided, first.doubtedAgain], [1, 0]);
    const second = await sendWith(testSite.deps);
    assert.deepEqual(second.deliveries, DOUBTED);
    assert.deepEqual([second.undecided, second.doubtedAgain], [1, 1]);
    assert.deepEqual(
      second.inDoubt.map(({ address, doubts }) => [address, doubts]),
      [['dee@example.org', 2]],
    );
    for (const edition of [undefined, `${NEWSLETTER}-2026-03-20`]) {
      const named = edition === undefined ? {} : { edition };
      const third = await prepareSend(testSite.deps, { newsletter: NEWSLETTER, ...named });
      assert.equal(third.kind === 'nobody' && third.doubtedAgain, 1);
    }
    const copies = () => testSite.inbox.messagesTo('dee@example.org').length;
    assert.equal(copies(), 2);
    // A new edition is not kept waiting.
    await testSite.putEdition('tomorrow');
    assert.equal((await sendWith(testSite.deps)).edition.id, 'tomorrow');
    const asked = await sendWith(testSite.deps, {
      inDoubt: 'resend',
      edition: `${NEWSLETTER}-2026-03-20`,
    });
    assert.equal(copies(), 4);
    assert.equal(asked.inDoubt[0]?.doubts, 3);
    const edition = `${NEWSLETTER}-2026-03-20`;
    assert.equal((await sendWith(testSite.deps, { inDoubt: 'skip', edition })).undecided, 0);
  },
);

/** A test site whose edition reached all, save that dee's reply never came. */
async function doubted(
  t: Parameters<typeof openTestSite>[0],
  whenInDoubt: 'resend' | 'skip' | 'ask' = 'resend',
) {
  let hangsUp = true;
  const testSite: TestSite = await openTestSite(t, {
    subscribers: PEOPLE,
    inbox: { onMessage: ({ to }) => (hangsUp && to.startsWith('dee') ? 'hangUp' : undefined) },
  });
  await testSite.putEdition();
  const report = await sendWith(changed(testSite, { newsletter: { whenInDoubt } }));
  assert.deepEqual(report.deliveries, DOUBTED);
  hangsUp = false;
  return { testSite, report };
}
