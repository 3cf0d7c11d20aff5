import assert from 'node:assert/strict';
import { test as testOnce } from 'node:test';
import { holdDatabase, releaseDatabase } from '../../src/database/identity.ts';
import { openStore } from '../../src/database/open-store.ts';
import { readMessageToken } from '../../src/delivery/message/message-token.ts';
import { deliverEdition } from '../../src/delivery/run/deliver-edition.ts';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import type { EventLog } from '../../src/kernel/log.ts';
import { silentEventLog } from '../../src/kernel/log.ts';
import { admitMails, answerAll, answerRequests } from '../../src/site/answer-requests.ts';
import { confirmSignUp } from '../../src/site/confirm-sign-up.ts';
import { openNoticeRoutes } from '../../src/site/send-mails.ts';
import { addSubscriber } from '../../src/subscribers/add-subscriber.ts';
import { eraseSubscriber } from '../../src/subscribers/erase-subscriber.ts';
import { requestedMails } from '../../src/subscribers/queries/mails.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { test } from '../support/databases.ts';
import { closedPort, messageIdOf } from '../support/inbox.ts';
import { openSite, type Site } from '../support/site.ts';
import { address, configFor, NEWSLETTER } from '../support/test-site.ts';
import { inTime } from '../support/wait-for.ts';

const ADA = 'ada@example.org';

async function mailsOf({ deps }: Site) {
  return deps.store.db.selectFrom('mails').selectAll().orderBy('at').execute();
}

test('a deferred mail is tried again after a minute, two, four, and given up after a day', async (t) => {
  const times: string[] = [];
  const site = await openSite(t, {
    inbox: {
      onRecipient: () => {
        times.push(site.deps.clock().toString());
        return { code: 451, text: '4.7.1 greylisted' };
      },
    },
  });
  await site.signUp(ADA);
  for (let minutes = 0; minutes < 25 * 60; minutes += 1) {
    await site.answer();
    site.later({ minutes: 1 });
  }
  const minutes = times.map((at) => (Date.parse(at) - Date.parse(times[0] ?? '')) / 60_000);
  assert.deepEqual(minutes.slice(0, 6), [0, 2, 5, 10, 19, 36]);
  assert.ok(minutes.length < 40 && (minutes.at(-1) ?? 0) > 22 * 60, minutes.join());
  const [mail] = await mailsOf(site);
  assert.deepEqual([mail?.state, mail?.address, mail?.about], ['failed', null, null]);
  assert.deepEqual(await site.statuses(), { [ADA]: 'pending' });
});

test('the sender of a mail names the mail', async (t) => {
  const site = await openSite(t);
  const bounceAddress = address('bounces@news.example');
  const newsletters = site.deps.config.newsletters.map((each) => ({ ...each, bounceAddress }));
  await site.signUp(ADA);
  const deps = { ...site.deps, config: { ...site.deps.config, newsletters } };
  await answerAll(deps, () => openNoticeRoutes(deps));
  const [message] = site.testSite.inbox.messages;
  const [mail] = await mailsOf(site);
  const named = readMessageToken(message?.from ?? '', deps.config.secrets);
  assert.deepEqual(named, { kind: 'mail', id: mail?.id });
});

test('a mail that is refused for good is not tried again, and its address is not kept', async (t) => {
  let asked = 0;
  const site = await openSite(t, {
    inbox: {
      onRecipient: () => {
        asked += 1;
        return { code: 550, text: '5.1.1 no such user' };
      },
    },
  });
  await site.signUp(ADA);
  for (let times = 0; times < 3; times += 1) {
    await site.answer();
    site.later({ hours: 1 });
  }
  assert.equal(asked, 1);
  const [mail] = await mailsOf(site);
  assert.deepEqual([mail?.state, mail?.address], ['failed', null]);
  assert.deepEqual(await site.statuses(), { [ADA]: 'pending' });
});

test('mails wait while the relay is down, and are sent when it works again', async (t) => {
  const site = await openSite(t);
  const away = {
    ...site.deps,
    config: { ...configFor(site.testSite, `smtp://127.0.0.1:${closedPort()}`) },
  };
  await site.signUp(ADA);
  const routes = openNoticeRoutes(away);
  await answerAll(away, () => routes);
  const [mail] = await mailsOf(site);
  assert.deepEqual([mail?.state, mail?.attempts], ['waiting', 0]);
  site.later({ minutes: 1 });
  await site.answer();
  assert.equal(site.mailsTo(ADA).length, 1);
});

test('if one relay is down, the other one gets the mail at once', async (t) => {
  const site = await openSite(t);
  const [first] = site.deps.config.relays;
  const dead = { ...first, id: 'dead', url: `smtp://127.0.0.1:${closedPort()}`, weight: 5 };
  const config = { ...site.deps.config, relays: [dead, first] as const };
  const other = await openSite(t, { config });
  await other.signUp(ADA);
  await other.answer();
  assert.equal(site.mailsTo(ADA).length, 1);
});

test('a mail without a reply is sent once more, with the same Message-ID', async (t) => {
  let messages = 0;
  const site = await openSite(t, {
    inbox: {
      onMessage: () => {
        messages += 1;
        return messages === 1 ? 'hangUp' : undefined;
      },
    },
  });
  await site.signUp(ADA);
  await site.answer();
  site.later({ minutes: 2 });
  await site.answer();
  const { messages: got } = site.testSite.inbox;
  assert.equal(got.length, 2);
  assert.deepEqual(got[0]?.raw, got[1]?.raw);
  assert.equal(new Set(got.map(messageIdOf)).size, 1);
  site.later({ hours: 3 });
  await site.answer();
  assert.equal(site.testSite.inbox.messages.length, 2);
});

test('several processes at once send each mail once', async (t) => {
  const site = await openSite(t, { limits: { perIpPerHour: 100 } });
  for (let index = 0; index < 40; index += 1) await site.signUp(`reader-${index}@example.org`);
  const store = await openStore(site.deps.config.databaseUrl);
  cleanUpAfter(t, () => store.close());
  await Promise.all(
    [site.deps, { ...site.deps, store }].map(async (deps) => {
      const routes = openNoticeRoutes(deps);
      await answerAll(deps, () => routes);
      await Promise.all(routes.map(({ relay }) => relay.close()));
    }),
  );
  const to = site.testSite.inbox.messages.map((message) => message.to);
  assert.deepEqual([to.length, new Set(to).size], [40, 40]);
});

test('mail to one person counts towards the hour of a relay and does not wait for it', async (t) => {
  const site = await openSite(t, { subscribers: ['bob@example.org'] });
  const [first] = site.deps.config.relays;
  const limited = { ...first, messagesPerHour: 2, messagesPerSecond: 1 };
  const config = { ...site.deps.config, relays: [limited] as const };
  const other: Site = { ...site, deps: { ...site.deps, config } };
  for (let index = 0; index < 5; index += 1) await site.signUp(`reader-${index}@example.org`);
  const routes = openNoticeRoutes(other.deps);
  await answerAll(other.deps, () => routes);
  await Promise.all(routes.map(({ relay }) => relay.close()));
  assert.equal(site.testSite.inbox.messages.length, 5);
  const usage = await site.deps.store.db.selectFrom('relay_usage').selectAll().execute();
  assert.equal(
    usage.reduce((sum, { messages }) => sum + messages, 0),
    5,
  );
  await site.testSite.putEdition();
  const prepared = await prepareSend(other.deps, { newsletter: 'politics-essential' });
  assert.equal(prepared.kind, 'ready');
  if (prepared.kind !== 'ready') return;
  const report = await deliverEdition(other.deps, prepared);
  assert.equal(report.stopped?.because, 'quota');
  assert.equal(report.deliveries.accepted, 0);
});

test('a mail says what is true when it is sent: who is subscribed by then is told so', async (t) => {
  const site = await openSite(t);
  const { db } = site.deps.store;
  await site.signUp(ADA);
  for (const mail of await requestedMails(db, 10)) {
    assert.deepEqual(await admitMails(site.deps, [mail]), [true]);
  }
  await addSubscriber(site.deps, { newsletter: NEWSLETTER, address: address(ADA) });
  await site.answer();
  assert.deepEqual(
    site.mailsTo(ADA).map(({ subject }) => subject),
    ['You are already subscribed: Politics Essential'],
  );
  const rows = await mailsOf(site);
  assert.deepEqual(
    rows.map(({ kind, state }) => [kind, state]),
    [['already', 'sent']],
  );
});

test('a mail about a request that was deleted meanwhile is dropped', async (t) => {
  const site = await openSite(t);
  const { db } = site.deps.store;
  await site.signUp(ADA);
  const [mail] = await requestedMails(db, 1);
  assert.ok(mail !== undefined);
  await admitMails(site.deps, [mail]);
  await site.signUp('bob@example.org');
  await db.deleteFrom('sign_ups').execute();
  await site.answer();
  assert.equal(site.testSite.inbox.messages.length, 0);
  assert.deepEqual(
    (await mailsOf(site)).map(({ state, address: to }) => [state, to]),
    [
      ['dropped', null],
      ['dropped', null],
    ],
  );
});

test('while the database is on hold nothing is decided or mailed; after its release everything is', async (t) => {
  const site = await openSite(t);
  const { db } = site.deps.store;
  await holdDatabase(db, { since: '2026-03-20T06:00:00.000Z', because: 'is a copy' });
  assert.equal(await site.signUp(ADA), 'taken');
  await assert.rejects(site.answer(), /this database is a copy/);
  site.later({ days: 2 });
  await assert.rejects(site.answer(), /this database is a copy/);
  assert.deepEqual(await site.statuses(), {});
  await releaseDatabase(db);
  await site.answer();
  assert.deepEqual(
    site.mailsTo(ADA).map(({ subject }) => subject),
    ['Please confirm: Politics Essential'],
  );
  await holdDatabase(db, { since: '2026-03-20T06:00:00.000Z', because: 'is a copy' });
  assert.equal((await confirmSignUp(site.deps, site.token(ADA, 'confirm'))).kind, 'done');
});

test('somebody who is erased while their mail is on its way to the relay gets no mail', async (t) => {
  const site = await openSite(t, {
    inbox: {
      onSender: () => {
        erasing ??= eraseSubscriber(site.deps, address(ADA)).then(() => 'erased');
        return undefined;
      },
      server: {
        // Replies to RCPT wait for the erasure.
        onRcptTo: (_address, _session, done) => void Promise.resolve(erasing).then(() => done()),
      },
    },
  });
  let erasing: Promise<string> | undefined;
  await site.signUp(ADA);
  await site.answer();
  assert.equal(await erasing, 'erased');
  assert.equal(site.testSite.inbox.messages.length, 0);
  assert.deepEqual(
    (await mailsOf(site)).map(({ state }) => state),
    ['dropped'],
  );
});

test('the part of the service answers at once, and stops when its signal is aborted', async (t) => {
  const troubles: string[] = [];
  const sent = Promise.withResolvers<void>();
  const log: EventLog = {
    ...silentEventLog,
    trouble: (message) => void troubles.push(message),
    event: (message) => {
      if (message === 'a mail to a subscriber was sent') sent.resolve();
    },
  };
  const site = await openSite(t, { log });
  const stop = new AbortController();
  const running = answerRequests(site.deps, stop.signal);
  await site.signUp(ADA);
  await sent.promise;
  assert.equal(site.mailsTo(ADA).length, 1);
  stop.abort();
  await running;
  assert.deepEqual(troubles, []);
});

testOnce('a relay that never replies does not keep the service from stopping', async (t) => {
  const reached = Promise.withResolvers<void>();
  const site = await openSite(t, {
    inbox: {
      onMessage: () => {
        reached.resolve();
        return new Promise(() => {});
      },
    },
  });
  const stop = new AbortController();
  const running = answerRequests(site.deps, stop.signal);
  await site.signUp(ADA);
  await reached.promise;
  stop.abort();
  await inTime('the end of the service', running);
  const [mail] = await mailsOf(site);
  assert.equal(mail?.state, 'waiting');
});

test('a broken template is logged, and the mail is sent when the template is repaired', async (t) => {
  const failures: string[] = [];
  const log: EventLog = {
    ...silentEventLog,
    failure: (_message, error) => void failures.push(String(error)),
  };
  const site = await openSite(t, { log });
  const { templates } = site.deps;
  const broken = { ...templates, noticeText: { file: 'notice.txt', source: '{{ nothing }}' } };
  await site.signUp(ADA);
  const deps = { ...site.deps, templates: broken };
  const routes = openNoticeRoutes(deps);
  await answerAll(deps, () => routes);
  assert.match(failures.join(), /notice\.txt:1/);
  site.later({ minutes: 2 });
  await site.answer();
  assert.equal(site.mailsTo(ADA).length, 1);
});
