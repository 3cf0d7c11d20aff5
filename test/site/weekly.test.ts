import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { unsubscribeToken } from '../../src/delivery/message/unsubscribe-link.ts';
import { resubscribe, unsubscribe } from '../../src/site/unsubscribe.ts';
import { readWeekly, takeWeekly, weeklyFor } from '../../src/site/weekly.ts';
import { findSubscriptions } from '../../src/subscribers/queries/subscribers.ts';
import { testOnBoth } from '../support/databases.ts';
import { everyone } from '../support/people.ts';
import { openSite, TIDES } from '../support/site.ts';
import { address, NEWSLETTER } from '../support/test-site.ts';

const ADA = 'ada@example.org';

/** A site whose newsletter has Tides as its weekly sister, and the token of Ada's unsubscribe link. */
async function openSisters(t: TestContext) {
  const site = await openSite(t, { subscribers: [ADA] });
  const newsletters = site.deps.config.newsletters.map((each) =>
    each.id === NEWSLETTER ? { ...each, weekly: TIDES } : each,
  );
  const deps = { ...site.deps, config: { ...site.deps.config, newsletters } };
  const [ada] = await everyone(site.testSite);
  const whom = { newsletter: NEWSLETTER, subscriberId: ada?.id ?? '' };
  const token = unsubscribeToken(whom, deps.config.secrets);
  const both = async () => [(await site.statuses())[ADA], (await site.statuses(TIDES))[ADA]];
  return { site, deps, token, both };
}

testOnBoth('one click takes the weekly sister instead, with a record of the consent', async (t) => {
  const { site, deps, token, both } = await openSisters(t);
  assert.ok(typeof (await readWeekly(deps, token)) === 'object');
  assert.deepEqual(await both(), ['active', undefined]);
  const taken = await takeWeekly(deps, token);
  assert.ok(typeof taken === 'object');
  assert.equal(taken.weekly.id, TIDES);
  assert.deepEqual(await both(), ['unsubscribed', 'active']);
  const known = await findSubscriptions(deps.store.db, address(ADA));
  const tides = known.find(({ newsletter }) => newsletter === TIDES);
  assert.deepEqual(tides?.consent, {
    ...{ at: '2026-03-20T07:00:00.000Z', source: `weekly instead of ${NEWSLETTER}` },
    ...{ text: undefined, ipHash: undefined, confirmedAt: '2026-03-20T07:00:00.000Z' },
  });
  await site.answer(deps);
  assert.deepEqual(site.mailsTo(ADA), []);
  assert.ok(typeof (await takeWeekly(deps, token)) === 'object');
  assert.deepEqual(await both(), ['unsubscribed', 'active']);
});

testOnBoth(
  'the undo goes back to the newsletter, and ends only a sister that began with it',
  async (t) => {
    const { deps, site, token, both } = await openSisters(t);
    const taken = await takeWeekly(deps, token);
    assert.ok(typeof taken === 'object');
    await resubscribe(deps, taken.undoToken);
    assert.deepEqual(await both(), ['active', 'unsubscribed']);
    site.later({ minutes: 1 });
    const again = await takeWeekly(deps, token);
    assert.ok(typeof again === 'object');
    site.later({ minutes: 1 });
    const third = await takeWeekly(deps, token);
    assert.ok(typeof third === 'object');
    await resubscribe(deps, third.undoToken);
    assert.deepEqual(await both(), ['active', 'active']);
  },
);

testOnBoth('who has left may still take the sister for a day, and not after that', async (t) => {
  const { deps, site, token, both } = await openSisters(t);
  await unsubscribe(deps, token);
  assert.equal((await weeklyFor(deps, token))?.id, TIDES);
  site.later({ hours: 25 });
  assert.equal(await readWeekly(deps, token), 'over');
  assert.equal(await takeWeekly(deps, token), 'over');
  assert.deepEqual(await both(), ['unsubscribed', undefined]);
});

testOnBoth(
  'nothing is offered without a sister, to who gets it already, or by another token',
  async (t) => {
    const { deps, site, token, both } = await openSisters(t);
    assert.equal(await takeWeekly(site.deps, token), undefined);
    assert.equal(await takeWeekly(deps, `${token}x`), undefined);
    assert.deepEqual(await both(), ['active', undefined]);
    await takeWeekly(deps, token);
    assert.equal(await weeklyFor(deps, token), undefined);
  },
);
