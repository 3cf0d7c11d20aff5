import { noteService } from '../../src/database/identity.ts';
import { openStore } from '../../src/database/open-store.ts';

/**
 * Makes the database one that has watched the newsletter `daily` since yesterday: one that is new
 * has no slots of times gone by.
 */
export async function watchedSinceYesterday(databaseUrl: string): Promise<void> {
  const store = await openStore(databaseUrl);
  const dueAt = Temporal.Now.instant()
    .subtract({ hours: 24 })
    .toString({ smallestUnit: 'millisecond' });
  try {
    // Where the service is said to be is nobody's address.
    await noteService(store.db, 'https://paper.example/');
    await store.db
      .insertInto('slots')
      .values({
        ...{ newsletter: 'daily', day: dueAt.slice(0, 10), due_at: dueAt, changed_at: dueAt },
        ...{ state: 'skipped', reason: 'no new story', edition: null },
        ...{ holder: null, lease_until: null, told_at: dueAt },
      })
      .execute();
  } finally {
    await store.close();
  }
}

/**
 * A schedule, as YAML of a newsletter, that was due a minute ago: around noon in a zone of its own,
 * so that the day does not end meanwhile.
 */
export function dueNow(): string {
  const minute = Temporal.Now.instant().subtract({ minutes: 1 });
  const { hour } = minute.toZonedDateTimeISO('UTC');
  // POSIX: what is east of Greenwich has a minus.
  const east = 12 - hour;
  const timeZone = east === 0 ? 'Etc/GMT' : `Etc/GMT${east > 0 ? '-' : '+'}${Math.abs(east)}`;
  const local = minute.toZonedDateTimeISO(timeZone);
  return `    timeZone: ${timeZone}\n    schedule: {cron: "${local.minute} ${local.hour} * * *"}\n`;
}
