import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SlotState } from '../../src/database/states.ts';
import type { DeliveryTable } from '../../src/delivery/delivery.ts';
import {
  type EditionProgress,
  type FactName,
  next,
  type SlotFacts,
  type SlotPlan,
  type SlotStep,
  type StoredSlot,
} from '../../src/schedule/slot.ts';
import { makeEdition } from '../support/test-site.ts';

const DUE = Temporal.Instant.from('2026-03-20T07:00Z');

/** What may be true of a slot, in the order in which it counts. */
const CONDITIONS = [
  ...['checked', 'holiday', 'by hand', 'late', 'obstacle', 'nobody'],
  ...['paused', 'retracted', 'composed', 'few'],
] as const;

type Condition = (typeof CONDITIONS)[number];

/** What happens to a slot that is due: if nothing special is true, and if one condition is. */
const TABLE: Readonly<Record<string, Readonly<Record<Condition | 'fine', string>>>> = {
  open: {
    fine: 'sending new',
    checked: 'sending new',
    holiday: 'skipped: a holiday: Easter',
    'by hand': 'sending by-hand, by hand',
    late: 'held: 8 hours late',
    obstacle: 'held: no secret',
    nobody: 'skipped: nobody is subscribed',
    paused: 'held composed: its edition is paused: a typo',
    retracted: 'held: a post was removed',
    composed: 'sending composed',
    few: 'waiting: no new story yet; looks again until 12:00',
  },
  waiting: {
    fine: 'sending new',
    checked: 'none',
    holiday: 'skipped: a holiday: Easter',
    'by hand': 'sending by-hand, by hand',
    late: 'held: 3 hours late',
    obstacle: 'held: no secret',
    nobody: 'skipped: nobody is subscribed',
    paused: 'held composed: its edition is paused: a typo',
    retracted: 'held: a post was removed',
    composed: 'sending composed',
    few: 'waiting: no new story yet; looks again until 12:00',
  },
  // By an editor: neither a holiday nor the hour counts, and nothing waits.
  requested: {
    fine: 'sending new',
    checked: 'sending new',
    holiday: 'sending new',
    'by hand': 'sending new',
    late: 'sending new',
    obstacle: 'held: no secret',
    nobody: 'skipped: nobody is subscribed',
    paused: 'held composed: its edition is paused: a typo',
    retracted: 'held: a post was removed',
    composed: 'sending composed',
    few: 'skipped: no new story',
  },
};

const PLAN: SlotPlan = {
  approve: false,
  minimumStories: 1,
  latestHours: 2,
  whenTooFew: 'wait',
  waitUntil: '12:00',
  lastCheck: DUE.add({ hours: 5 }),
};

function slotIn(state: SlotState, changes: Partial<StoredSlot> = {}): StoredSlot {
  const dueAt = DUE.toString();
  const key = { newsletter: 'daily', day: '2026-03-20' };
  return { ...key, dueAt, state, byHand: false, changedAt: '2026-03-20T06:00:00Z', ...changes };
}

function factsOf(conditions: readonly Condition[], plan: SlotPlan): SlotFacts {
  const has = (condition: Condition) => conditions.includes(condition);
  const edition = (id: string, state: 'new' | 'composed') => ({
    edition: makeEdition(id),
    state,
    async saveFiles() {},
  });
  return {
    plan: { ...plan, holiday: has('holiday') ? 'Easter' : undefined },
    sentByHand: has('by hand') ? 'by-hand' : undefined,
    obstacle: has('obstacle') ? 'no secret' : undefined,
    subscribers: has('nobody') ? 0 : 1,
    composedByHand:
      has('paused') || has('retracted') || has('composed')
        ? {
            ...edition('composed', 'composed'),
            paused: has('paused') ? 'a typo' : undefined,
            retracted: has('retracted') ? 'a post was removed' : undefined,
          }
        : undefined,
    composedNow: has('few') ? undefined : edition('new', 'new'),
    progress: undefined,
  };
}

/** Answers what `next` asks for, as long as it asks. Each fact is asked for at most once. */
function decide(
  slot: StoredSlot,
  facts: Partial<SlotFacts>,
  now: Temporal.Instant,
  isRequested = false,
): SlotStep {
  const known: Partial<Record<FactName, unknown>> = {};
  for (;;) {
    const step = next(slot, known as Partial<SlotFacts>, now, { isRequested });
    if (step.kind !== 'ask') return step;
    assert.ok(!(step.fact in known), `${step.fact} is asked for twice`);
    known[step.fact] = facts[step.fact];
  }
}

/** `held composed: its edition is paused`: the state, the edition and the reason of a step. */
function describe(step: SlotStep): string {
  if (step.kind !== 'change') return step.kind;
  const { state, edition, reason, byHand } = step.change;
  assert.equal(step.send === undefined || step.send.edition.id === edition, true);
  return `${state}${edition ? ` ${edition}` : ''}${byHand ? ', by hand' : ''}${reason ? `: ${reason}` : ''}`;
}

function outcome(
  state: string,
  conditions: readonly Condition[],
  { now = DUE, plan = PLAN }: { readonly now?: Temporal.Instant; readonly plan?: SlotPlan } = {},
): string {
  const at = conditions.includes('late') ? DUE.add({ hours: 8 }) : now;
  const changedAt = at.subtract({ minutes: conditions.includes('checked') ? 4 : 5 }).toString();
  const isRequested = state === 'requested';
  const slot = slotIn(isRequested ? 'held' : (state as SlotState), { changedAt });
  return describe(decide(slot, factsOf(conditions, plan), at, isRequested));
}

test('a slot that is due ends as its table says, for each condition', () => {
  for (const [state, row] of Object.entries(TABLE)) {
    assert.equal(outcome(state, []), row.fine, state);
    for (const condition of CONDITIONS)
      assert.equal(outcome(state, [condition]), row[condition], condition);
  }
});

test('if several conditions are true of a slot, the first that prevents or changes its edition counts', () => {
  let count = 0;
  for (const [state, row] of Object.entries(TABLE)) {
    for (let set = 0; set < 2 ** CONDITIONS.length; set += 1) {
      const conditions = CONDITIONS.filter((_condition, at) => (set & (2 ** at)) !== 0);
      const first = conditions.find((condition) => row[condition] !== row.fine) ?? 'fine';
      assert.equal(outcome(state, conditions), row[first], `${state}: ${conditions.join(', ')}`);
      count += 1;
    }
  }
  assert.equal(count, 3 * 1024);
});

test('an edition is never stored for a slot that was decided, whatever is true', () => {
  for (const state of ['approval', 'sending', 'sent', 'skipped', 'held', 'failed']) {
    for (let set = 0; set < 2 ** CONDITIONS.length; set += 1) {
      const conditions = CONDITIONS.filter((_condition, at) => (set & (2 ** at)) !== 0);
      assert.equal(outcome(state, conditions), 'none');
    }
  }
});

test('a slot is sent until latestHours after it was due or last checked, and waits until its last check', () => {
  const at = (time: string) => Temporal.Instant.from(`2026-03-20T${time}Z`);
  assert.equal(outcome('open', [], { now: at('09:00') }), 'sending new');
  assert.equal(outcome('open', [], { now: at('09:00:01') }), 'held: 2 hours late');
  assert.equal(outcome('waiting', [], { now: at('14:00') }), 'sending new');
  assert.equal(outcome('waiting', [], { now: at('14:00:01') }), 'held: 2 hours late');
  const few: readonly Condition[] = ['few'];
  assert.match(outcome('waiting', few, { now: at('11:59:59') }), /^waiting/);
  assert.equal(outcome('waiting', few, { now: at('12:00') }), 'skipped: no new story');
  const plan: SlotPlan = { ...PLAN, minimumStories: 3, whenTooFew: 'skip' };
  assert.equal(outcome('open', few, { plan }), 'skipped: fewer than 3 new stories');
  // A clock that was set back does not make it wait.
  const slot = slotIn('waiting', { changedAt: '2026-03-20T08:00:00Z' });
  assert.equal(describe(decide(slot, factsOf([], PLAN), at('07:00'))), 'sending new');
});

test('an edition that needs an approval waits for it, composed now or by hand, requested or not', () => {
  const plan = { ...PLAN, approve: true };
  for (const state of Object.keys(TABLE)) {
    assert.equal(outcome(state, [], { plan }), 'approval new');
    assert.equal(outcome(state, ['composed'], { plan }), 'approval composed');
  }
});

test('an edition that does not pass the gate is held, composed now or by hand; an editor who approves editions gets it', () => {
  const conditions = [[], ['composed']] as const;
  for (const state of Object.keys(TABLE)) {
    for (const [at, name] of ['new', 'composed'].entries()) {
      const facts = factsOf(conditions[at] ?? [], PLAN);
      const fail = <E extends object>(edition: E | undefined) =>
        edition && { ...edition, failing: 'no link' };
      const failing = {
        ...facts,
        composedByHand: fail(facts.composedByHand),
        composedNow: fail(facts.composedNow),
      };
      const isRequested = state === 'requested';
      const slot = slotIn(isRequested ? 'held' : (state as SlotState));
      const step = (plan: SlotPlan) => decide(slot, { ...failing, plan }, DUE, isRequested);
      assert.equal(describe(step(PLAN)), 'held: no link');
      assert.equal(describe(step({ ...PLAN, approve: true })), `approval ${name}`);
    }
  }
});

test('a slot that is late gives the reason of its last attempt, if that failed', () => {
  const late = DUE.add({ minutes: 121 });
  const facts = factsOf([], PLAN);
  const open = slotIn('open', { reason: 'the disk is full' });
  assert.equal(describe(decide(open, facts, late)), 'held: 2 hours late: the disk is full');
});

const NONE: DeliveryTable = {
  ...{ planned: 4, accepted: 0, returned: 0, deferred: 0, failed: 0 },
  ...{ suppressed: 0, inDoubt: 0, queued: 0 },
};

function progressOf(
  deliveries: Partial<DeliveryTable>,
  more: Partial<EditionProgress & EditionProgress['stored']> = {},
): EditionProgress {
  const { pause, cancelledAt, plannedAt, stale = 0, cancelled = 0, undecided = 0 } = more;
  const planned = 'plannedAt' in more ? plannedAt : DUE.toString();
  const stored = { pause, cancelledAt, plannedAt: planned };
  return {
    ...{ id: 'daily-2026-03-20', stored, stale, cancelled, undecided },
    deliveries: { ...NONE, ...deliveries },
  };
}

const pausedBy = (by: 'approval' | 'refusals' | 'retraction' | 'editor' | 'relay') => ({
  pause: { by, reason: 'why', at: DUE.toString() },
});

/** What an edition makes of its slot. */
const OUTCOMES: readonly (readonly [EditionProgress, string])[] = [
  [progressOf({ accepted: 4 }), 'sent: 4 of 4'],
  [
    progressOf({ accepted: 1, failed: 1, suppressed: 2 }),
    'sent: 1 of 4, 1 refused, 2 left meanwhile',
  ],
  [progressOf({ accepted: 3, inDoubt: 1 }), 'sent: 3 of 4, 1 in doubt'],
  [
    progressOf({ accepted: 3, inDoubt: 1 }, { undecided: 1 }),
    'held: 3 of 4, 1 in doubt; an editor has to decide about these',
  ],
  [progressOf({ failed: 4 }), 'failed: 0 of 4, 4 refused'],
  [progressOf({ accepted: 2, failed: 2 }, { stale: 2 }), 'failed: 2 of 4, 2 too late'],
  [progressOf({ queued: 4 }), 'sending'],
  [progressOf({ accepted: 3, deferred: 1 }), 'sending'],
  [progressOf({ queued: 4 }, pausedBy('relay')), 'sending: why'],
  [progressOf({ queued: 4 }, pausedBy('refusals')), 'failed: why'],
  [progressOf({ queued: 4 }, pausedBy('retraction')), 'held: why'],
  [progressOf({ queued: 4 }, pausedBy('editor')), 'held: it was paused: why'],
  [progressOf({ planned: 0 }, pausedBy('approval')), 'approval'],
  [progressOf({ planned: 0 }), 'skipped: nobody is subscribed'],
  [progressOf({ planned: 0 }, { plannedAt: undefined }), 'held: its edition is not sent yet'],
  [
    progressOf({ failed: 4 }, { cancelledAt: DUE.toString(), cancelled: 4 }),
    'skipped: its edition was cancelled',
  ],
  [
    progressOf({ accepted: 1, failed: 3 }, { cancelledAt: DUE.toString(), cancelled: 3 }),
    'skipped: its edition was cancelled: 1 of 4, 3 cancelled',
  ],
];

test('a slot with an edition follows it from every state, and does not change if it has that outcome already', () => {
  const edition = 'daily-2026-03-20';
  for (const [progress, expected] of OUTCOMES) {
    const [state = '', ...rest] = expected.split(': ');
    const reason = rest.join(': ') || undefined;
    for (const from of ['approval', 'sending', 'sent', 'skipped', 'held', 'failed'] as const) {
      const step = decide(slotIn(from, { edition, reason: 'before' }), { progress }, DUE);
      assert.equal(describe(step), `${state} ${edition}${reason ? `: ${reason}` : ''}`);
    }
    const same = slotIn(state as SlotState, { edition, reason });
    assert.equal(decide(same, { progress }, DUE).kind, 'none');
  }
});

test('a slot that was held back takes the edition that an editor sent by hand, and says so', () => {
  const held = slotIn('held', { reason: '2 hours late' });
  const progress = progressOf({ accepted: 4 });
  const step = decide(held, { progress }, DUE);
  assert.equal(describe(step), 'sent daily-2026-03-20, by hand: sent by hand: 4 of 4');
  const later = slotIn('sending', { byHand: true, edition: progress.id });
  assert.equal(
    describe(decide(later, { progress }, DUE)),
    'sent daily-2026-03-20: sent by hand: 4 of 4',
  );
});
