import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { storedInstant } from '../../src/database/instants.ts';
import { relayRows, setTrouble } from '../../src/delivery/queries/relays.ts';
import { answerAll } from '../../src/site/answer-requests.ts';
import { openNoticeRoutes } from '../../src/site/send-mails.ts';
import { insertMail } from '../../src/subscribers/queries/mails.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { test } from '../support/databases.ts';
import { listenToStore } from '../support/listening-store.ts';
import { openSite, type Site } from '../support/site.ts';
import { address, NEWSLETTER } from '../support/test-site.ts';

/** A site whose relay is away until it is told otherwise, and what it does meanwhile. */
interface Outage {
  readonly site: Site;
  /** Answers all that is due, once. */
  look(): Promise<void>;
  /** Moves both clocks. */
  later(seconds: number): void;
  setAway(away: boolean): void;
  /** Since it was last asked for: mails that were composed, statements of the database, connections to the relay. */
  count(): { readonly composed: number; readonly statements: number; readonly asked: number };
}

async function openOutage(t: TestContext, hangsUpAt?: string): Promise<Outage> {
  let isAway = true;
  let counts = { composed: 0, statements: 0, asked: 0 };
  const site = await openSite(t, {
    inbox: {
      onRecipient: (to) => (to === hangsUpAt ? 'hangUp' : undefined),
      onConnection: () => {
        counts.asked += 1;
        return isAway ? { code: 421, text: '4.3.2 shutting down' } : undefined;
      },
    },
  });
  let now = site.deps.clock();
  const { templates } = site.deps;
  const deps = {
    ...site.deps,
    store: listenToStore(site.deps.store, () => {
      counts.statements += 1;
    }),
    machineClock: () => now,
    get templates() {
      counts.composed += 1;
      return templates;
    },
  };
  const routes = openNoticeRoutes(deps);
  cleanUpAfter(t, () => Promise.all(routes.map(({ relay }) => relay.close())));
  return {
    site,
    look: () => answerAll(deps, () => routes),
    later(seconds) {
      now = now.add({ seconds });
      site.later({ seconds });
    },
    setAway(away) {
      isAway = away;
    },
    count() {
      const last = counts;
      counts = { composed: 0, statements: 0, asked: 0 };
      return last;
    },
  };
}

/** Puts mails to as many people among those that are due. */
async function putMails({ deps: { store, clock } }: Site, count: number): Promise<void> {
  await store.transaction(async (db) => {
    for (let index = 0; index < count; index += 1) {
      await insertMail(db, {
        id: randomUUID(),
        kind: 'address-changed',
        newsletter: NEWSLETTER,
        address: address(`reader${index}@example.org`),
        addressHash: `hash ${index}`,
        language: 'en',
        at: storedInstant(clock()),
        state: 'waiting',
      });
    }
  });
}

test('while the relay is away, 1,000 mails that wait are left alone, and one at a time finds out whether it works', async (t) => {
  const outage = await openOutage(t);
  await putMails(outage.site, 1000);
  await outage.look();
  const first = outage.count();
  assert.ok(first.composed >= 1 && first.composed <= 8, `${first.composed} composed`);
  for (let times = 0; times < 20; times += 1) await outage.look();
  const idle = outage.count();
  assert.deepEqual([idle.composed, idle.asked], [0, 0]);
  assert.ok(idle.statements <= 20 * 20, `${idle.statements} statements of 20 looks`);
  // An hour of looks: when its rest is over one mail finds out whether it works.
  for (let minutes = 0; minutes < 60; minutes += 1) {
    outage.later(60);
    await outage.look();
  }
  const hour = outage.count();
  assert.ok(hour.composed >= 5 && hour.composed <= 12, `${hour.composed} in an hour`);
});

test('a relay that works again for others is used at once, and its trouble is over for all', async (t) => {
  const outage = await openOutage(t);
  const { site } = outage;
  const { db } = site.deps.store;
  const [{ id }] = site.deps.config.relays;
  await putMails(site, 20);
  await outage.look();
  assert.match((await relayRows(db)).get(id)?.trouble ?? '', /shutting down/);
  outage.setAway(false);
  await outage.look();
  assert.equal(site.testSite.inbox.messages.length, 0);
  // As the run of an edition notes when the relay takes a message.
  await setTrouble(db, id, undefined, '');
  await outage.look();
  assert.equal(site.testSite.inbox.messages.length, 12);
  outage.later(60);
  await outage.look();
  assert.equal(site.testSite.inbox.messages.length, 20);
});

test('a relay that is in trouble for an edition is tried with one mail first', async (t) => {
  const outage = await openOutage(t);
  const { site } = outage;
  const { db } = site.deps.store;
  const [{ id }] = site.deps.config.relays;
  await setTrouble(db, id, 'hangs up', storedInstant(site.deps.clock()));
  await putMails(site, 20);
  await outage.look();
  assert.equal(outage.count().composed, 1);
  outage.setAway(false);
  outage.later(60);
  await outage.look();
  assert.equal(site.testSite.inbox.messages.length, 20);
  assert.equal((await relayRows(db)).get(id)?.trouble, null);
});

test('a mail at which the relay hangs up does not block the others', async (t) => {
  const outage = await openOutage(t, 'reader0@example.org');
  const { site } = outage;
  await putMails(site, 3);
  await outage.look();
  outage.setAway(false);
  for (let minutes = 0; minutes < 10; minutes += 1) {
    outage.later(60);
    await outage.look();
  }
  const { messages } = site.testSite.inbox;
  assert.deepEqual(messages.map(({ to }) => to).toSorted(), [
    'reader1@example.org',
    'reader2@example.org',
  ]);
});

test('while the relay is down, no decoy mail is composed either', async (t) => {
  const outage = await openOutage(t);
  await putMails(outage.site, 8);
  await outage.look();
  outage.count();
  await outage.site.askForPreferences('nobody@example.org');
  await outage.look();
  assert.equal(outage.count().composed, 0);
  outage.setAway(false);
  outage.later(60);
  await outage.look();
  outage.count();
  await outage.site.askForPreferences('nobody@example.org');
  await outage.look();
  assert.equal(outage.count().composed, 1);
});
