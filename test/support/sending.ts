import type { TestContext } from 'node:test';
import { deliverEdition } from '../../src/delivery/run/deliver-edition.ts';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import type { SendOptions, SendReport } from '../../src/delivery/run/send-report.ts';
import { settleLedger } from '../../src/delivery/run/settle-ledger.ts';
import type { SendDependencies } from '../../src/delivery/send-dependencies.ts';
import { type Clock, stoppedClock, systemClock } from '../../src/kernel/clock.ts';
import type { Config } from '../../src/settings/config.ts';
import type { NewsletterSettings, RelayAccount } from '../../src/settings/settings.ts';
import { cleanUpAfter } from './clean-up-after.ts';
import { type Inbox, type InboxOptions, openInbox } from './inbox.ts';
import { NEWSLETTER, type TestSite } from './test-site.ts';

/** The machine's clock, as far off as it is set. */
export interface MachineClock {
  readonly clock: Clock;
  move(milliseconds: number): void;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** A machine's clock that is right until it is moved; one that `stands` goes on only where it is moved. */
export function openMachineClock({ stands = false } = {}): MachineClock {
  let offset = 0;
  const clock = stands ? stoppedClock(systemClock()) : systemClock;
  return {
    clock: () => clock().add({ milliseconds: offset }),
    move(milliseconds) {
      offset += milliseconds;
    },
  };
}

/** `count` readers, `reader0@example.org` and so on. */
export function readers(count: number, domain = 'example.org'): readonly string[] {
  return Array.from({ length: count }, (_, index) => `reader${index}@${domain}`);
}

/** Another relay, until the test ends. */
export async function openOtherInbox(t: TestContext, options?: InboxOptions): Promise<Inbox> {
  const inbox = await openInbox(options);
  cleanUpAfter(t, () => inbox.close());
  return inbox;
}

/** An account at the relay of an inbox. */
export function accountAt(
  { url }: Pick<Inbox, 'url'>,
  changes: Partial<RelayAccount> = {},
): RelayAccount {
  return {
    id: new URL(url).host,
    url,
    weight: 1,
    connections: 2,
    keepsSender: true,
    ehloName: 'press.example',
    ...changes,
  };
}

/** What the test site sends with, changed; `newsletter` is what differs in its newsletter. */
export function changed(
  { deps }: TestSite,
  changes: Partial<Config> & {
    readonly newsletter?: Partial<NewsletterSettings>;
    readonly machineClock?: Clock;
  },
): SendDependencies {
  const { newsletter = {}, machineClock = deps.machineClock, ...config } = changes;
  const newsletters = deps.config.newsletters.map((each) => ({ ...each, ...newsletter }));
  return { ...deps, machineClock, config: { ...deps.config, newsletters, ...config } };
}

/** Prepares and delivers, as `send --yes` does. Throws where there is nothing to send. */
export async function sendWith(
  deps: SendDependencies,
  options: SendOptions & { readonly edition?: string } = {},
  signal?: AbortSignal,
): Promise<SendReport> {
  for (const newsletter of deps.config.newsletters) await settleLedger(deps, newsletter);
  const prepared = await prepareSend(deps, { newsletter: NEWSLETTER, ...options });
  if (prepared.kind !== 'ready') throw new Error(`there is nothing to send: ${prepared.kind}`);
  return deliverEdition(deps, prepared, signal);
}
