import { randomUUID } from 'node:crypto';
import { appendJournal } from '../../disk/journal-file.ts';
import type { Departure, JournalEntry } from '../../model/departure.ts';
import type { EmailAddress } from '../../model/email-address.ts';
import { noteJournalLine, readIdentity } from '../../store/identity.ts';
import { insertJournal } from '../../store/journal.ts';
import type { Database } from '../../store/tables.ts';
import { hashAddress } from './keyed-hashes.ts';

/** A departure with the address itself. */
export type NamedDeparture = Omit<Departure, 'addressHash'> & { readonly address: EmailAddress };

/**
 * Writes down who left, in the database and in the journal file beside it, so that a restored
 * backup mails none of them. To be called as the last thing of the transaction `db` that ends the
 * subscriptions: the file is synced before the database is, since a line too many does no harm.
 */
export async function recordDepartures(
  db: Database,
  journalFile: string,
  departures: readonly NamedDeparture[],
): Promise<void> {
  const { id: database, hash_key: key } = await readIdentity(db);
  const entries = departures.map(
    ({ address, ...departure }): JournalEntry => ({
      id: randomUUID(),
      database,
      kind: 'departure',
      ...departure,
      addressHash: hashAddress(key, address),
    }),
  );
  const last = entries.at(-1);
  if (last === undefined) return;
  await insertJournal(db, entries);
  await noteJournalLine(db, last.id);
  appendJournal(journalFile, entries);
}
