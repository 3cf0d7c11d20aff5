import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { openChangeSignal } from '../../src/kernel/change-signal.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { measureService } from '../../src/service/measure-service.ts';
import { reportStatus } from '../../src/service/report-status.ts';
import { sendDueHooks, signatureHeaders, tidyHookEvents } from '../../src/service/send-hooks.ts';
import type { HookSettings } from '../../src/settings/settings.ts';
import { addSubscriber } from '../../src/subscribers/add-subscriber.ts';
import { changeSubscriptions } from '../../src/subscribers/change-subscriptions.ts';
import { eraseSubscriber } from '../../src/subscribers/erase-subscriber.ts';
import type { SubscriptionEvent } from '../../src/subscribers/subscription-events.ts';
import { test, testOnBoth } from '../support/databases.ts';
import { HOOK_SECRET, openHookReceiver, verifyHook } from '../support/hook-receiver.ts';
import { address, NEWSLETTER, openTestSite } from '../support/test-site.ts';
import { collectingLog } from '../support/web.ts';

const ADA = 'ada@example.org';
const ALL: HookSettings['on'] = ['join', 'leave', 'bounce', 'complaint', 'sent'];

/** A test site with hooks at `receiver`, whose clock can be moved. */
async function openWithHooks(t: TestContext, change: Partial<HookSettings> = {}) {
  const testSite = await openTestSite(t);
  const receiver = await openHookReceiver(t);
  const logged: string[] = [];
  const hook: HookSettings = { url: receiver.url, on: ALL, ...change };
  const deps = {
    ...testSite.deps,
    // Where the test site reads it, too.
    config: Object.assign(testSite.deps.config, { hooks: [hook], hookSecrets: [HOOK_SECRET] }),
    log: collectingLog(logged),
    signals: { deliveries: openChangeSignal(), notices: openChangeSignal() },
  };
  let minutes = 0;
  return {
    ...{ testSite, receiver, deps, logged },
    add: (text: string) => addSubscriber(deps, { address: address(text) }),
    async send() {
      await tidyHookEvents(deps);
      await sendDueHooks(deps, new AbortController().signal);
    },
    later(more: number) {
      minutes += more;
      testSite.setTime(Temporal.Instant.from('2026-03-20T07:00Z').add({ minutes }).toString());
    },
    async apply(event: SubscriptionEvent) {
      const { id } = await deps.store.db
        .selectFrom('subscribers')
        .select('id')
        .executeTakeFirstOrThrow();
      await deps.store.transaction((db) =>
        changeSubscriptions(db, deps.config, (writer) => writer.apply([{ id, event }])),
      );
      return id;
    },
    rows: () => deps.store.db.selectFrom('hook_events').selectAll().orderBy('at').execute(),
  };
}

testOnBoth('a hook is notified of each change of a subscription, once and signed', async (t) => {
  const { receiver, add, apply, send, later, rows } = await openWithHooks(t);
  await add(ADA);
  const at = '2026-03-20T07:00:00.001Z';
  await apply({ kind: 'left', at, source: 'one-click', byLink: true });
  await apply({ kind: 'undone', at, source: 'link', leftAt: at });
  const moved = address('ada@new.example');
  await apply({
    kind: 'moved',
    at: '2026-03-20T07:00:00.003Z',
    source: 'preferences',
    address: moved,
  });
  await apply({ kind: 'bounced', at: '2026-03-20T07:00:00.004Z', source: 'an edition' });
  const id = await apply({
    kind: 'complained',
    at: '2026-03-20T07:00:00.005Z',
    source: 'complaint',
  });
  later(1);
  await send();
  await send();
  assert.deepEqual(await rows(), []);
  const events = receiver.requests.map(({ event }) => event);
  assert.deepEqual(
    events
      .toSorted((a, b) => a.timestamp.localeCompare(b.timestamp))
      .map(({ type, data }) => [type, data.address, data.status, data.source]),
    [
      ['join', ADA, 'active', 'command line'],
      ['leave', ADA, 'unsubscribed', 'one-click'],
      ['join', ADA, 'active', 'link'],
      ['join', 'ada@new.example', 'active', 'preferences'],
      ['bounce', 'ada@new.example', 'bounced', 'an edition'],
      ['complaint', 'ada@new.example', 'complained', 'complaint'],
    ],
  );
  for (const { data } of events) {
    assert.deepEqual([data.newsletter, data.subscriber], [NEWSLETTER, id]);
  }
  assert.equal(new Set(receiver.requests.map((request) => request.id)).size, 6);
});

test('the signature is that of Standard Webhooks, by every key', () => {
  const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const event = { id: 'evt_1', payload: '{"type":"join"}' };
  const now = Math.floor(systemClock().epochMilliseconds / 1000);
  const headers = signatureHeaders(event, now, [HOOK_SECRET, other]);
  const request = { id: 'evt_1', headers, body: event.payload, event: JSON.parse(event.payload) };
  verifyHook(request);
  verifyHook(request, other);
  assert.throws(() => verifyHook({ ...request, body: '{"type":"leave"}' }));
});

test('a hook gets only the events and the newsletter that it asks for', async (t) => {
  const none = await openWithHooks(t, { newsletter: 'another' });
  await none.add(ADA);
  assert.deepEqual(await none.rows(), []);
  const leaving = await openWithHooks(t, { on: ['leave'], newsletter: NEWSLETTER });
  await leaving.add(ADA);
  await leaving.apply({ kind: 'left', at: '2026-03-20T07:00:00.001Z', source: 'link' });
  assert.deepEqual(
    (await leaving.rows()).map(({ type }) => type),
    ['leave'],
  );
});

testOnBoth(
  'an event that is not taken is sent again later and later, with the same id',
  async (t) => {
    const { receiver, add, send, later, logged, rows } = await openWithHooks(t);
    receiver.answer = () => 500;
    await add(ADA);
    await send();
    await send();
    assert.equal(receiver.requests.length, 1, 'not before it is due');
    receiver.answer = () => 302;
    later(1);
    await send();
    assert.equal(receiver.requests.length, 2, 'no redirect is followed');
    later(1);
    receiver.answer = () => 204;
    await send();
    assert.equal(new Set(receiver.requests.map(({ id }) => id)).size, 1);
    assert.equal(new Set(receiver.requests.map(({ body }) => body)).size, 1);
    assert.deepEqual([receiver.requests.length, await rows()], [3, []]);
    assert.ok(logged.some((line) => line.includes('it answered 500')));
    assert.ok(logged.every((line) => !line.includes(ADA) && !line.includes(receiver.url)));
  },
);

test('an event is given up after three days, or when the hook is gone, and counted without the address', async (t) => {
  const { deps, receiver, add, send, later, rows } = await openWithHooks(t);
  receiver.answer = () => 500;
  await add(ADA);
  await send();
  later(73 * 60);
  await send();
  assert.equal(receiver.requests.length, 1);
  receiver.answer = () => 410;
  await add('bob@example.org');
  await send();
  await send();
  assert.equal(receiver.requests.length, 2);
  const found = await rows();
  assert.deepEqual(
    found.map(({ state, payload, subscriber }) => [state, payload, subscriber]),
    [
      ['failed', null, null],
      ['failed', null, null],
    ],
  );
  assert.deepEqual((await reportStatus(deps)).hooks, { waiting: 0, failed: 2 });
  const measures = await measureService(deps);
  const gauge = measures.find(({ name }) => name === 'broadsheet_hook_events');
  assert.deepEqual([gauge?.labels, gauge?.value], [{ type: 'join', state: 'failed' }, 2]);
  later(31 * 24 * 60);
  await send();
  assert.deepEqual(await rows(), []);
});

testOnBoth('two services at once send an event once', async (t) => {
  const { receiver, add, send } = await openWithHooks(t);
  for (let index = 0; index < 20; index += 1) await add(`reader${index}@example.org`);
  await Promise.all([send(), send(), send()]);
  assert.equal(receiver.requests.length, 20);
});

testOnBoth('an erased person is in no waiting event; the hook gets the id', async (t) => {
  const { deps, receiver, add, send } = await openWithHooks(t);
  await add(ADA);
  await eraseSubscriber(deps, address(ADA));
  await send();
  assert.equal(receiver.requests.length, 1);
  const [{ body, event } = { body: '', event: undefined }] = receiver.requests;
  assert.ok(!body.includes('ada'));
  assert.deepEqual([event?.type, event?.data.status], ['leave', 'erased']);
});

test('an edition is announced once, when no message of it waits any more', async (t) => {
  const { testSite, receiver, add, send } = await openWithHooks(t, { on: ['sent'] });
  await add(ADA);
  await add('bob@example.org');
  await testSite.putEdition();
  await send();
  await testSite.send();
  await send();
  await send();
  const [request] = receiver.requests;
  const { type, data } = request?.event ?? {};
  assert.equal(receiver.requests.length, 1);
  const { deliveries, ...rest } = data ?? {};
  assert.deepEqual(
    { type, ...rest },
    {
      type: 'sent',
      newsletter: NEWSLETTER,
      edition: `${NEWSLETTER}-2026-03-20`,
      subject: 'The harbour wall stands',
    },
  );
  const { planned, accepted } = deliveries as Record<string, number>;
  assert.deepEqual([planned, accepted], [2, 2]);
});

test('events for a hook that left the config are dropped', async (t) => {
  const { deps, receiver, add, send, rows } = await openWithHooks(t);
  await add(ADA);
  Object.assign(deps.config, { hooks: [] });
  await send();
  assert.deepEqual([receiver.requests.length, await rows()], [0, []]);
});
