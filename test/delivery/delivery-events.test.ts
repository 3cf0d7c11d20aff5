import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DeliveryState } from '../../src/database/states.ts';
import {
  applyEvent,
  type DeliveryEvent,
  EVENT_SOURCES,
  type LedgerEntry,
  MOST_DOUBTS,
  PLANNED,
} from '../../src/delivery/delivery-events.ts';

const SENDERS = ['one', 'two'] as const;
const TIMES = [0, 1, 2] as const;
const EITHER = [true, false] as const;

/** Every event that there is, with few senders and moments. */
const EVENTS: readonly DeliveryEvent[] = [
  ...SENDERS.flatMap((sender): readonly DeliveryEvent[] => [
    ...EITHER.flatMap((isActive): readonly DeliveryEvent[] => [
      ...TIMES.map((now) => ({ kind: 'claim', sender, now, isActive }) as const),
      { kind: 'submit', sender, isActive },
    ]),
    ...TIMES.map((retryAt) => ({ kind: 'defer', sender, retryAt }) as const),
    ...(['accept', 'refuse', 'limit', 'lose', 'requeue', 'endLease', 'senderDied'] as const).map(
      (kind) => ({ kind, sender }),
    ),
  ]),
  ...(['skip', 'expire', 'cancel', 'settle', 'requeueRefused'] as const).map((kind) => ({ kind })),
  ...EITHER.map((isActive) => ({ kind: 'retry', isActive }) as const),
  ...[MOST_DOUBTS, Infinity].map((mostDoubts) => ({ kind: 'resend', mostDoubts }) as const),
];

/** One event, and what it made of an entry. */
interface Step {
  readonly before: LedgerEntry;
  readonly event: DeliveryEvent;
  readonly after: LedgerEntry;
}

/** What holds of every step, from any entry that can be reached. */
const RULES: Readonly<Record<string, (step: Step) => boolean>> = {
  'accepted and suppressed are for good': ({ before, after }) =>
    !['accepted', 'suppressed'].includes(before.state) || after === before,
  'an event changes nothing outside the states it leads on from': ({ before, event, after }) =>
    sourcesOf(event).includes(before.state) || after === before,
  'only the word of the sender who holds a delivery counts': ({ before, event, after }) =>
    event.kind === 'claim' ||
    !('sender' in event) ||
    event.sender === before.sender ||
    after === before,
  'a delivery is submitted only by who claimed it, and while its subscriber is active': ({
    before,
    event,
    after,
  }) =>
    after.state !== 'submitting' ||
    before === after ||
    (before.state === 'claimed' &&
      event.kind === 'submit' &&
      event.isActive &&
      event.sender === before.sender),
  'only what waits, and is due, can be claimed': ({ before, event, after }) =>
    event.kind !== 'claim' ||
    before === after ||
    before.state === 'queued' ||
    (before.state === 'deferred' && (before.retryAt ?? 0) <= event.now),
  'whoever has left is suppressed in place of claimed': ({ before, event, after }) =>
    event.kind !== 'claim' || event.isActive || before === after || after.state === 'suppressed',
  'what failed for somebody who has left since stays failed': ({ before, event, after }) =>
    event.kind !== 'retry' || event.isActive || after === before,
  'how often it was in doubt stays on record': ({ before, after }) =>
    after.doubts ===
    before.doubts + (before.state !== 'inDoubt' && after.state === 'inDoubt' ? 1 : 0),
  'what was in doubt twice is sent again by the word of an editor only': ({
    before,
    event,
    after,
  }) =>
    !(before.state === 'inDoubt' && before.doubts > 1 && after.state === 'queued') ||
    (event.kind === 'resend' && event.mostDoubts === Infinity) ||
    // The late word of its own sender: the relay did not take it.
    event.kind === 'limit',
  'that one in doubt is not to be sent again stays decided': ({ before, after }) =>
    after.isSettled || !before.isSettled,
  'what was skipped leaves doubt by the word of its own sender only': ({ before, event, after }) =>
    !(before.state === 'inDoubt' && before.isSettled && after.state !== 'inDoubt') ||
    ['accept', 'defer', 'refuse', 'limit'].includes(event.kind),
  'every try is counted, once': ({ before, event, after }) => {
    const isWord = ['accept', 'defer', 'refuse', 'limit', 'lose'].includes(event.kind);
    const isLost = event.kind === 'senderDied' && before.state === 'submitting';
    // One in doubt was counted when it came to be in doubt.
    const counts = before !== after && (isWord || isLost) && before.state !== 'inDoubt';
    return after.attempts === before.attempts + (counts ? 1 : 0);
  },
  'a sender, a time and a cause stand where they mean something': ({ after }) =>
    ['claimed', 'submitting', 'inDoubt'].includes(after.state) === (after.sender !== undefined) &&
    (after.state === 'deferred') === (after.retryAt !== undefined) &&
    (after.state === 'failed') === (after.failedBecause !== undefined),
};

/** Every step from every entry that can be reached with few tries. */
const STEPS = everyStep(3);

for (const [rule, holds] of Object.entries(RULES)) {
  test(rule, () => {
    const broken = STEPS.find((step) => !holds(step));
    assert.equal(broken, undefined, JSON.stringify(broken));
  });
}

test('every state can be reached, and every event leads on from each of its states', () => {
  const states = new Set(STEPS.map(({ after }) => after.state));
  const all: readonly DeliveryState[] = [
    ...(['queued', 'claimed', 'submitting', 'accepted'] as const),
    ...(['deferred', 'failed', 'suppressed', 'inDoubt'] as const),
  ];
  assert.deepEqual([...states].sort(), [...all].sort());
  for (const [kind, sources] of Object.entries(EVENT_SOURCES)) {
    for (const source of sources) {
      const leads = STEPS.some(
        ({ before, event, after }) =>
          event.kind === kind && before.state === source && after !== before,
      );
      assert.ok(leads, `${kind} leads nowhere from ${source}`);
    }
  }
});

const histories = fc.array(fc.constantFrom(...EVENTS), { maxLength: 60, size: 'max' });

test('a message may have reached the relay once, and once more for each time that it was in doubt', () => {
  fc.assert(
    fc.property(histories, (events) => {
      let mayHaveGone = 0;
      let doubts = 0;
      for (const { before, after } of stepsOf(events)) {
        if (before.state === 'submitting' && ['accepted', 'inDoubt'].includes(after.state)) {
          mayHaveGone += 1;
        }
        if (before.state !== 'inDoubt' && after.state === 'inDoubt') doubts += 1;
        const isGoing = after.state === 'submitting' ? 1 : 0;
        assert.ok(mayHaveGone + isGoing <= 1 + doubts);
      }
    }),
    { numRuns: 2000 },
  );
});

test('from the moment that a subscriber is gone nothing is submitted to them', () => {
  fc.assert(
    fc.property(histories, histories, (before, since) => {
      const gone = since.map((event) =>
        'isActive' in event ? { ...event, isActive: false } : event,
      );
      const steps = stepsOf([...before, ...gone]).slice(before.length);
      const submits = steps.filter(
        (step) => step.after.state === 'submitting' && step.before.state !== 'submitting',
      );
      assert.deepEqual(submits, []);
    }),
    { numRuns: 1000 },
  );
});

test('whatever happened, a delivery can be brought to an end', () => {
  fc.assert(
    fc.property(histories, (events) => {
      const last = stepsOf(events).at(-1)?.after ?? PLANNED;
      const end = [
        ...SENDERS.map((sender) => ({ kind: 'senderDied', sender }) as const),
        ...([{ kind: 'skip' }, { kind: 'expire' }] as const),
      ].reduce(applyEvent, last);
      const isOver = ['accepted', 'failed', 'suppressed'].includes(end.state);
      assert.ok(isOver || (end.state === 'inDoubt' && end.isSettled), JSON.stringify(end));
    }),
    { numRuns: 1000 },
  );
});

function sourcesOf(event: DeliveryEvent): readonly DeliveryState[] {
  return EVENT_SOURCES[event.kind];
}

function stepsOf(events: readonly DeliveryEvent[]): readonly Step[] {
  let before = PLANNED;
  return events.map((event) => {
    const step = { before, event, after: applyEvent(before, event) };
    before = step.after;
    return step;
  });
}

/** From the planned delivery to wherever events lead; entries with more attempts are not followed. */
function everyStep(mostAttempts: number): readonly Step[] {
  const steps: Step[] = [];
  const seen = new Set<string>();
  const open = [PLANNED];
  for (let before = open.pop(); before !== undefined; before = open.pop()) {
    for (const event of EVENTS) {
      const after = applyEvent(before, event);
      steps.push({ before, event, after });
      const key = JSON.stringify(Object.entries(after).sort());
      if (seen.has(key) || after.attempts > mostAttempts) continue;
      seen.add(key);
      open.push(after);
    }
  }
  return steps;
}
