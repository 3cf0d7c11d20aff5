import assert from 'node:assert/strict';
import { domainProgress, readDomainRates } from '../../src/delivery/queries/domains.ts';
import { domainOf } from '../../src/kernel/email-address.ts';
import { test } from '../support/databases.ts';
import { startDns } from '../support/dns-server.ts';
import type { ReceivedMessage } from '../support/inbox.ts';
import {
  accountAt,
  changed,
  HOUR_MS,
  openMachineClock,
  readers,
  sendWith,
} from '../support/sending.ts';
import { address, NONE, openTestSite, type TestSite } from '../support/test-site.ts';
import { inTime, waitFor } from '../support/wait-for.ts';

const SLOW_DOWN = { code: 451, text: '4.7.28 too many messages from you' };
const at = (to: string) => domainOf(address(to));

test('no domain is sent more messages at once than it may be', async (t) => {
  const busy = new Map<string, number>();
  const most = new Map<string, number>();
  const testSite = await openTestSite(t, {
    subscribers: [...readers(12, 'narrow.example'), ...readers(12, 'wide.example')],
    inbox: {
      onMessage: async ({ to }) => {
        const domain = at(to);
        const now = (busy.get(domain) ?? 0) + 1;
        busy.set(domain, now);
        most.set(domain, Math.max(now, most.get(domain) ?? 0));
        await new Promise(setImmediate);
        await new Promise(setImmediate);
        busy.set(domain, (busy.get(domain) ?? 0) - 1);
        return undefined;
      },
    },
  });
  await testSite.putEdition();
  const deps = changed(testSite, {
    relays: [accountAt(testSite.inbox, { connections: 6 })],
    domains: { connections: 3, of: new Map([['narrow.example', { connections: 1 }]]) },
  });
  const report = await sendWith(deps);
  assert.equal(report.deliveries.accepted, 24);
  assert.equal(most.get('narrow.example'), 1);
  assert.ok((most.get('wide.example') ?? 0) <= 3);
});

test('a domain that greylists without saying so is not slowed down', async (t) => {
  const testSite = await openTestSite(t, {
    subscribers: readers(3, 'grey.example'),
    inbox: { onRecipient: () => ({ code: 451, text: '4.7.1 Try again later' }) },
  });
  await testSite.putEdition();
  const { deliveries } = await sendWith(testSite.deps);
  assert.deepEqual(deliveries, { ...NONE, planned: 3, deferred: 3 });
  assert.deepEqual([...(await readDomainRates(testSite.deps.store.db)).keys()], []);
});

test('a domain that asks for it gets slower, the others do not wait for it, and it climbs back', async (t) => {
  const machine = openMachineClock({ stands: true });
  let asks = true;
  const controller = new AbortController();
  const testSite = await openTestSite(t, {
    subscribers: [...readers(15, 'slow.example'), ...readers(60, 'fast.example')],
    inbox: {
      onRecipient: (to) => {
        if (at(to) !== 'slow.example' || !asks) return undefined;
        asks = false;
        return SLOW_DOWN;
      },
      onMessage: abortAt(controller, 'fast.example', 60),
    },
  });
  await testSite.putEdition();
  const deps = changed(testSite, {
    relays: [accountAt(testSite.inbox, { connections: 1 })],
    domains: { connections: 1, of: new Map() },
    machineClock: machine.clock,
  });
  const first = await sendWith(deps, {}, controller.signal);
  assert.equal(servedAt(testSite, 'fast.example'), 60);
  // Not a moment has passed for it.
  assert.equal(servedAt(testSite, 'slow.example'), 0);
  assert.equal(first.deliveries.deferred, 1);

  const { db } = testSite.deps.store;
  const rate = (await readDomainRates(db)).get('slow.example');
  // One message in the first second: that is 3600 an hour, and half of it.
  assert.equal(rate?.messagesPerHour, 1800);
  const row = await db.selectFrom('domains').select('reply').executeTakeFirst();
  assert.equal(row?.reply, '451 too many messages from you');

  // The next program knows of it, and an hour later it is forgotten.
  machine.move(HOUR_MS);
  testSite.setTime('2026-03-20T08:00Z');
  const second = await sendWith(deps);
  assert.deepEqual(second.deliveries, { ...NONE, planned: 75, accepted: 75 });
  assert.deepEqual([...(await readDomainRates(db)).keys()], []);
});

test('a domain that asked for it a while ago is still sent to slowly by the next program', async (t) => {
  const machine = openMachineClock();
  const now = () => machine.clock().epochMilliseconds;
  const times: number[] = [];
  const testSite = await openTestSite(t, {
    subscribers: readers(4, 'slow.example'),
    inbox: { onMessage: () => void times.push(now()) },
  });
  await testSite.putEdition();
  await testSite.deps.store.db
    .insertInto('domains')
    .values({
      ...{ domain: 'slow.example', messages_per_hour: 9000, reply: '451 slower' },
      changed_at: machine
        .clock()
        .subtract({ minutes: 10 })
        .toString({ smallestUnit: 'millisecond' }),
    })
    .execute();
  const start = now();
  await sendWith(changed(testSite, { machineClock: machine.clock }));
  // 9000 an hour, doubled in ten minutes, and still climbing: not much more than five a second.
  const after = times.map((time) => time - start);
  assert.equal(after.length, 4);
  assert.ok(
    after.every((time, index) => time >= index * 150),
    `${after.join()} ms after the start`,
  );
});

test('many slow domains do not keep a fast one waiting', async (t) => {
  const machine = openMachineClock({ stands: true });
  const slow = Array.from({ length: 8 }, (_, index) => `slow${index}.example`);
  const controller = new AbortController();
  const testSite = await openTestSite(t, {
    subscribers: [...slow.flatMap((domain) => readers(12, domain)), ...readers(40, 'fast.example')],
    inbox: { onMessage: abortAt(controller, 'fast.example', 40) },
  });
  await testSite.putEdition();
  const changed_at = machine.clock().toString({ smallestUnit: 'millisecond' });
  await testSite.deps.store.db
    .insertInto('domains')
    .values(
      slow.map((domain) => ({
        ...{ domain, messages_per_hour: 60, changed_at },
        reply: '451 slower',
      })),
    )
    .execute();
  const deps = changed(testSite, {
    relays: [accountAt(testSite.inbox, { connections: 1 })],
    machineClock: machine.clock,
  });
  const sending = sendWith(deps, {}, controller.signal);
  const report = await inTime('the send to the fast domain', sending);
  assert.equal(servedAt(testSite, 'fast.example'), 40);
  assert.equal(report.deliveries.queued, 136 - report.deliveries.accepted);
});

/** Stops the send with the `count`-th message to a domain. */
function abortAt(controller: AbortController, domain: string, count: number) {
  let served = 0;
  return ({ to }: ReceivedMessage): undefined => {
    if (at(to) === domain) served += 1;
    if (served === count) controller.abort();
  };
}

function servedAt({ inbox }: TestSite, domain: string): number {
  return inbox.messages.filter(({ to }) => at(to) === domain).length;
}

const CONNECTIONS = 8;

test('the domains of one provider share one limit, by its own names and by MX', async (t) => {
  const dns = await startDns(t, {
    'paper.press': { MX: ['20 mx.paper.press', '10 aspmx.l.google.com'] },
    'quay.press': { MX: ['10 mx.quay.press'] },
  });
  let busy = 0;
  let most = 0;
  const testSite = await openTestSite(t, {
    subscribers: ['gmail.com', 'googlemail.com', 'paper.press', 'quay.press'].flatMap((domain) =>
      readers(10, domain),
    ),
    inbox: {
      onMessage: async ({ to, number }) => {
        // The first of each connection goes out before the DNS has answered.
        if (number <= CONNECTIONS) {
          await waitFor('the questions to the DNS', () => dns.questions.length >= 2);
          for (let turns = 0; turns < 50; turns += 1) await new Promise(setImmediate);
        } else if (at(to) !== 'quay.press') {
          busy += 1;
          most = Math.max(most, busy);
          await new Promise(setImmediate);
          await new Promise(setImmediate);
          busy -= 1;
        }
        return undefined;
      },
    },
  });
  await testSite.putEdition();
  const report = await sendWith(
    changed(testSite, {
      relays: [accountAt(testSite.inbox, { connections: CONNECTIONS })],
      domains: { connections: CONNECTIONS, of: new Map([['google', { connections: 1 }]]) },
      dnsServers: [dns.address],
    }),
  );
  assert.equal(report.deliveries.accepted, 40);
  assert.equal(most, 1);
  assert.deepEqual(dns.questions.toSorted(), ['MX paper.press', 'MX quay.press']);
});

test('a provider that asks for it gets slower with all its domains, also in the next program', async (t) => {
  const machine = openMachineClock({ stands: true });
  let asks = true;
  const controller = new AbortController();
  const testSite = await openTestSite(t, {
    subscribers: [...readers(5, 'gmail.com'), ...readers(5, 'googlemail.com'), ...readers(20)],
    inbox: {
      onRecipient: (to) => {
        if (!at(to).startsWith('g') || !asks) return undefined;
        asks = false;
        return SLOW_DOWN;
      },
      onMessage: abortAt(controller, 'example.org', 20),
    },
  });
  await testSite.putEdition();
  const deps = changed(testSite, {
    relays: [accountAt(testSite.inbox, { connections: 1 })],
    domains: { connections: 1, of: new Map() },
    machineClock: machine.clock,
  });
  await sendWith(deps, {}, controller.signal);
  assert.equal(servedAt(testSite, 'gmail.com') + servedAt(testSite, 'googlemail.com'), 0);
  const { db } = testSite.deps.store;
  assert.deepEqual([...(await readDomainRates(db)).keys()], ['google']);
  const progress = await domainProgress(db, 'politics-essential-2026-03-20', 10);
  const slowed = progress.filter(({ rate }) => rate !== undefined).map(({ domain }) => domain);
  assert.deepEqual(slowed.toSorted(), ['gmail.com', 'googlemail.com']);
});
