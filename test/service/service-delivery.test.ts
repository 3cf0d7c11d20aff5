import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { checkSchedule } from '../../src/schedule/check-schedule.ts';
import { runSchedule } from '../../src/schedule/run-schedule.ts';
import { deliverDue } from '../../src/service/deliver-due.ts';
import { deliverNewsletter } from '../../src/service/deliver-newsletter.ts';
import { openCalendars } from '../../src/settings/open-calendars.ts';
import type { NewsletterSettings } from '../../src/settings/settings.ts';
import { addSubscriber } from '../../src/subscribers/add-subscriber.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { test } from '../support/databases.ts';
import { closedPort } from '../support/inbox.ts';
import { openScheduledSite, type ScheduledSite } from '../support/schedule.ts';
import { address, configFor, NEWSLETTER, PEOPLE } from '../support/test-site.ts';

const NEVER = new AbortController().signal;

/** A scheduledSite on a Friday morning with an edition to send. */
async function openFriday(t: TestContext, options = {}): Promise<ScheduledSite> {
  const scheduledSite = await openScheduledSite(t, {
    subscribers: PEOPLE,
    now: '2026-03-19T08:00Z',
    ...options,
  });
  await scheduledSite.checkAt('2026-03-19T08:00Z');
  scheduledSite.write('The wall stands');
  return scheduledSite;
}

/** What an inbox calls for each message, and a promise of the last of `count`. */
function awaitMessages(count: number) {
  const { promise: all, resolve } = Promise.withResolvers<void>();
  let messages = 0;
  const onMessage = () => {
    messages += 1;
    if (messages === count) resolve();
    return undefined;
  };
  return { onMessage, all };
}

test('schedule and delivery, side by side, send what is due at their start, and end after the abort', async (t) => {
  const { onMessage, all } = awaitMessages(PEOPLE.length);
  const scheduledSite = await openFriday(t, { inbox: { onMessage } });
  scheduledSite.testSite.setTime('2026-03-20T07:00Z');
  const stop = new AbortController();
  const parts = Promise.all([
    runSchedule(scheduledSite.deps, stop.signal),
    deliverDue(scheduledSite.deps, stop.signal),
  ]);
  try {
    await all;
  } finally {
    stop.abort();
    await parts;
  }
  assert.deepEqual(
    scheduledSite.testSite.inbox.messages.map(({ to }) => to).toSorted(),
    [...PEOPLE].toSorted(),
  );
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sent: 7 of 7']);
});

test('planning an edition wakes a waiting delivery', async (t) => {
  const { onMessage, all } = awaitMessages(PEOPLE.length);
  const scheduledSite = await openFriday(t, { inbox: { onMessage } });
  const stop = new AbortController();
  const delivery = deliverDue(scheduledSite.deps, stop.signal);
  try {
    // It has nothing to do, and would look again in a minute.
    await scheduledSite.checkAt('2026-03-20T07:00Z');
    await all;
  } finally {
    stop.abort();
    await delivery;
  }
  assert.equal(scheduledSite.testSite.inbox.messages.length, PEOPLE.length);
});

test('a relay that is away is reported and tried again, and the edition is sent when it is back', async (t) => {
  const scheduledSite = await openFriday(t);
  const { deps } = scheduledSite;
  const newsletter = deps.config.newsletters[0] as NewsletterSettings;
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  const away = configFor(scheduledSite.testSite, `smtp://127.0.0.1:${closedPort()}`).relays;
  const round = await deliverNewsletter(
    { ...deps, config: { ...deps.config, relays: away } },
    newsletter,
    NEVER,
  );
  assert.equal(round.isTrouble, true);
  assert.match((await scheduledSite.slots())[0] ?? '', /^2026-03-20 sending: .+/);
  const again = await deliverNewsletter(deps, newsletter, NEVER);
  assert.deepEqual(again, { isTrouble: false, waitMs: Number.POSITIVE_INFINITY });
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sent: 7 of 7']);
});

test('the service does not use a relay that rests for its quota until the rest is over', async (t) => {
  let isUsedUp = true;
  let asked = 0;
  const scheduledSite = await openFriday(t, {
    connections: 1,
    inbox: {
      onRecipient: () => {
        asked += 1;
        return isUsedUp ? { code: 550, text: '5.4.5 Daily sending quota exceeded' } : undefined;
      },
    },
  });
  const newsletter = scheduledSite.deps.config.newsletters[0] as NewsletterSettings;
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  await deliverNewsletter(scheduledSite.deps, newsletter, NEVER);
  assert.equal(asked, 1);
  scheduledSite.testSite.setTime('2026-03-20T07:20Z');
  const round = await deliverNewsletter(scheduledSite.deps, newsletter, NEVER);
  assert.deepEqual(round, { isTrouble: false, waitMs: 2_400_000 });
  assert.equal(asked, 1);
  isUsedUp = false;
  scheduledSite.testSite.setTime('2026-03-20T08:00Z');
  await deliverNewsletter(scheduledSite.deps, newsletter, NEVER);
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sent: 7 of 7']);
});

test('a deferred message is sent when it is due, and the round returns that time', async (t) => {
  let isFull = true;
  const scheduledSite = await openFriday(t, {
    inbox: {
      onRecipient: (to: string) =>
        isFull && to === 'bob@example.org' ? { code: 452, text: '4.2.2 mailbox full' } : undefined,
    },
  });
  const newsletter = scheduledSite.deps.config.newsletters[0] as NewsletterSettings;
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  const round = await deliverNewsletter(scheduledSite.deps, newsletter, NEVER);
  assert.equal(round.isTrouble, false);
  assert.ok(round.waitMs >= 300_000 && round.waitMs < 400_000, `${round.waitMs} ms`);
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sending']);
  isFull = false;
  scheduledSite.testSite.setTime('2026-03-20T07:10Z');
  await scheduledSite.deliver();
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sent: 7 of 7']);
});

test('someone refused for good is named in the outcome; an edition refused too often has failed until an editor resumes it', async (t) => {
  let refuse = (to: string): boolean => to === 'bob@example.org';
  const people = Array.from({ length: 15 }, (_, index) => `reader${index}@example.org`);
  const scheduledSite = await openFriday(t, {
    subscribers: ['bob@example.org', ...people],
    inbox: {
      onRecipient: (to: string) =>
        refuse(to) ? { code: 550, text: '5.7.1 not from you' } : undefined,
    },
  });
  await scheduledSite.checkAt('2026-03-20T07:00Z');
  await scheduledSite.deliver();
  assert.deepEqual(await scheduledSite.slots(), ['2026-03-20 sent: 15 of 16, 1 refused']);
  refuse = () => true;
  scheduledSite.write('Ferry fares rise');
  await scheduledSite.checkAt('2026-03-23T07:00Z');
  await scheduledSite.deliver();
  assert.match(
    (await scheduledSite.slots()).at(-1) ?? '',
    /^2026-03-23 failed: the relay .* refused 10 in a row/,
  );
  refuse = () => false;
  await scheduledSite.deliver();
  assert.match((await scheduledSite.slots()).at(-1) ?? '', /^2026-03-23 failed/);
  await scheduledSite.testSite.send(undefined, { resume: true, retryFailed: true });
  await scheduledSite.checkAt('2026-03-23T07:30Z');
  assert.equal((await scheduledSite.slots()).at(-1), '2026-03-23 sent: 16 of 16');
});

test('a newsletter whose relay hangs does not delay another', async (t) => {
  const hang = Promise.withResolvers<undefined>();
  cleanUpAfter(t, () => hang.resolve(undefined));
  const bobs = Promise.withResolvers<void>();
  const scheduledSite = await openFriday(t, {
    ...{ subscribers: ['ada@example.org'], connections: 2 },
    inbox: {
      onMessage: ({ to }: { to: string }) => {
        if (to === 'bob@example.org') bobs.resolve();
        return to === 'ada@example.org' ? hang.promise : undefined;
      },
    },
  });
  const [first] = scheduledSite.deps.config.newsletters;
  const second = { ...(first as NewsletterSettings), id: 'weekly' };
  const config = {
    ...scheduledSite.deps.config,
    newsletters: [first as NewsletterSettings, second],
  };
  const deps = { ...scheduledSite.deps, config };
  await addSubscriber(deps, { newsletter: 'weekly', address: address('bob@example.org') });
  const newsletters = openCalendars(config, deps.log);
  await checkSchedule(deps, newsletters);
  scheduledSite.testSite.setTime('2026-03-20T07:00Z');
  await checkSchedule(deps, newsletters);
  const stop = new AbortController();
  const delivery = deliverDue(deps, stop.signal);
  try {
    await bobs.promise;
  } finally {
    hang.resolve(undefined);
    stop.abort();
    await delivery;
  }
  assert.equal(scheduledSite.testSite.inbox.messagesTo('bob@example.org').length, 1, NEWSLETTER);
});
