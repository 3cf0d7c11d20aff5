import type { Database } from '../../database/tables.ts';

/** The subscribers of a newsletter, counted. */
export interface NewsletterCounts {
  readonly newsletter: string;
  readonly active: number;
  readonly pending: number;
}

/** The ids of all newsletters that have or had subscribers, in order. Reads an index, not the rows. */
export async function subscribedNewsletters(db: Database): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let after = ''; ; ) {
    const row = await db
      .selectFrom('subscribers')
      .select('newsletter')
      .where('newsletter', '>', after)
      .orderBy('newsletter')
      .limit(1)
      .executeTakeFirst();
    if (row === undefined) return ids;
    ids.push(row.newsletter);
    after = row.newsletter;
  }
}

/** Counts the active and pending subscribers of the newsletter. */
export async function countPeople(db: Database, newsletter: string): Promise<NewsletterCounts> {
  const rows = await db
    .selectFrom('subscribers')
    .select(['status', (select) => select.fn.countAll<number>().as('count')])
    .where('newsletter', '=', newsletter)
    .where('status', 'in', ['active', 'pending'])
    .groupBy('status')
    .execute();
  const countOf = (status: string) => Number(rows.find((row) => row.status === status)?.count ?? 0);
  return { newsletter, active: countOf('active'), pending: countOf('pending') };
}

/** Whether the database has subscribers or editions of the newsletter. */
export async function isKnownNewsletter(db: Database, newsletter: string): Promise<boolean> {
  const row = await db
    .selectFrom('subscribers')
    .select('id')
    .where('newsletter', '=', newsletter)
    .unionAll(db.selectFrom('editions').select('id').where('newsletter', '=', newsletter))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** ISO 8601 instant of the newest journal line about the newsletter; empty if there is none. */
export async function newestJournalLine(db: Database, newsletter: string): Promise<string> {
  const row = await db
    .selectFrom('journal')
    .select((select) => select.fn.max<string | null>('at').as('at'))
    .where('newsletter', '=', newsletter)
    .executeTakeFirst();
  return row?.at ?? '';
}
