import assert from 'node:assert/strict';
import { domainOf } from '../../src/model/email-address.ts';
import { readDomainRates } from '../../src/store/domains.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { test } from '../support/databases.ts';
import { address, NONE, openPaper, type Paper } from '../support/paper.ts';
import {
  accountAt,
  changed,
  HOUR_MS,
  openMachineClock,
  readers,
  sendWith,
} from '../support/sending.ts';

const SLOW_DOWN = { code: 451, text: '4.7.28 too many messages from you' };
const at = (to: string) => domainOf(address(to));

test('no domain is sent more messages at once than it may be', async (t) => {
  const busy = new Map<string, number>();
  const most = new Map<string, number>();
  const paper = await openPaper(t, {
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
  await paper.putEdition();
  const deps = changed(paper, {
    relays: [accountAt(paper.inbox, { connections: 6 })],
    domains: { connections: 3, of: new Map([['narrow.example', { connections: 1 }]]) },
  });
  const report = await sendWith(deps);
  assert.equal(report.deliveries.accepted, 24);
  assert.equal(most.get('narrow.example'), 1);
  assert.ok((most.get('wide.example') ?? 0) <= 3);
});

test('a domain that greylists without saying so is not slowed down', async (t) => {
  const paper = await openPaper(t, {
    subscribers: readers(3, 'grey.example'),
    inbox: { onRecipient: () => ({ code: 451, text: '4.7.1 Try again later' }) },
  });
  await paper.putEdition();
  const { deliveries } = await sendWith(paper.deps);
  assert.deepEqual(deliveries, { ...NONE, planned: 3, deferred: 3 });
  assert.deepEqual([...(await readDomainRates(paper.deps.store.db)).keys()], []);
});

test('a domain that asks for it gets slower, the others do not wait for it, and it climbs back', async (t) => {
  const machine = openMachineClock();
  let asks = true;
  const paper = await openPaper(t, {
    subscribers: [...readers(15, 'slow.example'), ...readers(60, 'fast.example')],
    inbox: {
      onRecipient: (to) => {
        if (at(to) !== 'slow.example' || !asks) return undefined;
        asks = false;
        return SLOW_DOWN;
      },
    },
  });
  await paper.putEdition();
  const controller = new AbortController();
  const deps = changed(paper, {
    relays: [accountAt(paper.inbox, { connections: 1 })],
    domains: { connections: 1, of: new Map() },
    machineClock: machine.clock,
  });
  const watch = setInterval(() => {
    if (servedAt(paper, 'fast.example') === 60) controller.abort();
  }, 1);
  cleanUpAfter(t, () => clearInterval(watch));
  const first = await sendWith(deps, {}, controller.signal);
  const slow = servedAt(paper, 'slow.example');
  assert.equal(servedAt(paper, 'fast.example'), 60);
  assert.ok(slow < 10, `${slow} to the slow domain meanwhile`);
  assert.equal(first.deliveries.deferred, 1);

  const { db } = paper.deps.store;
  const rate = (await readDomainRates(db)).get('slow.example');
  // One message in the first second: that is 3600 an hour, and half of it.
  assert.equal(rate?.messagesPerHour, 1800);
  const row = await db.selectFrom('domains').select('reply').executeTakeFirst();
  assert.equal(row?.reply, '451 too many messages from you');

  // The next program knows of it, and an hour later it is forgotten.
  machine.move(HOUR_MS);
  paper.setTime('2026-03-20T08:00Z');
  const second = await sendWith(deps);
  assert.deepEqual(second.deliveries, { ...NONE, planned: 75, accepted: 75 });
  assert.deepEqual([...(await readDomainRates(db)).keys()], []);
});

test('a domain that asked for it a while ago is still sent to slowly by the next program', async (t) => {
  const machine = openMachineClock();
  const times: number[] = [];
  const paper = await openPaper(t, {
    subscribers: readers(4, 'slow.example'),
    inbox: { onMessage: () => void times.push(performance.now()) },
  });
  await paper.putEdition();
  await paper.deps.store.db
    .insertInto('domains')
    .values({
      ...{ domain: 'slow.example', messages_per_hour: 9000, reply: '451 slower' },
      changed_at: machine
        .clock()
        .subtract({ minutes: 10 })
        .toString({ smallestUnit: 'millisecond' }),
    })
    .execute();
  await sendWith(changed(paper, { machineClock: machine.clock }));
  // 9000 an hour, doubled in ten minutes: five a second.
  const took = (times.at(-1) ?? 0) - (times[0] ?? 0);
  assert.ok(took >= 400 && took < 5000, `${took} ms`);
});

test('many slow domains do not keep a fast one waiting', async (t) => {
  const machine = openMachineClock();
  const slow = Array.from({ length: 8 }, (_, index) => `slow${index}.example`);
  const paper = await openPaper(t, {
    subscribers: [...slow.flatMap((domain) => readers(12, domain)), ...readers(40, 'fast.example')],
  });
  await paper.putEdition();
  const changed_at = machine.clock().toString({ smallestUnit: 'millisecond' });
  await paper.deps.store.db
    .insertInto('domains')
    .values(
      slow.map((domain) => ({
        ...{ domain, messages_per_hour: 60, changed_at },
        reply: '451 slower',
      })),
    )
    .execute();
  const controller = new AbortController();
  const watch = setInterval(() => {
    if (servedAt(paper, 'fast.example') === 40) controller.abort();
  }, 1);
  cleanUpAfter(t, () => clearInterval(watch));
  const start = performance.now();
  const deps = changed(paper, {
    relays: [accountAt(paper.inbox, { connections: 1 })],
    machineClock: machine.clock,
  });
  const report = await sendWith(deps, {}, controller.signal);
  assert.equal(servedAt(paper, 'fast.example'), 40);
  assert.ok(performance.now() - start < 5000);
  assert.equal(report.deliveries.queued, 136 - report.deliveries.accepted);
});

function servedAt({ inbox }: Paper, domain: string): number {
  return inbox.messages.filter(({ to }) => at(to) === domain).length;
}
