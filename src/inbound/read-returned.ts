import { once } from 'node:events';
import type { ServicePart } from '../delivery/send-dependencies.ts';
import { BroadsheetError } from '../kernel/errors.ts';
import type { EventLog } from '../kernel/log.ts';
import { backoff } from '../kernel/retry-delay.ts';
import { sleep } from '../kernel/sleep.ts';
import { checkSplitBrain } from '../recovery/split-brain-guard.ts';
import type { Config } from '../settings/config.ts';
import { openListener } from './listen.ts';
import { openImap } from './sources/imap.ts';
import type { MailSource, SourceMail, Take } from './sources/mail-source.ts';
import { openMaildir } from './sources/maildir.ts';
import { openMbox } from './sources/mbox.ts';
import { type InboundDependencies, takeMail } from './take-mail.ts';

/** After an error; doubled each time. */
const FIRST_PAUSE_MS = 15_000;
const MOST_PAUSE_MS = 600_000;

/** Whether the config says where mail comes back to. */
export function hasInbound({ inbound }: Config): boolean {
  const { imap, maildir, mbox, listen } = inbound;
  return [imap, maildir, mbox, listen].some((place) => place !== undefined);
}

/**
 * The part of the service that reads what comes back, from each source by itself: an error in one does not
 * delay the others. While the database is on hold, nothing is read: another copy may be reading it.
 */
export const readReturned: ServicePart = async (deps, signal) => {
  const { inbound } = deps.config;
  await Promise.all([
    ...sourcesOf(deps).map((source) => keepReading(deps, source, signal)),
    ...(inbound.listen === undefined ? [] : [keepListening(deps, signal)]),
  ]);
  if (!signal.aborted) await once(signal, 'abort');
};

/**
 * Reads everything that is there now, once. Returns how many mails were read. Throws the first error, after
 * all sources were tried.
 */
export async function readReturnedOnce(
  deps: InboundDependencies,
  signal: AbortSignal,
): Promise<number> {
  let mails = 0;
  const errors: unknown[] = [];
  for (const source of sourcesOf(deps)) {
    const take = guarded(deps, source.name);
    try {
      await source.read(async (mail) => {
        await take(mail);
        mails += 1;
      }, signal);
    } catch (error) {
      errors.push(error);
    } finally {
      await source.close();
    }
  }
  if (errors.length > 0) throw errors[0];
  return mails;
}

function sourcesOf({
  config,
  store,
  machineClock: clock,
}: InboundDependencies): readonly MailSource[] {
  const { imap, imapPassword, maildir, mbox } = config.inbound;
  return [
    ...(imap === undefined ? [] : [openImap(imap, { store, password: imapPassword })]),
    ...(maildir === undefined ? [] : [openMaildir(maildir)]),
    ...(mbox === undefined ? [] : [openMbox(mbox, { store, clock })]),
  ];
}

/** Takes mails, after a check that this database may: a mail that a copy takes is lost to the real one. */
export function guarded(deps: InboundDependencies, source: string): Take {
  let isChecked = false;
  return async ({ recipients = [], ...mail }: SourceMail) => {
    if (!isChecked) await checkSplitBrain(deps);
    isChecked = true;
    await takeMail(deps, { ...mail, recipients, source, at: deps.clock() });
  };
}

type Dependencies = InboundDependencies & { readonly log: EventLog };

async function keepReading(
  deps: Dependencies,
  source: MailSource,
  signal: AbortSignal,
): Promise<void> {
  let troubles = 0;
  let last = '';
  while (!signal.aborted) {
    let mails = 0;
    const take = guarded(deps, source.name);
    try {
      await source.read(async (mail) => {
        await take(mail);
        mails += 1;
      }, signal);
      troubles = 0;
      last = '';
      if (mails > 0) deps.log.event('returned mail read', { source: source.name, mails });
      await source.wait(signal);
    } catch (error) {
      // Once: a database may be on hold for hours.
      if (String(error) !== last) {
        logTrouble(deps.log, 'returned mail cannot be read', error, source.name);
      }
      last = String(error);
      await source.close();
      await sleep(backoff(FIRST_PAUSE_MS, troubles, MOST_PAUSE_MS), signal);
      troubles += 1;
    }
  }
  await source.close();
}

async function keepListening(deps: Dependencies, signal: AbortSignal): Promise<void> {
  const { listen } = deps.config.inbound;
  if (listen === undefined) return;
  const take: Take = async (mail) => {
    try {
      await guarded(deps, 'listener')(mail);
    } catch (error) {
      logTrouble(deps.log, 'a returned mail cannot be stored', error, 'listener');
      throw error;
    }
  };
  let troubles = 0;
  while (!signal.aborted) {
    try {
      const listener = await openListener(deps.config, listen, take);
      const { host, protocol } = listen;
      deps.log.event('listening for returned mail', { protocol, host, port: listener.port });
      if (!signal.aborted) await once(signal, 'abort');
      await listener.close();
    } catch (error) {
      logTrouble(deps.log, 'returned mail cannot be received', error, 'listener');
      await sleep(backoff(FIRST_PAUSE_MS, troubles, MOST_PAUSE_MS), signal);
      troubles += 1;
    }
  }
}

function logTrouble(log: EventLog, message: string, error: unknown, source: string): void {
  if (error instanceof BroadsheetError) log.trouble(`${message}: ${error.message}`, { source });
  else log.failure(message, error, { source });
}
