import type { SubscriptionStatus } from '../../src/database/states.ts';
import {
  type ImportOptions,
  importSubscribers,
} from '../../src/subscribers/import/import-subscribers.ts';
import { listSubscribers } from '../../src/subscribers/list-subscribers.ts';
import type { Subscriber } from '../../src/subscribers/subscriber.ts';
import type { TestSite } from './test-site.ts';

/** Imports `text` as the file `people.csv`, in small pieces, as a slow pipe gives them. */
export function importText(
  testSite: TestSite,
  text: string | Buffer,
  options: Partial<ImportOptions> = {},
) {
  const bytes = Buffer.from(text);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 7919) yield bytes.subarray(at, at + 7919);
  }
  return importSubscribers(testSite.deps, { source: 'people.csv', bytes: pieces(), ...options });
}

/** All subscribers, by address. */
export async function everyone(testSite: TestSite): Promise<readonly Subscriber[]> {
  const pages = await Array.fromAsync(listSubscribers(testSite.deps, {}));
  return pages.flat();
}

/** The status of all subscribers, by address. */
export async function statuses(testSite: TestSite): Promise<Record<string, SubscriptionStatus>> {
  const people = await everyone(testSite);
  return Object.fromEntries(people.map((person) => [person.address, person.status]));
}

export async function collect(pieces: AsyncIterable<string>): Promise<string> {
  return (await Array.fromAsync(pieces)).join('');
}
