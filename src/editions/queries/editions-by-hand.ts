import type { Database } from '../../database/tables.ts';

/**
 * The newsletter's edition of `day` that an editor sent by hand, which has no slot. Includes a
 * cancelled edition that somebody may have received (it keeps its posts), as the journal of a
 * restored backup reports. If there are several, the oldest. Undefined if there is none.
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
 * The newsletter's edition that an editor composed by hand after `since` and that was not sent. If
 * there are several, the oldest. Undefined if there is none.
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
