import { readIdentity } from '../database/identity.ts';
import { repeatedInsert } from '../database/repeated-insert.ts';
import type { SubscriptionEventKind } from '../database/states.ts';
import type { Database, SubscribersTable, SubscriptionEventsTable } from '../database/tables.ts';
import { addressKey, domainOf, type EmailAddress } from '../kernel/email-address.ts';
import type { Config } from '../settings/config.ts';
import {
  addressEvents,
  type HookEvent,
  hookEventOf,
  hookEventOfErased,
  hookEventOfNew,
} from './hook-events.ts';
import { type UnnamedLine, writeJournal } from './journal/journal.ts';
import { hashAddress, hashesOfAddress } from './keyed-hashes.ts';
import { type Erased, eraseMailbox } from './queries/erasure.ts';
import { insertHookEvents } from './queries/hook-events.ts';
import { dropMails } from './queries/mails.ts';
import {
  type Duplicates,
  duplicatesOf,
  type NewRename,
  renameDuplicates,
  renameElsewhere,
  renameSubscriptions,
} from './queries/rename-newsletter.ts';
import { MOST_AT_ONCE, subscriberToRow } from './queries/subscribers.ts';
import { lockByIds, type Subscription } from './queries/subscriptions.ts';
import type { Consent, Subscriber } from './subscriber.ts';
import {
  applySubscriptionEvent,
  compareForMerge,
  FIRST_EVENTS,
  journalStatusOf,
  type MergeCandidate,
  type SubscriptionEvent,
  type SubscriptionHistoryLine,
  type SubscriptionState,
} from './subscription-events.ts';

// The only code that changes subscriptions and their histories. `subscription-events.ts` says what an
// event does; this file writes it: the row, the line of the history, the journal, the events for hooks. A
// test keeps all other code away from the two tables.

/** An event of the subscription with this id. */
export interface SubscriptionChange {
  readonly id: string;
  readonly event: SubscriptionEvent;
}

/** A change that was written. */
export interface AppliedChange extends SubscriptionChange {
  /** Before the change. */
  readonly subscription: Subscription;
  readonly after: SubscriptionState;
}

/** What a rename changed. */
export interface RenamedSubscriptions {
  /** Subscriptions that now belong to the new id. */
  readonly subscriptions: number;
  /** Mailboxes that had subscriptions under both ids and now have one. */
  readonly merged: number;
}

/** Changes subscriptions in one transaction, and drops the queued mails that a change makes wrong. */
export interface SubscriptionWriter {
  /**
   * Stores new subscriptions. Skips a mailbox that already has a subscription to that newsletter. `source`
   * is for the first line of each history. Returns the subscriptions that it stored.
   */
  add(subscribers: readonly Subscriber[], source: string): Promise<readonly Subscriber[]>;
  /**
   * Applies events: one for each subscription. Returns the changes that were written. An event that does
   * not apply changes nothing (`subscribers/subscription-events.ts`).
   */
  apply(changes: readonly SubscriptionChange[]): Promise<readonly AppliedChange[]>;
  /** Records that the owner of subscriptions was there: they count as readers from now on. */
  markSeen(ids: readonly string[], at: string): Promise<void>;
  /** The mail that asked did not go out: they may be asked again. */
  forgetQuestion(id: string): Promise<void>;
  /**
   * Deletes all data about mailboxes and keeps a hash of each. `wasErased`: the journal already has the
   * erasure. It gets another line only if there was something to erase.
   */
  erase(
    mailboxes: readonly EmailAddress[],
    event: { readonly at: string; readonly source: string; readonly wasErased?: boolean },
  ): Promise<Omit<Erased, 'ids'>>;
  /**
   * Changes the id of a newsletter and of everything that belongs to it. If a mailbox has subscriptions
   * under both ids, the stricter one counts. `source` as for an event.
   */
  rename(rename: NewRename, source: string): Promise<RenamedSubscriptions>;
}

/** The source of events that were read from the journal. They are not written to it again. */
export const JOURNAL = 'journal';

/**
 * Changes subscriptions in the transaction `db`. Call it as the last step: when it returns, the changes
 * of `work` are in the journal.
 */
export async function changeSubscriptions<T>(
  db: Database,
  { journalFile, hooks }: Pick<Config, 'journalFile' | 'hooks'>,
  work: (writer: SubscriptionWriter) => Promise<T>,
): Promise<T> {
  const { hash_key: key } = await readIdentity(db);
  return writeJournal(db, journalFile, (addToJournal) =>
    work(openSubscriptionWriter(db, { key, hooks, addToJournal })),
  );
}

function openSubscriptionWriter(
  db: Database,
  {
    key,
    hooks,
    addToJournal,
  }: {
    readonly key: string;
    readonly hooks: Config['hooks'];
    readonly addToJournal: (lines: readonly UnnamedLine[]) => Promise<void>;
  },
): SubscriptionWriter {
  const notifyHooks = (events: readonly (HookEvent | undefined)[]) => {
    const written = events.filter((event) => event !== undefined);
    return insertHookEvents(db, addressEvents(hooks, written));
  };
  const insertSubscribers = subscriberInsert(db);
  const insertHistory = historyInsert(db);

  async function applyPage(page: readonly SubscriptionChange[]): Promise<readonly AppliedChange[]> {
    const applied = await applyToRows(db, page);
    await insertHistory(
      applied
        .filter(({ after }) => after.status !== 'none')
        .map(({ id, subscription: { newsletter }, event: { kind, at, source } }) => ({
          ...{ subscriber: id, newsletter, kind, at, source },
        })),
    );
    const lines = applied.flatMap((change) => {
      const line = journalLineOf(change, key);
      return line === undefined ? [] : [{ line, isNew: change.event.source !== JOURNAL }];
    });
    await dropWelcomes(
      db,
      lines.map(({ line }) => line).filter(({ kind }) => kind === 'departure'),
    );
    await notifyHooks(
      applied.map(({ subscription, event, after }) => hookEventOf(subscription, event, after)),
    );
    await addToJournal(lines.filter(({ isNew }) => isNew).map(({ line }) => line));
    return applied;
  }

  return {
    async add(subscribers, source) {
      const added: Subscriber[] = [];
      for (const page of pagesOf(subscribers)) {
        const stored = await insertSubscribers(page);
        await insertHistory(
          stored.map(({ id, newsletter, status, changedAt: at }) => ({
            ...{ subscriber: id, newsletter, kind: FIRST_EVENTS[status], at, source },
          })),
        );
        await notifyHooks(stored.map((each) => hookEventOfNew(each, source)));
        added.push(...stored);
      }
      return added;
    },
    async apply(changes) {
      const applied: AppliedChange[] = [];
      for (const page of pagesOf(changes)) applied.push(...(await applyPage(page)));
      return applied;
    },
    markSeen: (ids, at) => setSigns(db, ids, { asked_at: null, seen_at: at }),
    forgetQuestion: (id) => setSigns(db, [id], { asked_at: null }),
    async erase(mailboxes, { at, source, wasErased }) {
      const all = { newsletters: [] as string[], deliveries: 0, requests: 0 };
      for (const address of mailboxes) {
        const addressHashes = hashesOfAddress(key, address);
        const { ids, ...erased } = await eraseMailbox(db, { address, addressHashes }, at);
        if (ids.length > 0) await deleteSubscriptions(db, ids);
        const [addressHash] = addressHashes;
        const line = { subscriber: null, kind: 'erased', at, source, addressHash } as const;
        await insertHistory(erased.newsletters.map((newsletter) => ({ ...line, newsletter })));
        const events = ids.map((id, index) => {
          const newsletter = erased.newsletters[index] ?? '';
          return hookEventOfErased({ id, newsletter }, { at, source });
        });
        await notifyHooks(events);
        all.newsletters.push(...erased.newsletters);
        all.deliveries += erased.deliveries;
        all.requests += erased.requests;
      }
      const isNew = !wasErased || all.newsletters.length + all.requests > 0;
      if (isNew && source !== JOURNAL) {
        const hashes = mailboxes.map((address) => hashAddress(key, address));
        await addToJournal(
          hashes.map((addressHash) => ({ kind: 'departure', addressHash, status: 'erased', at })),
        );
      }
      return all;
    },
    async rename(rename, source) {
      const { at, renamedTo: newsletter } = rename;
      const renamed = await renameSubscriptions(db, rename);
      let merged = 0;
      for (let page = await duplicatesOf(db, rename); page.length > 0; ) {
        const ids = await mergeDuplicates(db, rename, page);
        const line = { newsletter, kind: 'merged', at, source } as const;
        await insertHistory(ids.map((subscriber) => ({ ...line, subscriber })));
        merged += ids.length;
        page = await duplicatesOf(db, rename);
      }
      await renameElsewhere(db, rename);
      if (source !== JOURNAL) await addToJournal([{ kind: 'rename', ...rename }]);
      return { subscriptions: renamed + merged, merged };
    },
  };
}

function* pagesOf<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += MOST_AT_ONCE) yield all.slice(at, at + MOST_AT_ONCE);
}

/** Writes the status of at most `MOST_AT_ONCE` subscriptions. Leaves out events that do not apply. */
async function applyToRows(
  db: Database,
  changes: readonly SubscriptionChange[],
): Promise<readonly AppliedChange[]> {
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
    const ids = alike.map(({ id }) => id);
    const [first] = alike;
    if (first !== undefined) await writeState(db, ids, first.after);
  }
  for (const { id, event, after } of applied) {
    if (event.kind === 'signedUp' && event.consent !== undefined) {
      await setConsent(db, id, event.consent);
    } else if (event.kind === 'confirmed') {
      await setConsent(db, id, event.consent, event.address);
    } else if (event.kind === 'moved') {
      await moveSubscription(db, id, { address: event.address, at: after.changedAt });
    } else if (event.kind === 'merged') {
      await mergeSubscription(db, { from: id, to: event.into, address: event.address });
    }
  }
  const idsOf = (...kinds: readonly SubscriptionEventKind[]) =>
    applied.filter(({ event }) => kinds.includes(event.kind)).map(({ id }) => id);
  const at = applied[0]?.event.at ?? '';
  await setSigns(db, idsOf('asked'), { asked_at: at });
  await setSigns(db, idsOf(...SIGNS_OF_LIFE), { asked_at: null, seen_at: at });
  return applied;
}

/** What only the owner of a subscription does. */
const SIGNS_OF_LIFE = ['confirmed', 'undone', 'resumed', 'moved'] as const;

async function setSigns(
  db: Database,
  ids: readonly string[],
  signs: { readonly asked_at: string | null; readonly seen_at?: string },
): Promise<void> {
  if (ids.length === 0) return;
  await db.updateTable('subscribers').set(signs).where('id', 'in', ids).execute();
}

/**
 * Merges the two subscriptions of each mailbox: the stricter one counts. Returns the ids of the others.
 */
async function mergeDuplicates(
  db: Database,
  rename: NewRename,
  mailboxes: readonly Duplicates[],
): Promise<readonly string[]> {
  const changes: SubscriptionChange[] = [];
  const ids: string[] = [];
  for (const { old, other } of mailboxes) {
    const isOther = compareForMerge(candidateOf(old), candidateOf(other)) > 0;
    const [kept, merged] = isOther ? [other, old] : [old, other];
    await renameDuplicates(db, rename, { kept, merged });
    ids.push(merged.id);
    // If it already stands for another mailbox, it continues to.
    if (merged.movedTo === undefined) {
      const { id: into, address } = kept;
      const event = { kind: 'merged', into, address, at: rename.at, source: 'rename' } as const;
      changes.push({ id: merged.id, event });
    }
    // Keeps the time when the owner left. An editor then cannot restore the subscription.
    if (kept.leftAt === undefined && merged.leftAt !== undefined) {
      await writeState(db, [kept.id], { ...kept, leftAt: merged.leftAt });
    }
  }
  await applyToRows(db, changes);
  return ids;
}

function candidateOf({ status, consent, movedTo }: Subscription): MergeCandidate {
  return { status, consentAt: consent.at, isMoved: movedTo !== undefined };
}

/** The journal line of a change, if it needs one. It has the address from before the change. */
function journalLineOf({ subscription, event, after }: AppliedChange, key: string) {
  const status = journalStatusOf(subscription, event);
  if (status === undefined) return undefined;
  const { newsletter, address } = subscription;
  // If a bounced subscriber leaves, the status does not change. The departure has its own time.
  const at = event.kind === 'left' ? (after.leftAt ?? after.changedAt) : after.changedAt;
  const line = { newsletter, addressHash: hashAddress(key, address), at };
  return status === 'restored'
    ? ({ kind: 'return', ...line } as const)
    : ({ kind: 'departure', ...line, status } as const);
}

/** Drops welcome mails for people who have left. */
async function dropWelcomes(
  db: Database,
  lines: readonly {
    readonly newsletter: string;
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

// The rows.

/**
 * Returns a function that stores new subscribers, `MOST_AT_ONCE` at a time. It skips a mailbox that
 * already has a subscription to the newsletter. It returns the subscribers that it stored.
 */
function subscriberInsert(
  db: Database,
): (subscribers: readonly Subscriber[]) => Promise<readonly Subscriber[]> {
  const insert = repeatedInsert(db, (rows: readonly SubscribersTable[]) =>
    db
      .insertInto('subscribers')
      .values([...rows])
      .onConflict((conflict) => conflict.columns(['newsletter', 'address_key']).doNothing()),
  );
  return async (subscribers) => {
    if (subscribers.length === 0) return [];
    const { numAffectedRows } = await insert(subscribers.map(subscriberToRow));
    if (Number(numAffectedRows) === subscribers.length) return subscribers;
    const ids = subscribers.map(({ id }) => id);
    const rows = await db.selectFrom('subscribers').select('id').where('id', 'in', ids).execute();
    const stored = new Set(rows.map(({ id }) => id));
    return subscribers.filter(({ id }) => stored.has(id));
  };
}

/** A line of a history. `subscriber` is null if they were erased. */
interface NewHistoryLine extends SubscriptionHistoryLine {
  readonly subscriber: string | null;
  readonly newsletter: string;
  readonly addressHash?: string;
}

/** Returns a function that adds lines to histories, `MOST_AT_ONCE` at a time. */
function historyInsert(db: Database): (lines: readonly NewHistoryLine[]) => Promise<void> {
  const insert = repeatedInsert(db, (rows: readonly Omit<SubscriptionEventsTable, 'id'>[]) =>
    db.insertInto('subscription_events').values([...rows]),
  );
  return async (lines) => {
    if (lines.length === 0) return;
    await insert(
      lines.map(({ subscriber, newsletter, kind, at, source, addressHash = null }) => ({
        subscriber,
        newsletter,
        kind,
        at,
        source,
        address_hash: addressHash,
      })),
    );
  };
}

/** Writes the state of at most `MOST_AT_ONCE` subscriptions. */
async function writeState(
  db: Database,
  ids: readonly string[],
  { status, changedAt, leftAt, leftByLinkAt }: SubscriptionState,
): Promise<void> {
  if (status === 'none') return deleteSubscriptions(db, ids);
  await db
    .updateTable('subscribers')
    .set({
      status,
      changed_at: changedAt,
      left_at: leftAt ?? null,
      left_by_link_at: leftByLinkAt ?? null,
    })
    .where('id', 'in', ids)
    .execute();
}

/**
 * Stores the consent of a requested or new subscription, and the spelling of the address at that time.
 */
async function setConsent(
  db: Database,
  id: string,
  consent: Consent,
  address?: EmailAddress,
): Promise<void> {
  await db
    .updateTable('subscribers')
    .set({
      ...(address === undefined ? {} : { address, moved_to: null }),
      consent_at: consent.at,
      consent_source: consent.source,
      consent_text: consent.text ?? null,
      consent_ip_hash: consent.ipHash ?? null,
      confirmed_at: consent.confirmedAt ?? null,
    })
    .where('id', '=', id)
    .execute();
}

/** Changes the address of the subscription, confirmed at `at`, and of its unsent deliveries. */
async function moveSubscription(
  db: Database,
  id: string,
  { address, at }: { readonly address: EmailAddress; readonly at: string },
): Promise<void> {
  await db
    .updateTable('subscribers')
    .set({
      address,
      address_key: addressKey(address),
      domain: domainOf(address),
      confirmed_at: at,
    })
    .where('id', '=', id)
    .execute();
  await redirectDeliveries(db, { from: id, to: id, address });
}

/**
 * Redirects links from the subscription `from` to `to`. Unsent mail goes to `address`, except editions
 * that `to` gets already.
 */
async function mergeSubscription(
  db: Database,
  merge: { readonly from: string; readonly to: string; readonly address: EmailAddress },
): Promise<void> {
  const { from, to } = merge;
  await db.updateTable('subscribers').set({ moved_to: to }).where('id', '=', from).execute();
  await redirectDeliveries(db, merge);
}

/** Deletes at most `MOST_AT_ONCE` subscriptions and their histories. */
async function deleteSubscriptions(db: Database, ids: readonly string[]): Promise<void> {
  await db.deleteFrom('subscribers').where('id', 'in', ids).execute();
  await db.deleteFrom('subscription_events').where('subscriber', 'in', ids).execute();
}

/** Redirects all deliveries that are not finished. Deliveries in doubt or failed may be sent again. */
async function redirectDeliveries(
  db: Database,
  {
    from,
    to,
    address,
  }: { readonly from: string; readonly to: string; readonly address: EmailAddress },
): Promise<void> {
  let query = db
    .updateTable('deliveries')
    .set({ subscriber: to, address, domain: domainOf(address) })
    .where('subscriber', '=', from)
    .where('state', 'not in', ['accepted', 'suppressed']);
  if (from !== to) {
    query = query.where('edition', 'not in', (select) =>
      select
        .selectFrom('deliveries as other')
        .select('other.edition')
        .where('other.subscriber', '=', to),
    );
  }
  await query.execute();
}
