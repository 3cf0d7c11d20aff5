import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SubscriptionEventKind, SubscriptionStatus } from '../../src/database/states.ts';
import type { EmailAddress } from '../../src/kernel/email-address.ts';
import {
  applySubscriptionEvent,
  compareForMerge,
  EVENT_TARGETS,
  journalStatusOf,
  NO_SUBSCRIPTION,
  type SubscriptionEvent,
  type SubscriptionState,
} from '../../src/subscribers/subscription-events.ts';

const T = (minute: number) => `2026-03-20T07:${String(minute).padStart(2, '0')}:00.000Z`;
const ADA = 'ada@example.org' as EmailAddress;

function event(kind: SubscriptionEventKind, minute: number, leftAt = ''): SubscriptionEvent {
  const common = { at: T(minute), source: 'a test' };
  const consent = { at: T(minute), source: 'a test' };
  switch (kind) {
    case 'confirmed':
      return { ...common, kind, address: ADA, consent };
    case 'left':
      return { ...common, kind, byLink: true };
    case 'undone':
      return { ...common, kind, leftAt };
    case 'moved':
      return { ...common, kind, address: ADA };
    case 'merged':
      return { ...common, kind, into: 'other', address: ADA };
    default:
      return { ...common, kind };
  }
}

/** The state after these events, one each minute. */
function after(...kinds: SubscriptionEventKind[]): SubscriptionState {
  let state: SubscriptionState = NO_SUBSCRIPTION;
  for (const [minute, kind] of kinds.entries()) {
    const next = applySubscriptionEvent(state, event(kind, minute, state.leftByLinkAt));
    state = next ?? state;
  }
  return state;
}

const HISTORIES: readonly [readonly SubscriptionEventKind[], SubscriptionState['status']][] = [
  [['signedUp'], 'pending'],
  [['signedUp', 'confirmed'], 'active'],
  [['signedUp', 'lapsed'], 'none'],
  [['joined', 'left'], 'unsubscribed'],
  [['joined', 'left', 'undone'], 'active'],
  [['joined', 'left', 'joined'], 'unsubscribed'],
  [['joined', 'left', 'confirmed'], 'active'],
  [['signedUp', 'left', 'undone'], 'unsubscribed'],
  [['joined', 'left', 'complained', 'undone'], 'complained'],
  [['joined', 'left', 'bounced', 'undone'], 'bounced'],
  [['joined', 'left', 'erased', 'undone'], 'none'],
  [['joined', 'bounced', 'left', 'undone'], 'bounced'],
  [['joined', 'complained', 'bounced'], 'complained'],
  [['joined', 'complained', 'left'], 'complained'],
  [['joined', 'bounced', 'complained'], 'complained'],
  [['joined', 'bounced', 'restored'], 'active'],
  [['joined', 'left', 'bounced', 'restored'], 'bounced'],
  [['joined', 'bounced', 'left', 'restored'], 'bounced'],
  [['joined', 'left', 'confirmed', 'bounced', 'restored'], 'active'],
  [['joined', 'complained', 'restored'], 'complained'],
  [['joined', 'bounced', 'complained', 'restored'], 'complained'],
  [['left', 'joined'], 'unsubscribed'],
  [['joined', 'moved'], 'active'],
  [['joined', 'merged'], 'unsubscribed'],
];

for (const [kinds, status] of HISTORIES) {
  test(`after ${kinds.join(', ')} a subscription is ${status}`, () => {
    assert.equal(after(...kinds).status, status);
  });
}

const KINDS = Object.keys(EVENT_TARGETS) as SubscriptionEventKind[];
const histories = fc.array(fc.tuple(fc.constantFrom(...KINDS), fc.nat(59)), { maxLength: 12 });

test('in any history only people who agreed, or were added, after their last departure are active', () => {
  let actives = 0;
  fc.assert(
    fc.property(histories, (steps) => {
      let state: SubscriptionState = NO_SUBSCRIPTION;
      let departed = -1;
      let agreed = -1;
      let left = -1;
      for (const [index, [kind, minute]] of steps.entries()) {
        const before = state;
        const next = applySubscriptionEvent(before, event(kind, minute, before.leftByLinkAt));
        if (next === undefined) continue;
        state = next;
        assert.ok(kind === 'lapsed' || kind === 'erased' || next.changedAt >= before.changedAt);
        if (kind === 'lapsed' || kind === 'erased') departed = agreed = left = -1;
        if (kind === 'left') left = index;
        if (['left', 'bounced', 'complained', 'merged'].includes(kind)) departed = index;
        if (['joined', 'confirmed', 'undone', 'restored'].includes(kind)) {
          if (kind === 'restored') assert.ok(left < agreed || left < 0, 'a bounce alone is undone');
          if (kind === 'joined') assert.ok(['none', 'pending'].includes(before.status));
          agreed = index;
        }
        // Added by an import.
        if (kind === 'paused' && before.status === 'none') agreed = index;
        if (state.status === 'active') {
          actives += 1;
          assert.ok(agreed > departed);
          assert.equal(state.leftAt, undefined);
        }
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(actives > 500);
});

test('only an agreement makes a departure milder', () => {
  const strictness = [
    'none',
    'active',
    'paused',
    'pending',
    'unsubscribed',
    'bounced',
    'complained',
  ];
  for (const [kind, targets] of Object.entries(EVENT_TARGETS)) {
    if (['confirmed', 'undone', 'restored', 'merged', 'erased'].includes(kind)) continue;
    for (const [from, to] of Object.entries(targets)) {
      if (!['unsubscribed', 'bounced', 'complained'].includes(from)) continue;
      assert.ok(strictness.indexOf(to) >= strictness.indexOf(from), `${kind}: ${from} to ${to}`);
    }
  }
});

test('the journal records every departure of an existing subscription, and every undone bounce', () => {
  const active = after('joined');
  const recorded = KINDS.map((kind) => [kind, journalStatusOf(active, event(kind, 1))]);
  assert.deepEqual(Object.fromEntries(recorded.filter(([, status]) => status !== undefined)), {
    ...{ left: 'unsubscribed', moved: 'unsubscribed', merged: 'unsubscribed' },
    ...{ bounced: 'bounced', complained: 'complained', restored: 'restored' },
  });
  assert.equal(journalStatusOf(NO_SUBSCRIPTION, event('left', 1)), undefined);
});

test('of two subscriptions of one mailbox the stricter one counts; if equal, the older consent', () => {
  const of = (status: SubscriptionStatus, minute = 0, isMoved = false) => ({
    ...{ status, consentAt: T(minute), isMoved },
  });
  const order = [
    ...[of('complained', 9), of('bounced', 8), of('unsubscribed', 7)],
    ...[of('active', 1), of('active', 2), of('pending', 0), of('complained', 0, true)],
  ];
  assert.deepEqual(order.toReversed().toSorted(compareForMerge), order);
});
