import { readIdentity } from '../database/identity.ts';
import type { Database } from '../database/tables.ts';
import { JOURNAL, type SubscriptionWriter } from '../subscribers/change-subscriptions.ts';
import type { Departure, Return } from '../subscribers/departure.ts';
import { hashesOfAddress } from '../subscribers/keyed-hashes.ts';
import { pageOfEveryone } from '../subscribers/queries/subscribers.ts';
import { hasLeft, type Subscriber } from '../subscribers/subscriber.ts';
import { FIRST_EVENTS, type SubscriptionEvent } from '../subscribers/subscription-events.ts';

/** A line of the journal about one person. */
export type PersonalLine =
  | (Departure & { readonly kind: 'departure' })
  | (Return & { readonly kind: 'return' });

const AT_ONCE = 500;

/**
 * Ends the subscriptions of those who left, from journal lines that the database has missed, and
 * deletes those of the erased. People who came back later stay. A bounce that was undone since does
 * not count. `lines` are in order. Returns how many subscriptions it ended.
 */
export async function endDeparted(
  db: Database,
  writer: SubscriptionWriter,
  lines: readonly PersonalLine[],
): Promise<number> {
  if (lines.length === 0) return 0;
  const { hash_key: key } = await readIdentity(db);
  const byPerson = Map.groupBy(lines, ({ newsletter, addressHash }) =>
    keyOf(newsletter, addressHash),
  );
  let ended = 0;
  for (let after = ''; ; ) {
    const page = await pageOfEveryone(db, { after, limit: AT_ONCE });
    const last = page.at(-1);
    if (last === undefined) return ended;
    after = last.id;
    const missed = page.flatMap((subscriber): Missed[] => {
      const hashes = hashesOfAddress(key, subscriber.address);
      const of = (newsletter: string | undefined) =>
        hashes.flatMap((hash) => byPerson.get(keyOf(newsletter, hash)) ?? []);
      const found = [...of(undefined), ...of(subscriber.newsletter)];
      const news = found.toSorted((one, other) => (one.at < other.at ? -1 : 1));
      return news.length === 0
        ? []
        : [{ subscriber, lines: news, changedAt: subscriber.changedAt }];
    });
    ended += await applyMissed(writer, missed);
  }
}

/** The journal's lines about one subscription. */
interface Missed {
  readonly subscriber: Subscriber;
  readonly lines: readonly PersonalLine[];
  changedAt: string;
}

async function applyMissed(writer: SubscriptionWriter, missed: readonly Missed[]): Promise<number> {
  const ended = new Set<string>();
  for (const { subscriber, lines } of missed) {
    const { id, address, changedAt } = subscriber;
    const erased = lines.findLast((line) => line.kind === 'departure' && line.status === 'erased');
    if (erased === undefined || changedAt > erased.at) continue;
    await writer.erase([address], { at: erased.at, source: JOURNAL });
    ended.add(id);
  }
  // One line of each at a time, because each line depends on the result of the one before.
  const most = Math.max(0, ...missed.map(({ lines }) => lines.length));
  for (let index = 0; index < most; index += 1) {
    const changes = missed.flatMap(({ subscriber, lines, changedAt }) => {
      const line = lines[index];
      const event = line === undefined || changedAt > line.at ? undefined : eventOf(line);
      return event === undefined ? [] : [{ id: subscriber.id, event }];
    });
    for (const { id, subscription, after } of await writer.apply(changes)) {
      const one = missed.find(({ subscriber }) => subscriber.id === id);
      if (one !== undefined) one.changedAt = after.changedAt;
      if (!hasLeft(subscription.status)) ended.add(id);
    }
  }
  return ended.size;
}

function eventOf(line: PersonalLine): SubscriptionEvent | undefined {
  const { at } = line;
  if (line.kind === 'return') return { kind: 'restored', at, source: JOURNAL };
  if (line.status === 'erased') return undefined;
  return { kind: FIRST_EVENTS[line.status], at, source: JOURNAL };
}

function keyOf(newsletter: string | undefined, addressHash: string): string {
  return `${newsletter ?? ''} ${addressHash}`;
}
