import type { Database } from '../database/tables.ts';
import {
  type NewRename,
  renameElsewhere,
  renameSubscriptions,
  renameTwins,
  type Twins,
  twinsOf,
} from './queries/rename-newsletter.ts';
import type { Subscription } from './queries/subscriptions.ts';
import { mergeSubscription, setStanding } from './queries/write-subscriptions.ts';
import {
  applySubscriptionEvent,
  compareForMerge,
  type MergeCandidate,
} from './subscription-events.ts';

/** What a rename changed. */
export interface RenamedSubscriptions {
  /** Subscriptions that now belong to the new id. */
  readonly subscriptions: number;
  /** Mailboxes that had subscriptions under both ids and now have one. */
  readonly merged: number;
}

/**
 * Changes a newsletter's id everywhere in the database. If a mailbox has subscriptions under both ids,
 * the stricter one counts. `noteMerged` writes the history of those that no longer count.
 */
export async function renameRows(
  db: Database,
  rename: NewRename,
  noteMerged: (ids: readonly string[]) => Promise<void>,
): Promise<RenamedSubscriptions> {
  const subscriptions = await renameSubscriptions(db, rename);
  let merged = 0;
  for (let copies = await twinsOf(db, rename); copies.length > 0; ) {
    const ids: string[] = [];
    for (const each of copies) ids.push(await mergeTwins(db, rename, each));
    await noteMerged(ids);
    merged += ids.length;
    copies = await twinsOf(db, rename);
  }
  await renameElsewhere(db, rename);
  return { subscriptions: subscriptions + merged, merged };
}

/** Merges two subscriptions of a mailbox. Returns the id of the one that no longer counts. */
async function mergeTwins(db: Database, rename: NewRename, { old, other }: Twins): Promise<string> {
  const isOther = compareForMerge(candidateOf(old), candidateOf(other)) > 0;
  const [kept, merged] = isOther ? [other, old] : [old, other];
  await renameTwins(db, rename, { kept, merged });
  const { address } = kept;
  const { at } = rename;
  const event = { kind: 'merged', into: kept.id, address, at, source: 'rename' } as const;
  const after = applySubscriptionEvent(merged, event);
  // If it already stands for another mailbox, it continues to.
  if (after !== undefined && merged.movedTo === undefined) {
    await setStanding(db, [merged.id], { ...after, status: 'unsubscribed' });
    await mergeSubscription(db, { from: merged.id, to: kept.id, address });
  }
  // Keeps the time when the owner left. An editor then cannot restore the subscription.
  if (kept.leftAt === undefined && merged.leftAt !== undefined) {
    await setStanding(db, [kept.id], { ...kept, leftAt: merged.leftAt });
  }
  return merged.id;
}

function candidateOf({ status, consent, movedTo }: Subscription): MergeCandidate {
  return { status, consentAt: consent.at, isMoved: movedTo !== undefined };
}
