import { sql } from 'kysely';
import { lockRow } from '../../database/dialect.ts';
import type { Database } from '../../database/tables.ts';
import { type Subscription, subscriptionFromRow } from './subscriptions.ts';

// Changes a newsletter's id in all tables. The ids of editions do not change, because links contain them.

/** The newsletter and its new id from `at` on (ISO 8601 instant). */
export interface NewRename {
  readonly newsletter: string;
  readonly renamedTo: string;
  readonly at: string;
}

/** Two subscriptions of one mailbox. */
export interface Duplicates {
  /** Of the newsletter with the old id. */
  readonly old: Subscription;
  readonly other: Subscription;
}

/** How many mailboxes are merged at once. */
const MAILBOXES_AT_ONCE = 500;

/** Renames all subscriptions whose mailbox has none under the new id. Returns how many. */
export async function renameSubscriptions(
  db: Database,
  { newsletter, renamedTo }: NewRename,
): Promise<number> {
  const result = await db
    .updateTable('subscribers')
    .set({ newsletter: renamedTo })
    .where('newsletter', '=', newsletter)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('subscribers as other')
            .select('other.id')
            .where('other.newsletter', '=', renamedTo)
            .whereRef('other.address_key', '=', 'subscribers.address_key'),
        ),
      ),
    )
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** Subscriptions still under the old id, each with the same mailbox's subscription under the new id. */
export async function duplicatesOf(
  db: Database,
  { newsletter, renamedTo }: NewRename,
): Promise<readonly Duplicates[]> {
  const of = (id: string) => db.selectFrom('subscribers').selectAll().where('newsletter', '=', id);
  const query = of(newsletter).orderBy('id').limit(MAILBOXES_AT_ONCE);
  const rows = await lockRow(db, query).execute();
  if (rows.length === 0) return [];
  const keys = rows.map((row) => row.address_key);
  const others = await lockRow(
    db,
    of(renamedTo).where('address_key', 'in', keys).orderBy('id'),
  ).execute();
  const byKey = new Map(others.map((row) => [row.address_key, row]));
  return rows.flatMap((row) => {
    const other = byKey.get(row.address_key);
    return other === undefined
      ? []
      : [{ old: subscriptionFromRow(row), other: subscriptionFromRow(other) }];
  });
}

/** Moves two subscriptions of one mailbox to the new id. From now on, `kept` counts. */
export async function renameDuplicates(
  db: Database,
  { renamedTo }: NewRename,
  { kept, merged }: { readonly kept: Subscription; readonly merged: Subscription },
): Promise<void> {
  // First rename the one that makes room for the other.
  await db
    .updateTable('subscribers')
    .set({ newsletter: renamedTo, address_key: sql`address_key || ' ' || id` })
    .where('id', '=', merged.id)
    .execute();
  await db
    .updateTable('subscribers')
    .set({ newsletter: renamedTo })
    .where('id', '=', kept.id)
    .execute();
}

/** Changes the newsletter's id in all other tables. */
export async function renameElsewhere(db: Database, rename: NewRename): Promise<void> {
  const { newsletter, renamedTo, at } = rename;
  await separatePosts(db, rename);
  await dropDoubleSlots(db, rename);
  await renameRequests(db, rename);
  for (const table of TABLES) {
    await db
      .updateTable(table)
      .set({ newsletter: renamedTo })
      .where('newsletter', '=', newsletter)
      .execute();
  }
  // The line of a rename keeps the old id. If the old id is used again, later lines belong to another
  // newsletter.
  await db
    .updateTable('journal')
    .set({ newsletter: renamedTo })
    .where('newsletter', '=', newsletter)
    .where('renamed_to', 'is', null)
    .where('at', '<=', at)
    .execute();
}

const TABLES = ['editions', 'edition_posts', 'slots', 'mails', 'subscription_events'] as const;

/**
 * A post may be in an edition of each newsletter. Both editions keep it, the old newsletter's under
 * another post id.
 */
async function separatePosts(db: Database, { newsletter, renamedTo }: NewRename): Promise<void> {
  const both = await db
    .selectFrom('edition_posts as old')
    .innerJoin('edition_posts as other', 'other.post', 'old.post')
    .select(['old.edition', 'old.position', 'old.post'])
    .where('old.newsletter', '=', newsletter)
    .where('other.newsletter', '=', renamedTo)
    .execute();
  for (const { edition, position, post } of both) {
    await db
      .updateTable('edition_posts')
      .set({ post: `${post} in ${edition}` })
      .where('edition', '=', edition)
      .where('position', '=', position)
      .execute();
  }
}

/** If both have a slot on one day, the slot with an edition counts. A day must not have two slots. */
async function dropDoubleSlots(db: Database, { newsletter, renamedTo }: NewRename): Promise<void> {
  const slots = await db
    .selectFrom('slots')
    .select(['newsletter', 'day', 'edition'])
    .where('newsletter', 'in', [newsletter, renamedTo])
    .execute();
  for (const old of slots.filter((slot) => slot.newsletter === newsletter)) {
    const other = slots.find((slot) => slot.newsletter === renamedTo && slot.day === old.day);
    if (other === undefined) continue;
    const dropped = old.edition !== null && other.edition === null ? renamedTo : newsletter;
    await db
      .deleteFrom('slots')
      .where('newsletter', '=', dropped)
      .where('day', '=', old.day)
      .execute();
  }
}

/** Renames the newsletter in open requests from forms. */
async function renameRequests(db: Database, rename: NewRename): Promise<void> {
  const { newsletter, renamedTo } = rename;
  const renamed = (ids: readonly string[]) => [
    ...new Set(ids.map((id) => (id === newsletter ? renamedTo : id))),
  ];
  const signUps = await db.selectFrom('sign_ups').select(['id', 'newsletters']).execute();
  for (const { id, newsletters } of signUps) {
    const ids = newsletters.split(' ');
    if (!ids.includes(newsletter)) continue;
    await db
      .updateTable('sign_ups')
      .set({ newsletters: renamed(ids).join(' ') })
      .where('id', '=', id)
      .execute();
  }
}
