import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { ClaimedDelivery } from '../../src/delivery/queries/claims.ts';
import { openRelay } from '../../src/delivery/relay/open-relay.ts';
import { openRelays } from '../../src/delivery/relay/open-relays.ts';
import { openDispatch } from '../../src/delivery/run/dispatch.ts';
import { openDomainThrottles } from '../../src/delivery/run/domain-throttles.ts';
import type { Quota } from '../../src/delivery/run/quota.ts';
import type { Route } from '../../src/delivery/run/routes.ts';
import { openRunState } from '../../src/delivery/run/run-state.ts';
import { openThrottle } from '../../src/delivery/throttle.ts';
import { address } from '../support/paper.ts';
import { accountAt, HOUR_MS } from '../support/sending.ts';
import { waitFor } from '../support/wait-for.ts';

const NO_LIMIT: Quota = {
  take: async () => ({ kind: 'go' }),
  putBack() {},
  count() {},
  async end() {},
};

const SLOWLY = { connections: 5, messagesPerSecond: 0.01 };

test('domains that get slow one after the other do not fill the hand of a run', async () => {
  const slow = ['a.example', 'b.example', 'c.example'];
  const { dispatch, route, queue, runState } = openRun({
    queued: [...slow.flatMap((domain) => Array<string>(12).fill(domain)), ...fast(5)],
    of: new Map(slow.map((domain) => [domain, SLOWLY])),
  });
  const served: string[] = [];
  while (served.filter((domain) => domain === 'fast.example').length < 5) {
    const delivery = await dispatch.next(route);
    assert.ok(delivery);
    served.push(delivery.domain);
    dispatch.done(route, delivery, false);
  }
  assert.deepEqual(served.slice(0, 3), slow);
  assert.equal(served.length, 8);
  runState.stop('signal', 'enough');
  assert.equal(await dispatch.next(route), undefined);
  assert.ok(queue.length >= 18, `${queue.length} of 33 were put back`);
});

test('a connection that finds nothing waits for what another one may put back', async () => {
  const { dispatch, route, queue } = openRun({ queued: fast(1), of: new Map() });
  const only = await dispatch.next(route);
  assert.ok(only);
  const other = dispatch.next(route);
  assert.equal(await isSettledSoon(other), false);
  queue.push(only);
  dispatch.done(route, only, true);
  assert.equal((await other)?.id, only.id);
  const last = dispatch.next(route);
  assert.equal(await isSettledSoon(last), false);
  dispatch.done(route, only, false);
  assert.equal(await last, undefined);
});

test('while nothing but a slow domain is left, other domains are looked for once a second', async () => {
  const { dispatch, route, runState, claims, time } = openRun({
    queued: Array<string>(15).fill('a.example'),
    of: new Map([['a.example', SLOWLY]]),
  });
  const first = await dispatch.next(route);
  assert.ok(first);
  dispatch.done(route, first, false);
  const next = dispatch.next(route);
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
  const { dispatch, route, queue, time } = openRun({
    queued: Array<string>(5).fill('a.example'),
    of: new Map([['a.example', SLOWLY]]),
  });
  const first = await dispatch.next(route);
  assert.ok(first);
  const next = dispatch.next(route);
  assert.equal(await isSettledSoon(next), false);
  time.now -= HOUR_MS;
  queue.push(...deliveriesTo(fast(1), 100));
  assert.equal((await next)?.domain, 'fast.example');
});

function fast(count: number): readonly string[] {
  return Array<string>(count).fill('fast.example');
}

/** A dispatch of one relay with one connection, whose deliveries are in `queue`. */
function openRun(options: {
  readonly queued: readonly string[];
  readonly of: Parameters<typeof openDomainThrottles>[0]['of'];
}) {
  const account = accountAt({ url: 'smtp://127.0.0.1:1' }, { connections: 1 });
  const [opened] = openRelays({ config: { relays: [account] }, openRelay });
  assert.ok(opened);
  const route: Route = {
    ...{ ...opened, quota: NO_LIMIT, given: 0, inFlight: 0 },
    ...{ movedAt: 0, pacedUntil: 0, restsFrom: 0, restsUntil: 0 },
    ...{ works: false, troubles: 0, doubts: 0, isProbing: false, limited: 0 },
    throttle: openThrottle({ leastPerHour: 60 }, undefined, 0),
    ...{ connections: 1, connectionsChangedAt: 0 },
  };
  const queue = [...deliveriesTo(options.queued, 1)];
  const runState = openRunState();
  const throttles = openDomainThrottles({ connections: 5, of: options.of }, new Map());
  /** Goes on only where a test moves it. */
  const time = { now: Date.parse('2026-03-20T07:00Z') };
  let claims = 0;
  const dispatch = openDispatch({
    ...{ routes: [route], throttles, runState },
    claim: async (notTo) => {
      claims += 1;
      const open = queue.filter(({ domain }) => !notTo.includes(domain)).slice(0, 10);
      for (const delivery of open) queue.splice(queue.indexOf(delivery), 1);
      return open;
    },
    giveBack: (delivery) => queue.push(delivery),
    now: () => time.now,
  });
  return { dispatch, route, queue, runState, time, claims: () => claims };
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
