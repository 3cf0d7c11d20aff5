import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { planDeliveries } from '../../src/delivery/queries/deliveries.ts';
import type { ServiceDependencies } from '../../src/delivery/send-dependencies.ts';
import { type AskedSoFar, askReaders, pauseSilent } from '../../src/site/ask-readers.ts';
import { keepReading, readStillReading } from '../../src/site/still-reading.ts';
import { unsubscribe } from '../../src/site/unsubscribe.ts';
import { historiesOf } from '../../src/subscribers/queries/subscription-history.ts';
import { testOnBoth } from '../support/databases.ts';
import { sendToAll } from '../support/feedback.ts';
import { everyone, importText } from '../support/people.ts';
import { openSite, type Site, savePreferences } from '../support/site.ts';
import { NEWSLETTER } from '../support/test-site.ts';

const ADA = 'ada@example.org';
const BOB = 'bob@example.org';

/** A site whose silent readers are asked after three editions, with two readers who got as many. */
async function openSilent(t: TestContext, people: readonly string[] = [ADA, BOB]) {
  const site = await openSite(t, { subscribers: people });
  const [first, ...others] = site.deps.config.newsletters;
  assert.ok(first);
  const sunset = { afterEditions: 3, pauseAfterDays: 30 };
  const config = { ...site.deps.config, newsletters: [{ ...first, sunset }, ...others] };
  const deps: ServiceDependencies = { ...site.deps, config };
  let editions = 0;
  const send = async (count: number) => {
    for (let sent = 0; sent < count; sent += 1) {
      site.later({ days: 1 });
      editions += 1;
      await sendToAll(site.testSite, `${NEWSLETTER}-${editions}`);
    }
  };
  const soFar: AskedSoFar = new Map();
  const ask = async () => {
    const asked = await askReaders(deps, soFar);
    await site.answer(deps);
    return asked;
  };
  await send(3);
  return { site, deps, send, ask };
}

/** The token of the links in the last mail that asks. */
function tokenOf(site: Site, who: string): string {
  const mail = site.mailsTo(who).findLast(({ subject }) => /still read/.test(subject));
  return /\/unsubscribe\/([\w.-]+)\/keep/.exec(mail?.body ?? '')?.[1] ?? '';
}

testOnBoth('somebody silent during as many editions is asked once, with two buttons', async (t) => {
  const { site, send, ask } = await openSilent(t);
  assert.equal(await ask(), 2);
  assert.equal(await ask(), 0);
  await send(4);
  assert.equal(await ask(), 0);
  const [mail, ...others] = site.mailsTo(ADA);
  assert.deepEqual(others, []);
  assert.equal(mail?.subject, 'Do you still read Politics Essential?');
  assert.match(
    mail?.body ?? '',
    /Yes, keep it:\s+https:\/\/harbour\.example\/unsubscribe\/[\w.-]+\/keep\s/,
  );
  assert.match(
    mail?.body ?? '',
    /No, end it:\s+https:\/\/harbour\.example\/unsubscribe\/[\w.-]+\s/,
  );
  assert.match(mail?.headers.get('list-unsubscribe') ?? '', /unsubscribe/);
  assert.deepEqual(await site.statuses(), { [ADA]: 'active', [BOB]: 'active' });
});

testOnBoth('nobody is asked before the number of editions, or if fewer arrived', async (t) => {
  const { site, deps, ask, send } = await openSilent(t);
  await site.testSite.deps.store.db
    .updateTable('deliveries')
    .set({ returned_at: '2026-03-21T08:00:00.000Z', returned_as: 'soft' })
    .where('edition', '=', `${NEWSLETTER}-1`)
    .where('address', '=', BOB)
    .execute();
  await site.testSite.add('new@example.org');
  assert.equal(await ask(), 1);
  assert.equal(site.mailsTo(BOB).length, 0);
  await send(1);
  assert.equal(await ask(), 1);
  assert.equal(site.mailsTo(BOB).length, 1);
  assert.equal(await askReaders({ ...deps, config: site.deps.config }, new Map()), 0);
});

testOnBoth('a yes counts from then on; opening the page changes nothing', async (t) => {
  const { site, deps, ask, send } = await openSilent(t);
  await ask();
  const token = tokenOf(site, ADA);
  assert.equal((await readStillReading(deps, token))?.status, 'active');
  site.later({ days: 29 });
  assert.equal(await pauseSilent(deps), 0);
  await keepReading(deps, token);
  site.later({ days: 2 });
  assert.equal(await pauseSilent(deps), 1);
  assert.deepEqual(await site.statuses(), { [ADA]: 'active', [BOB]: 'paused' });
  await send(2);
  assert.equal(await ask(), 0);
  await send(1);
  assert.equal(await ask(), 1);
  assert.equal(site.mailsTo(ADA).length, 2);
});

testOnBoth('a paused subscription gets no edition, and a late yes resumes it', async (t) => {
  const { site, deps, ask } = await openSilent(t);
  await ask();
  const token = tokenOf(site, ADA);
  site.later({ days: 31 });
  assert.equal(await pauseSilent(deps), 2);
  assert.equal(await pauseSilent(deps), 0);
  const edition = await site.testSite.putEdition(`${NEWSLETTER}-later`);
  await planDeliveries(deps.store.db, edition, '2026-05-01T07:00:00.000Z');
  assert.deepEqual(await site.testSite.states(edition.id), {});
  assert.equal((await keepReading(deps, token))?.status, 'active');
  assert.equal((await keepReading(deps, token))?.status, 'active');
  const [ada] = (await everyone(site.testSite)).filter(({ address }) => address === ADA);
  const lines = (await historiesOf(deps.store.db, [ada?.id ?? ''])).get(ada?.id ?? '');
  assert.deepEqual(
    lines?.map(({ kind, source }) => `${kind} by ${source}`),
    ['joined by command line', 'asked by sunset', 'paused by sunset', 'resumed by link'],
  );
  assert.equal(ada?.askedAt, undefined);
});

testOnBoth('a no ends the subscription, and a later yes does not bring it back', async (t) => {
  const { site, deps, ask } = await openSilent(t);
  await ask();
  const token = tokenOf(site, ADA);
  await unsubscribe(deps, token);
  assert.equal((await keepReading(deps, token))?.status, 'unsubscribed');
  site.later({ days: 31 });
  await pauseSilent(deps);
  assert.deepEqual(await site.statuses(), { [ADA]: 'unsubscribed', [BOB]: 'paused' });
});

testOnBoth('saved preferences are a sign of life, and resume what was paused', async (t) => {
  const { site, deps, ask } = await openSilent(t);
  await site.askForPreferences(ADA);
  await site.answer(deps);
  await savePreferences(deps, site.token(ADA, 'preferences'), [NEWSLETTER]);
  assert.equal(await ask(), 1);
  site.later({ days: 31 });
  await pauseSilent(deps);
  await site.askForPreferences(BOB);
  await site.answer(deps);
  await savePreferences(deps, site.token(BOB, 'preferences'), [NEWSLETTER]);
  assert.deepEqual(await site.statuses(), { [ADA]: 'active', [BOB]: 'active' });
});

testOnBoth(
  'somebody whose mail did not go out is not paused, and is asked again later',
  async (t) => {
    const { site, deps, ask, send } = await openSilent(t, [ADA]);
    assert.equal(await askReaders(deps, new Map()), 1);
    site.later({ days: 2 });
    await site.answer(deps);
    assert.equal(site.mailsTo(ADA).length, 0);
    site.later({ days: 40 });
    assert.equal(await pauseSilent(deps), 0);
    await send(1);
    assert.equal(await ask(), 1);
  },
);

testOnBoth('many silent readers are asked at a pace, each once', async (t) => {
  const { site, send, ask } = await openSilent(t);
  const many = Array.from({ length: 240 }, (_, at) => `reader${at}@example.org,active`);
  await importText(site.testSite, `email,status\n${many.join('\n')}\n`);
  await send(3);
  const asked = [await ask(), await ask(), await ask(), await ask()];
  assert.deepEqual(asked, [100, 100, 42, 0]);
  const to = site.testSite.inbox.messages.map((message) => message.to);
  assert.equal(new Set(to).size, 242);
  assert.equal(to.length, 242);
});
