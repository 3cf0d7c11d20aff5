import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Store } from '../../src/database/open-store.ts';
import type { ClaimedDelivery } from '../../src/delivery/queries/claims.ts';
import { openRelay } from '../../src/delivery/relay/open-relay.ts';
import { openRelays } from '../../src/delivery/relay/open-relays.ts';
import { LocalQueue } from '../../src/delivery/run/local-queue.ts';
import type { Quota } from '../../src/delivery/run/quota.ts';
import { openRoutes } from '../../src/delivery/run/routes.ts';
import { RunState } from '../../src/delivery/run/run-state.ts';
import { DomainThrottles } from '../../src/delivery/throttle.ts';
import { accountAt, HOUR_MS } from '../support/sending.ts';
import { address } from '../support/test-site.ts';
import { waitFor } from '../support/wait-for.ts';

const NO_LIMIT: Quota = {
  permit: async () => ({ kind: 'go' }),
  release() {},
  count() {},
  async end() {},
};

const SLOWLY = { connections: 5, messagesPerSecond: 0.01 };

test('domains that get slow one after the other do not fill the local queue of a run', async () => {
  const slow = ['a.example', 'b.example', 'c.example'];
  const { queue, route, stored, runState } = openRun({
    queued: [...slow.flatMap((domain) => Array<string>(12).fill(domain)), ...fast(5)],
    of: new Map(slow.map((domain) => [domain, SLOWLY])),
  });
  const served: string[] = [];
  while (served.filter((domain) => domain === 'fast.example').length < 5) {
    const delivery = await queue.dequeue(route);
    assert.ok(delivery);
    served.push(delivery.domain);
    queue.done(route, delivery, false);
  }
  assert.deepEqual(served.slice(0, 3), slow);
  assert.equal(served.length, 8);
  runState.stop('signal', 'enough');
  assert.equal(await queue.dequeue(route), undefined);
  assert.ok(stored.length >= 18, `${stored.length} of 33 were requeued`);
});

test('a connection that finds nothing waits for what another one may requeue', async () => {
  const { queue, route, stored } = openRun({ queued: fast(1), of: new Map() });
  const only = await queue.dequeue(route);
  assert.ok(only);
  const other = queue.dequeue(route);
  assert.equal(await isSettledSoon(other), false);
  stored.push(only);
  queue.done(route, only, true);
  assert.equal((await other)?.id, only.id);
  const last = queue.dequeue(route);
  assert.equal(await isSettledSoon(last), false);
  queue.done(route, only, false);
  assert.equal(await last, undefined);
});

test('while nothing but a slow domain is left, other domains are looked for once a second', async () => {
  const { queue, route, runState, claims, time } = openRun({
    queued: Array<string>(15).fill('a.example'),
    of: new Map([['a.example', SLOWLY]]),
  });
  const first = await queue.dequeue(route);
  assert.ok(first);
  queue.done(route, first, false);
  const next = queue.dequeue(route);
  assert.equal(await isSettledSoon(next), false);
  const before = claims();
  time.now += 1000;
  await waitFor('a look for other domains', () => claims() > before);
  assert.equal(await isSettledSoon(next), false);
  assert.equal(claims(), before + 1);
  runState.stop('signal', 'enough');
  assert.equal(await next, undefined);
});

test('when the clock goes back an hour, others than a slow domain are still served', async () => {
  const { queue, route, stored, time } = openRun({
    queued: Array<string>(5).fill('a.example'),
    of: new Map([['a.example', SLOWLY]]),
  });
  const first = await queue.dequeue(route);
  assert.ok(first);
  queue.done(route, first, false);
  const next = queue.dequeue(route);
  assert.equal(await isSettledSoon(next), false);
  time.now -= HOUR_MS;
  stored.push(...deliveriesTo(fast(1), 100));
  assert.equal((await next)?.domain, 'fast.example');
});

function fast(count: number): readonly string[] {
  return Array<string>(count).fill('fast.example');
}

/** The local queue of a run with one relay and one connection; `stored` is the database. */
function openRun(options: {
  readonly queued: readonly string[];
  readonly of: ConstructorParameters<typeof DomainThrottles>[0]['of'];
}) {
  const account = accountAt({ url: 'smtp://127.0.0.1:1' }, { connections: 1 });
  const relays = openRelays({ config: { relays: [account] }, openRelay });
  const [opened] = openRoutes(relays, {} as Store);
  assert.ok(opened);
  const route = { ...opened, quota: NO_LIMIT };
  const stored = [...deliveriesTo(options.queued, 1)];
  const runState = new RunState();
  const throttles = new DomainThrottles({ connections: 5, of: options.of }, new Map());
  /** Goes on only where a test moves it. */
  const time = { now: Date.parse('2026-03-20T07:00Z') };
  let claims = 0;
  const queue = new LocalQueue({
    routes: [route],
    throttles,
    runState,
    claim: async (notTo) => {
      claims += 1;
      const open = stored.filter(({ domain }) => !notTo.includes(domain)).slice(0, 10);
      for (const delivery of open) stored.splice(stored.indexOf(delivery), 1);
      return open;
    },
    requeue: (delivery) => stored.push(delivery),
    now: () => time.now,
  });
  return { queue, route, stored, runState, time, claims: () => claims };
}

function deliveriesTo(domains: readonly string[], firstId: number): readonly ClaimedDelivery[] {
  return domains.map((domain, index) => {
    const id = firstId + index;
    const to = address(`reader${id}@${domain}`);
    return { id, subscriber: `s${id}`, address: to, domain, attempts: 0 };
  });
}

/** Whether the promise is settled within some turns of the event loop. */
async function isSettledSoon(promise: Promise<unknown>): Promise<boolean> {
  let isSettled = false;
  void promise.then(() => {
    isSettled = true;
  });
  for (let turn = 0; turn < 100 && !isSettled; turn += 1) await setImmediate();
  return isSettled;
}
