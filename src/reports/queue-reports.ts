import { randomUUID } from 'node:crypto';
import type { StoreDependencies } from '../database/dependencies.ts';
import { readIdentity } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import { hashAddress } from '../subscribers/keyed-hashes.ts';
import { insertMail } from '../subscribers/queries/mails.ts';
import { editionsToReport, markReported } from './queries/report.ts';

/** Older editions get no report, such as those from before the option was set. */
const REPORTED_DAYS = 7;

/**
 * Queues the mail with the report of each edition that was sent `reportAfterHours` ago, once per edition.
 * Returns how many.
 */
export async function queueReports({ config, store, clock }: StoreDependencies): Promise<number> {
  const now = clock();
  const at = storedInstant(now);
  const since = storedInstant(now.subtract({ hours: 24 * REPORTED_DAYS }));
  let queued = 0;
  for (const { id: newsletter, editor, reportAfterHours } of config.newsletters) {
    if (editor === undefined || reportAfterHours === undefined) continue;
    const until = storedInstant(now.subtract({ minutes: Math.round(60 * reportAfterHours) }));
    for (const edition of await editionsToReport(store.db, newsletter, { since, until })) {
      queued += await store.transaction(async (db) => {
        if (!(await markReported(db, edition, at))) return 0;
        const { hash_key: key } = await readIdentity(db);
        await insertMail(db, {
          ...{ id: randomUUID(), kind: 'report', newsletter, about: edition, at, state: 'waiting' },
          ...{ address: editor, addressHash: hashAddress(key, editor), language: 'en' },
        });
        return 1;
      });
    }
  }
  return queued;
}
