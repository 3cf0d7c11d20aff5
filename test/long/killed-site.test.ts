import assert from 'node:assert/strict';
import { unsubscribeToken } from '../../src/delivery/message/unsubscribe-link.ts';
import { confirmAddressChange, requestAddressChange } from '../../src/site/address-change.ts';
import { answerAll } from '../../src/site/answer-requests.ts';
import { confirmSignUp } from '../../src/site/confirm-sign-up.ts';
import { requestSignUp } from '../../src/site/request-mail.ts';
import { openNoticeRoutes } from '../../src/site/send-mails.ts';
import { unsubscribe } from '../../src/site/unsubscribe.ts';
import { testOnBoth } from '../support/databases.ts';
import { messageIdOf } from '../support/inbox.ts';
import { listenToStore } from '../support/listening-store.ts';
import { everyone } from '../support/people.ts';
import { openSite, type Site } from '../support/site.ts';
import { address, NEWSLETTER } from '../support/test-site.ts';

/** A program that is dead: nothing that it asks of the database is done any more. */
class Dead extends Error {}

/**
 * Runs `work` as a program that is killed before its `step`-th statement (from 1). Gives whether it
 * was. Afterwards its leases are over, as they are in a few minutes.
 */
async function killedAt(
  site: Site,
  step: number,
  work: (deps: Site['deps']) => Promise<unknown>,
): Promise<boolean> {
  let steps = 0;
  const store = listenToStore(site.deps.store, () => {
    steps += 1;
    if (steps >= step) throw new Dead();
  });
  // What failed for this is no failure of the test.
  await work({ ...site.deps, store }).catch((error) => {
    if (steps < step) throw error;
  });
  const { db } = site.deps.store;
  await db.updateTable('mails').set({ lease_until: null }).execute();
  site.later({ minutes: 10 });
  return steps >= step;
}

async function answer(deps: Site['deps']): Promise<void> {
  const routes = openNoticeRoutes(deps);
  try {
    await answerAll(deps, () => routes);
  } finally {
    await Promise.all(routes.map(({ relay }) => relay.close()));
  }
}

/** Message-IDs of the mails to `who` with this subject, each once. */
function mailsOf(site: Site, who: string, subject: RegExp): Set<string> {
  const found = site.testSite.inbox
    .messagesTo(who)
    .filter(({ raw }) => subject.test(/^Subject: .*$/m.exec(raw.toString())?.[0] ?? ''));
  return new Set(found.map(messageIdOf));
}

/** The steps of each, in which it is killed, with a person of its own. */
async function atEveryStep(
  site: Site,
  run: (who: string, step: number) => Promise<boolean>,
): Promise<number> {
  for (let step = 1; ; step += 1) {
    if (!(await run(`reader-${step}@example.org`, step))) return step;
    // Nobody's budget: that of a day.
    site.later({ hours: 2 });
  }
}

testOnBoth(
  'an accepted sign-up is answered, at whatever step the program is killed, and nobody is subscribed by it',
  async (t) => {
    const site = await openSite(t);
    const steps = await atEveryStep(site, async (who, step) => {
      let taken = '';
      const wasKilled = await killedAt(site, step, async (deps) => {
        taken = await requestSignUp(deps, {
          address: address(who),
          newsletters: [NEWSLETTER],
          ...{ source: 'form', language: 'en', consentText: 'x', ip: '192.0.2.1' },
        });
        await answer(deps);
      });
      await answer(site.deps);
      const statuses = await site.statuses();
      assert.notEqual(statuses[who], 'active', `step ${step}`);
      if (taken === 'taken') {
        assert.equal(mailsOf(site, who, /Please confirm/).size, 1, `step ${step}`);
        await confirmSignUp(site.deps, site.token(who, 'confirm'));
        assert.equal((await site.statuses())[who], 'active', `step ${step}`);
      }
      return wasKilled;
    });
    assert.ok(steps > 20, `${steps} steps`);
  },
);

testOnBoth(
  'a confirmation that was answered counts, at whatever step the program is killed; pressed again it counts too',
  async (t) => {
    const site = await openSite(t);
    const steps = await atEveryStep(site, async (who, step) => {
      await site.signUp(who);
      await answer(site.deps);
      const token = site.token(who, 'confirm');
      let kind = '';
      const wasKilled = await killedAt(site, step, async (deps) => {
        kind = (await confirmSignUp(deps, token)).kind;
        await answer(deps);
      });
      if (kind === 'done') assert.equal((await site.statuses())[who], 'active', `step ${step}`);
      assert.equal((await confirmSignUp(site.deps, token)).kind, 'done', `step ${step}`);
      await answer(site.deps);
      assert.equal((await site.statuses())[who], 'active', `step ${step}`);
      assert.equal(mailsOf(site, who, /Welcome/).size, 1, `step ${step}`);
      return wasKilled;
    });
    assert.ok(steps > 15, `${steps} steps`);
  },
);

testOnBoth(
  'a departure that was answered counts, at whatever step the program is killed',
  async (t) => {
    const site = await openSite(t);
    const steps = await atEveryStep(site, async (who, step) => {
      await site.testSite.add(who);
      const { id: subscriberId = '' } =
        (await everyone(site.testSite)).find((each) => each.address === who) ?? {};
      const { secrets } = site.deps.config;
      const token = unsubscribeToken({ newsletter: NEWSLETTER, subscriberId }, secrets);
      let answered = false;
      const wasKilled = await killedAt(site, step, async (deps) => {
        answered = (await unsubscribe(deps, token)) !== undefined;
      });
      if (answered) assert.equal((await site.statuses())[who], 'unsubscribed', `step ${step}`);
      await unsubscribe(site.deps, token);
      assert.equal((await site.statuses())[who], 'unsubscribed', `step ${step}`);
      return wasKilled;
    });
    assert.ok(steps > 4, `${steps} steps`);
  },
);

testOnBoth(
  'a change of address is done or not done, at whatever step the program is killed',
  async (t) => {
    const site = await openSite(t);
    const steps = await atEveryStep(site, async (who, step) => {
      await site.testSite.add(who);
      const to = `new-${who}`;
      await site.askForPreferences(who);
      await answer(site.deps);
      const preferences = site.token(who, 'preferences');
      const request = { address: address(to), language: 'en', ip: '192.0.2.1' };
      await requestAddressChange(site.deps, preferences, request);
      await answer(site.deps);
      const token = site.token(to, 'address');
      const wasKilled = await killedAt(site, step, async (deps) => {
        await confirmAddressChange(deps, token);
        await answer(deps);
      });
      const statuses = await site.statuses();
      const active = [who, to].filter((each) => statuses[each] === 'active');
      assert.equal(active.length, 1, `step ${step}`);
      assert.equal((await confirmAddressChange(site.deps, token)).kind, 'done', `step ${step}`);
      await answer(site.deps);
      assert.equal((await site.statuses())[to], 'active', `step ${step}`);
      assert.equal(mailsOf(site, who, /another address/).size, 1, `step ${step}`);
      return wasKilled;
    });
    assert.ok(steps > 20, `${steps} steps`);
  },
);
