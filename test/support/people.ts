import type { SubscriptionStatus } from '../../src/database/states.ts';
import {
  type ImportOptions,
  importSubscribers,
} from '../../src/subscribers/import/import-subscribers.ts';
import { listSubscribers } from '../../src/subscribers/list-subscribers.ts';
import type { Subscriber } from '../../src/subscribers/subscriber.ts';
import type { Paper } from './paper.ts';

/** Imports `text` as the file `people.csv`, in small pieces, as a slow pipe gives them. */
export function importText(
  paper: Paper,
  text: string | Buffer,
  options: Partial<ImportOptions> = {},
) {
  const bytes = Buffer.from(text);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 7919) yield bytes.subarray(at, at + 7919);
  }
  return importSubscribers(paper.deps, { source: 'people.csv', bytes: pieces(), ...options });
}

/** All subscribers, by address. */
export async function everyone(paper: Paper): Promise<readonly Subscriber[]> {
  const pages = await Array.fromAsync(listSubscribers(paper.deps, {}));
  return pages.flat();
}

/** The status of all subscribers, by address. */
export async function statuses(paper: Paper): Promise<Record<string, SubscriptionStatus>> {
  const people = await everyone(paper);
  return Object.fromEntries(people.map((person) => [person.address, person.status]));
}

export async function collect(pieces: AsyncIterable<string>): Promise<string> {
  return (await Array.fromAsync(pieces)).join('');
}
