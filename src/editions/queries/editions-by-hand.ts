import type { Database } from '../../database/tables.ts';

/**
 * The newsletter's edition of `day` that somebody sent by hand: it has no slot. One that was cancelled as
 * well, where somebody may have got it (it keeps its posts), as the journal of a restored backup says.
 * The oldest of several; undefined where there is none.
 */
export async function editionSentByHand(
  db: Database,
  newsletter: string,
  day: string,
): Promise<string | undefined> {
  const row = await withoutSlot(db, newsletter)
    .where('e.day', '=', day)
    .where('e.planned_at', 'is not', null)
    .where(({ or, eb, exists, selectFrom }) =>
      or([
        eb('e.cancelled_at', 'is', null),
        exists(
          selectFrom('edition_posts as p').select('p.post').whereRef('p.edition', '=', 'e.id'),
        ),
      ]),
    )
    .executeTakeFirst();
  return row?.id;
}

/**
 * The newsletter's edition that somebody composed by hand since `since` and that was not sent; the
 * oldest of several. Undefined where there is none.
 */
export async function editionComposedByHand(
  db: Database,
  newsletter: string,
  since: string,
): Promise<string | undefined> {
  const row = await withoutSlot(db, newsletter)
    .where('e.planned_at', 'is', null)
    .where('e.cancelled_at', 'is', null)
    .where('e.composed_at', '>=', since)
    .executeTakeFirst();
  return row?.id;
}

function withoutSlot(db: Database, newsletter: string) {
  return db
    .selectFrom('editions as e')
    .select('e.id')
    .where('e.newsletter', '=', newsletter)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('slots as s').select('s.day').whereRef('s.edition', '=', 'e.id'))),
    )
    .orderBy('e.composed_at')
    .orderBy('e.id');
}
