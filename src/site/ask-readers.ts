import { randomUUID } from 'node:crypto';
import type { StoreDependencies } from '../database/dependencies.ts';
import { readIdentity } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { NewsletterSettings } from '../settings/settings.ts';
import { changeSubscriptions } from '../subscribers/change-subscriptions.ts';
import { hashAddress } from '../subscribers/keyed-hashes.ts';
import { insertMail } from '../subscribers/queries/mails.ts';
import {
  lastSends,
  silentSubscribers,
  unansweredSubscribers,
} from '../subscribers/queries/silent-subscribers.ts';
import { MOST_AT_ONCE } from '../subscribers/queries/subscribers.ts';

// Readers who are gone, without a pixel: who gave no sign of life during many editions is asked once, by mail.
// A sign of life is a button that somebody pressed on a page of a mailed link. Opening a page is none, because
// programs open links, too.

/** How far the subscribers of each newsletter were looked through for its newest edition, by its id. */
export type AskedSoFar = Map<
  string,
  { readonly newest: string; readonly after: string | undefined }
>;

/** Mails of one newsletter in one call. Calls are ten minutes apart: 600 an hour. */
const ASKED_AT_ONCE = 100;

const READ_AT_ONCE = 500;

/** Queues the mails that ask silent readers. Returns how many. `soFar` is kept between calls. */
export async function askReaders(deps: StoreDependencies, soFar: AskedSoFar): Promise<number> {
  let asked = 0;
  for (const newsletter of deps.config.newsletters) {
    if (newsletter.sunset !== undefined) asked += await askReadersOf(deps, newsletter, soFar);
  }
  return asked;
}

async function askReadersOf(
  deps: StoreDependencies,
  { id, language, sunset }: NewsletterSettings,
  soFar: AskedSoFar,
): Promise<number> {
  const { db } = deps.store;
  const editions = sunset?.afterEditions ?? Number.POSITIVE_INFINITY;
  const sends = await lastSends(db, id, editions);
  if (sends === undefined) return 0;
  const { newest, oldest: since } = sends;
  const before = soFar.get(id);
  // Nobody becomes silent but by a new edition.
  let after = before?.newest === newest ? before.after : '';
  let asked = 0;
  while (after !== undefined && asked < ASKED_AT_ONCE) {
    const page = { newsletter: id, editions, since, after, limit: READ_AT_ONCE };
    const { ids, last } = await silentSubscribers(db, page);
    const chosen = ids.slice(0, ASKED_AT_ONCE - asked);
    if (chosen.length > 0) await ask(deps, chosen, language);
    asked += chosen.length;
    after = chosen.length < ids.length ? chosen.at(-1) : last;
    soFar.set(id, { newest, after });
  }
  return asked;
}

async function ask(
  { config, store, clock }: StoreDependencies,
  ids: readonly string[],
  language: string,
): Promise<void> {
  const at = storedInstant(clock());
  const event = { kind: 'asked', at, source: 'sunset' } as const;
  await store.transaction(async (db) => {
    const changes = ids.map((id) => ({ id, event }));
    const asked = await changeSubscriptions(db, config, (writer) => writer.apply(changes));
    const { hash_key: key } = await readIdentity(db);
    for (const { id, subscription } of asked) {
      const { newsletter, address } = subscription;
      await insertMail(db, {
        ...{ id: randomUUID(), kind: 'still-reading', newsletter, about: id, language, at },
        ...{ address, addressHash: hashAddress(key, address), state: 'waiting' },
      });
    }
  });
}

/** Pauses the subscriptions of people who did not answer in time. Returns how many. */
export async function pauseSilent({ config, store, clock }: StoreDependencies): Promise<number> {
  const now = clock();
  let paused = 0;
  for (const { id, sunset } of config.newsletters) {
    if (sunset === undefined) continue;
    const until = storedInstant(now.subtract({ hours: 24 * sunset.pauseAfterDays }));
    const event = { kind: 'paused', at: storedInstant(now), source: 'sunset' } as const;
    for (;;) {
      const ids = await unansweredSubscribers(store.db, id, { until, limit: MOST_AT_ONCE });
      if (ids.length === 0) break;
      const changes = ids.map((each) => ({ id: each, event }));
      const applied = await store.transaction((db) =>
        changeSubscriptions(db, config, (writer) => writer.apply(changes)),
      );
      paused += applied.length;
    }
  }
  return paused;
}
