import { readIdentity } from '../database/identity.ts';
import type { Database } from '../database/tables.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import type { Config } from '../settings/config.ts';
import { openJournalWriter, type UnnamedLine } from './journal/journal-writer.ts';
import { hashAddress, hashesOfAddress } from './keyed-hashes.ts';
import { eraseMailbox } from './queries/erasure.ts';
import { dropMails } from './queries/mails.ts';
import type { NewRename } from './queries/rename-newsletter.ts';
import { MOST_AT_ONCE } from './queries/subscribers.ts';
import { lockByIds, type Subscription } from './queries/subscriptions.ts';
import {
  deleteSubscriptions,
  historyInsert,
  mergeSubscription,
  moveSubscription,
  type NewHistoryLine,
  setConsent,
  setStanding,
  subscriberInsert,
} from './queries/write-subscriptions.ts';
import { type RenamedSubscriptions, renameRows } from './rename-rows.ts';
import type { Subscriber } from './subscriber.ts';
import {
  applySubscriptionEvent,
  FIRST_EVENTS,
  journalStatusOf,
  type SubscriptionEvent,
  type SubscriptionStanding,
} from './subscription-events.ts';

/** An event of the subscription with this id. */
export interface SubscriptionChange {
  readonly id: string;
  readonly event: SubscriptionEvent;
}

/** A change that was written. */
export interface AppliedChange extends SubscriptionChange {
  /** Before the change. */
  readonly subscription: Subscription;
  readonly after: SubscriptionStanding;
}

/** What an erasure deleted. */
export interface ErasedMailboxes {
  readonly newsletters: readonly string[];
  readonly deliveries: number;
  readonly requests: number;
}

/**
 * The only way to change subscriptions, in one transaction. It writes the row, the history line and the
 * journal. It also drops the queued mails that the change makes wrong.
 */
export interface SubscriptionWriter {
  /**
   * Stores new subscriptions, at most `MOST_AT_ONCE`. Skips a mailbox that already has a subscription to
   * that newsletter. `source` is for the first line of each history. Returns the subscriptions that it
   * stored.
   */
  add(subscribers: readonly Subscriber[], source: string): Promise<readonly Subscriber[]>;
  /**
   * Applies events: one for each subscription, at most `MOST_AT_ONCE`. Returns the changes that were
   * written. An event that does not apply changes nothing (`subscribers/subscription-events.ts`).
   */
  apply(changes: readonly SubscriptionChange[]): Promise<readonly AppliedChange[]>;
  /**
   * Deletes all data about mailboxes and keeps a hash of each. `wasErased`: the journal already has the
   * erasure. It gets another line only if there was something to erase.
   */
  erase(
    mailboxes: readonly EmailAddress[],
    event: { readonly at: string; readonly source: string; readonly wasErased?: boolean },
  ): Promise<ErasedMailboxes>;
  /**
   * Changes the id of a newsletter and of everything that belongs to it. If a mailbox has subscriptions
   * under both ids, the stricter one counts. `source` as for an event.
   */
  rename(rename: NewRename, source: string): Promise<RenamedSubscriptions>;
  /** Writes the journal file. Call it as the last step of the transaction. */
  close(): Promise<void>;
}

/**
 * Changes subscriptions in the transaction `db`. Call it as the last step: when it returns, the changes
 * of `work` are in the journal.
 */
export async function changeSubscriptions<T>(
  db: Database,
  { journalFile }: Pick<Config, 'journalFile'>,
  work: (writer: SubscriptionWriter) => Promise<T>,
): Promise<T> {
  const writer = await openSubscriptionWriter(db, journalFile);
  const result = await work(writer);
  await writer.close();
  return result;
}

/** The same for a transaction with many steps. The caller closes the writer. */
export async function openSubscriptionWriter(
  db: Database,
  journalFile: string,
): Promise<SubscriptionWriter> {
  const { hash_key: key } = await readIdentity(db);
  const journal = openJournalWriter(db, journalFile);
  const insertSubscribers = subscriberInsert(db);
  const insertHistory = historyInsert(db);
  return {
    async add(subscribers, source) {
      const added = await insertSubscribers(subscribers);
      await insertHistory(added.map((each) => firstLine(each, source)));
      return added;
    },
    async apply(changes) {
      const applied = await applyToRows(db, changes);
      await insertHistory(applied.filter(({ after }) => after.status !== 'none').map(historyLine));
      const departed = applied.filter(({ subscription, event }) =>
        isJournalled(subscription, event),
      );
      const lines = departed.map((each) => journalLine(each, key));
      await dropWelcomes(
        db,
        lines.filter(({ kind }) => kind === 'departure'),
      );
      await journal.note(lines.filter((_, index) => departed[index]?.event.source !== JOURNAL));
      return applied;
    },
    async erase(mailboxes, event) {
      const all = { newsletters: [] as string[], deliveries: 0, requests: 0 };
      for (const address of mailboxes) {
        const addressHashes = hashesOfAddress(key, address);
        const { at, source } = event;
        const erased = await eraseMailbox(db, { address, addressHashes }, at);
        const { newsletters } = erased;
        await insertHistory(
          newsletters.map((newsletter) => ({
            ...{ subscriber: null, newsletter, kind: 'erased', at, source },
            address_hash: hashAddress(key, address),
          })),
        );
        all.newsletters.push(...newsletters);
        all.deliveries += erased.deliveries;
        all.requests += erased.requests;
      }
      const isNew = !event.wasErased || all.newsletters.length + all.requests > 0;
      if (isNew && event.source !== JOURNAL) {
        await journal.note(mailboxes.map((each) => erasure(each, key, event.at)));
      }
      return all;
    },
    async rename(rename, source) {
      const { at, renamedTo: newsletter } = rename;
      const line = { newsletter, kind: 'merged', at, source, address_hash: null } as const;
      const renamed = await renameRows(db, rename, (ids) =>
        insertHistory(ids.map((subscriber) => ({ subscriber, ...line }))),
      );
      if (source !== JOURNAL) await journal.note([{ kind: 'rename', ...rename }]);
      return renamed;
    },
    close: () => journal.close(),
  };
}

/** The source of events that were read from the journal. They are not written to it again. */
export const JOURNAL = 'journal';

/** Writes the status of subscriptions after their events. Leaves out events that do not apply. */
async function applyToRows(
  db: Database,
  changes: readonly SubscriptionChange[],
): Promise<readonly AppliedChange[]> {
  if (changes.length > MOST_AT_ONCE) throw new Error(`${changes.length} changes at once`);
  if (changes.length === 0) return [];
  const rows = await lockByIds(
    db,
    changes.map(({ id }) => id),
  );
  const applied = changes.flatMap((change): AppliedChange[] => {
    const subscription = rows.get(change.id);
    const after = subscription && applySubscriptionEvent(subscription, change.event);
    return subscription === undefined || after === undefined
      ? []
      : [{ ...change, subscription, after }];
  });
  // Most changes of a batch are equal: one statement for all with the same result.
  for (const alike of Map.groupBy(applied, ({ after }) => JSON.stringify(after)).values()) {
    const [{ after } = { after: undefined }] = alike;
    const ids = alike.map(({ id }) => id);
    if (after === undefined) continue;
    if (after.status === 'none') await deleteSubscriptions(db, ids);
    else await setStanding(db, ids, { ...after, status: after.status });
  }
  for (const each of applied) await writeDetails(db, each);
  return applied;
}

/** Writes what an event changes besides the status. */
async function writeDetails(db: Database, { id, event, after }: AppliedChange): Promise<void> {
  switch (event.kind) {
    case 'signedUp':
      if (event.consent !== undefined) await setConsent(db, id, { consent: event.consent });
      return;
    case 'confirmed':
      await setConsent(db, id, event);
      return;
    case 'moved':
      await moveSubscription(db, id, { address: event.address, at: after.changedAt });
      return;
    case 'merged':
      await mergeSubscription(db, { from: id, to: event.into, address: event.address });
      return;
    default:
  }
}

function firstLine({ id, newsletter, status, changedAt }: Subscriber, source: string) {
  const kind = FIRST_EVENTS[status];
  return { subscriber: id, newsletter, kind, at: changedAt, source, address_hash: null };
}

function historyLine({ id, subscription, event }: AppliedChange): NewHistoryLine {
  const { newsletter } = subscription;
  const { kind, at, source } = event;
  return { subscriber: id, newsletter, kind, at, source, address_hash: null };
}

function isJournalled(before: SubscriptionStanding, event: SubscriptionEvent): boolean {
  return journalStatusOf(before, event) !== undefined;
}

/** The journal line of a change. It has the address from before the change. */
function journalLine(
  { subscription, event, after }: AppliedChange,
  key: string,
): Extract<UnnamedLine, { readonly newsletter?: string; readonly addressHash: string }> {
  const { newsletter, address } = subscription;
  const status = journalStatusOf(subscription, event);
  // If a bounced subscriber leaves, the status does not change. The departure has its own time.
  const at = event.kind === 'left' ? (after.leftAt ?? after.changedAt) : after.changedAt;
  const line = { newsletter, addressHash: hashAddress(key, address), at };
  if (status === undefined || status === 'restored') return { kind: 'return', ...line };
  return { kind: 'departure', ...line, status };
}

function erasure(address: EmailAddress, key: string, at: string): UnnamedLine {
  return { kind: 'departure', addressHash: hashAddress(key, address), status: 'erased', at };
}

/** Drops welcome mails for people who have left. */
async function dropWelcomes(
  db: Database,
  lines: readonly {
    readonly newsletter?: string;
    readonly addressHash: string;
    readonly at: string;
  }[],
): Promise<void> {
  for (const [newsletter, of] of Map.groupBy(lines, (line) => line.newsletter)) {
    const addressHashes = of.map(({ addressHash }) => addressHash);
    const at = of[0]?.at ?? '';
    let drop = dropMails(db, at)
      .where('address_hash', 'in', addressHashes)
      .where('kind', '=', 'welcome');
    if (newsletter !== undefined) drop = drop.where('newsletter', '=', newsletter);
    await drop.execute();
  }
}
