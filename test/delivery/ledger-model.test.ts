import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Store } from '../../src/database/open-store.ts';
import { balances } from '../../src/delivery/delivery.ts';
import {
  applyEvent,
  type DeliveryEvent,
  type LedgerEntry,
  MOST_DOUBTS,
  PLANNED,
} from '../../src/delivery/delivery-events.ts';
import { claimDeliveries, requeueAll, settleClaims } from '../../src/delivery/queries/claims.ts';
import {
  deliveryTable,
  planDeliveries,
  quickTable,
} from '../../src/delivery/queries/deliveries.ts';
import {
  cancelEdition,
  failWaiting,
  pauseEdition,
  resendDoubted,
  resumeEdition,
  retryFailed,
  skipDoubted,
} from '../../src/delivery/queries/edition-changes.ts';
import { failRefused, requeueRefused } from '../../src/delivery/queries/refusals.ts';
import { countUndecided } from '../../src/delivery/queries/unfinished.ts';
import { markSubmitting, recordVerdicts, requeue } from '../../src/delivery/queries/verdicts.ts';
import { testOnBoth } from '../support/databases.ts';
import { openTestSite } from '../support/test-site.ts';
import { trials } from '../support/trials.ts';

const READERS = ['ada@example.org', 'bob@example.org', 'cyd@example.org', 'dee@example.org'];
const SENDERS = ['one', 'two'] as const;
type Sender = (typeof SENDERS)[number];

/** What several programs and an editor do; deliveries and subscribers by their place in `READERS`. */
type Step =
  | { readonly do: 'claim'; readonly sender: Sender; readonly limit: number }
  | {
      readonly do: 'submit' | 'requeue';
      readonly sender: Sender;
      readonly which: readonly number[];
    }
  | { readonly do: 'record'; readonly sender: Sender; readonly words: readonly Word[] }
  | { readonly do: 'settle' | 'requeueRefused'; readonly which: readonly number[] }
  | { readonly do: 'requeueAll' | 'die'; readonly sender: Sender }
  | { readonly do: 'leave' | 'comeBack'; readonly who: number }
  | { readonly do: EditorsStep };

/** Some more than once: more often. */
const EDITORS_STEPS = [
  ...(['wait', 'pause', 'resume', 'resume', 'expire', 'retry'] as const),
  ...(['skip', 'resend', 'resend', 'resendAll', 'retry'] as const),
] as const;

type EditorsStep = (typeof EDITORS_STEPS)[number] | 'cancel';

interface Word {
  readonly which: number;
  readonly state: 'accepted' | 'deferred' | 'failed' | 'inDoubt' | 'queued';
}

const EVENT_OF = {
  accepted: 'accept',
  deferred: 'defer',
  failed: 'refuse',
  inDoubt: 'lose',
  queued: 'limit',
} as const;

const sender = fc.constantFrom(...SENDERS);
const which = fc.uniqueArray(fc.nat(READERS.length - 1), { minLength: 1 });
const who = fc.nat(READERS.length - 1);
const state = fc.constantFrom(
  ...(['accepted', 'deferred', 'deferred', 'failed', 'inDoubt', 'inDoubt', 'queued'] as const),
);
const words = fc.uniqueArray(fc.record({ which: who, state }), {
  minLength: 1,
  selector: (word) => word.which,
});

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('claim'),
        sender,
        limit: fc.integer({ min: 1, max: 4 }),
      }),
    },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('submit'), sender, which }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('record'), sender, words }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('requeue'), sender, which }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('requeueAll', 'die'), sender }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('settle', 'requeueRefused'), which }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('leave', 'comeBack', 'comeBack'), who }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constantFrom(...EDITORS_STEPS),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel') }) },
  ),
  { maxLength: 40, size: 'max' },
) as fc.Arbitrary<readonly Step[]>;

testOnBoth(
  'whatever several senders and an editor do, the database has what the model has, and the books balance',
  async (t) => {
    const testSite = await openTestSite(t, { subscribers: READERS });
    let edition = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        edition += 1;
        const { id, newsletter } = await testSite.putEdition(`paper-${edition}`);
        const { store } = testSite.deps;
        await store.db.updateTable('subscribers').set({ status: 'active' }).execute();
        await store.transaction((db) => planDeliveries(db, { id, newsletter }, instant(0)));
        const rows = await store.db
          .selectFrom('deliveries')
          .select(['id', 'subscriber'])
          .where('edition', '=', id)
          .orderBy('id')
          .execute();
        const world = new World(store, id, rows);
        for (const step of history) {
          await world.take(step);
          await world.compare(JSON.stringify(step));
        }
      }),
      { numRuns: trials(20) },
    );
  },
);

/** Instants of the ledger: minutes after seven. */
function instant(minute: number): string {
  return new Date(Date.UTC(2026, 2, 20, 7, minute)).toISOString();
}

/** Everything twice: in the database, and as entries of the model. */
class World {
  readonly store: Store;
  readonly edition: string;
  readonly rows: readonly { readonly id: number; readonly subscriber: string }[];
  readonly entries: LedgerEntry[];
  readonly active: boolean[];
  minute = 0;
  isOpen = true;
  isCancelled = false;

  constructor(store: Store, edition: string, rows: World['rows']) {
    this.store = store;
    this.edition = edition;
    this.rows = rows;
    this.entries = rows.map(() => PLANNED);
    this.active = rows.map(() => true);
  }

  async take(step: Step): Promise<void> {
    const { db } = this.store;
    const at = instant(this.minute);
    switch (step.do) {
      case 'claim':
        return this.claim(step.sender, step.limit);
      case 'submit':
        return this.submit(step.sender, step.which);
      case 'requeue':
        await requeue(
          db,
          step.which.map((index) => this.idOf(index)),
          { sender: step.sender, at },
        );
        return this.apply({ kind: 'requeue', sender: step.sender }, step.which);
      case 'settle':
      case 'requeueRefused': {
        const ids = step.which.map((index) => this.idOf(index));
        await (step.do === 'settle' ? failRefused : requeueRefused)(db, ids, at);
        return this.apply({ kind: step.do }, step.which);
      }
      case 'record':
        return this.record(step.sender, step.words);
      case 'requeueAll':
        await requeueAll(db, step.sender, at);
        return this.apply({ kind: 'endLease', sender: step.sender });
      case 'die':
        await settleClaims(db, [step.sender], at);
        return this.apply({ kind: 'senderDied', sender: step.sender });
      case 'leave':
      case 'comeBack':
        this.active[step.who] = step.do === 'comeBack';
        await db
          .updateTable('subscribers')
          .set({ status: step.do === 'leave' ? 'unsubscribed' : 'active', changed_at: at })
          .where('id', '=', this.rows[step.who]?.subscriber ?? '')
          .execute();
        return;
      default:
        return this.edit(step.do);
    }
  }

  async edit(what: EditorsStep): Promise<void> {
    const { db } = this.store;
    const at = instant(this.minute);
    switch (what) {
      case 'wait':
        this.minute += 1;
        return;
      case 'pause':
        await pauseEdition(db, this.edition, { by: 'editor', reason: 'lunch', at });
        this.isOpen = false;
        return;
      case 'resume':
        await resumeEdition(db, this.edition);
        this.isOpen = !this.isCancelled;
        return;
      case 'cancel':
        await cancelEdition(db, this.edition, at);
        this.isOpen = false;
        this.isCancelled = true;
        return this.apply({ kind: 'cancel' });
      case 'resend':
      case 'resendAll': {
        const mostDoubts = what === 'resend' ? MOST_DOUBTS : Infinity;
        await resendDoubted(db, this.edition, at, mostDoubts);
        return this.apply({ kind: 'resend', mostDoubts });
      }
      case 'skip':
        await skipDoubted(db, this.edition, at);
        return this.apply({ kind: 'skip' });
      case 'expire':
        await failWaiting(db, [this.edition], 'stale', at);
        return this.apply({ kind: 'expire' });
      case 'retry':
        await retryFailed(db, this.edition, at);
        for (const [index, isActive] of this.active.entries())
          this.apply({ kind: 'retry', isActive }, [index]);
        return;
    }
  }

  async claim(sender: Sender, limit: number): Promise<void> {
    const claim = { edition: this.edition, sender, now: instant(this.minute), limit };
    const claimed = await this.store.transaction((db) => claimDeliveries(db, claim));
    const expected: number[] = [];
    // Whoever has left is suppressed on the way, until somebody is claimed or nobody is left.
    while (this.isOpen && expected.length === 0) {
      const candidates = this.waiting('queued');
      const untried = candidates.filter((index) => {
        const { attempts, doubts } = this.entries[index] ?? PLANNED;
        return attempts === doubts;
      });
      const queued = untried.length > 0 ? untried : candidates;
      const found = (queued.length > 0 ? queued : this.waiting('deferred')).slice(0, limit);
      if (found.length === 0) break;
      for (const index of found) {
        const isActive = this.active[index] === true;
        this.apply({ kind: 'claim', sender, now: this.minute, isActive }, [index]);
        if (isActive) expected.push(this.idOf(index));
      }
    }
    assert.deepEqual(claimed.map(({ id }) => id).sort(), expected.sort());
  }

  waiting(state: 'queued' | 'deferred'): readonly number[] {
    return [...this.entries.entries()]
      .filter(([, entry]) => entry.state === state && (entry.retryAt ?? 0) <= this.minute)
      .map(([index]) => index);
  }

  async submit(sender: Sender, which: readonly number[]): Promise<void> {
    const submissions = which.map((index) => ({
      ...{ id: this.idOf(index), messageId: `<${index}@x>` },
      date: '2026-03-20T07:00:00.000Z',
    }));
    const hand = { sender, at: instant(this.minute) };
    const marked = await markSubmitting(this.store.db, submissions, hand);
    const before = [...this.entries];
    for (const index of which) {
      const isActive = this.isOpen && this.active[index] === true;
      this.apply({ kind: 'submit', sender, isActive }, [index]);
    }
    const expected = which.filter((index) => this.entries[index] !== before[index]);
    assert.deepEqual([...marked].sort(), expected.map((index) => this.idOf(index)).sort());
  }

  async record(sender: Sender, words: readonly Word[]): Promise<void> {
    const verdicts = words.map(({ which, state }) => ({
      ...{ id: this.idOf(which), state, messageId: `<${which}@x>`, relay: 'relay' },
      reply: { code: 250, text: 'OK' },
      ...(state === 'deferred' ? { retryAt: instant(this.minute + 1) } : {}),
    }));
    await recordVerdicts(this.store.db, verdicts, { sender, at: instant(this.minute) });
    for (const { which, state } of words) {
      const kind = EVENT_OF[state];
      const retryAt = this.minute + 1;
      this.apply(kind === 'defer' ? { kind, sender, retryAt } : { kind, sender }, [which]);
    }
  }

  apply(event: DeliveryEvent, which: Iterable<number> = this.entries.keys()): void {
    for (const index of which) {
      this.entries[index] = applyEvent(this.entries[index] ?? PLANNED, event);
    }
  }

  idOf(index: number): number {
    return this.rows[index]?.id ?? 0;
  }

  async compare(step: string): Promise<void> {
    const rows = await this.store.db
      .selectFrom('deliveries')
      .selectAll()
      .where('edition', '=', this.edition)
      .orderBy('id')
      .execute();
    const found = rows.map((row): LedgerEntry => {
      const minute =
        row.retry_at === null ? 0 : (Date.parse(row.retry_at) - Date.parse(instant(0))) / 60_000;
      return {
        ...{ state: row.state, attempts: row.attempts, doubts: row.doubts },
        isSettled: row.doubt_settled_at !== null,
        ...(row.sender === null ? {} : { sender: row.sender }),
        ...(row.state === 'deferred' ? { retryAt: minute } : {}),
        ...(row.failed_because === null ? {} : { failedBecause: row.failed_because }),
      };
    });
    assert.deepEqual(found, this.entries, step);
    for (const { in_doubt_at, doubts } of rows) assert.equal(in_doubt_at !== null, doubts > 0);
    const table = await deliveryTable(this.store.db, this.edition);
    assert.deepEqual(await quickTable(this.store.db, this.edition), table);
    assert.ok(balances(table), `${step}: ${JSON.stringify(table)}`);
    assert.equal(table.planned, READERS.length);
    const undecided = this.entries.filter((entry) => entry.state === 'inDoubt' && !entry.isSettled);
    assert.deepEqual(await countUndecided(this.store.db, this.edition), {
      undecided: undecided.length,
      doubtedAgain: undecided.filter(({ doubts }) => doubts > MOST_DOUBTS).length,
    });
  }
}
