import { randomUUID } from 'node:crypto';
import { storedInstant } from '../database/instants.ts';
import type { NoticeKind } from '../database/states.ts';
import type { Database } from '../database/tables.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import { hashAddress, hashMailbox } from '../subscribers/keyed-hashes.ts';
import type { NoticeFacts } from '../subscribers/notice.ts';
import { insertNotice } from '../subscribers/queries/notices.ts';
import { withinBudget } from './budgets.ts';
import { mailLanguage } from './mail-language.ts';
import type { SiteDependencies } from './site-dependencies.ts';

/** A form that requests a mail. */
export interface MailRequest {
  readonly address: EmailAddress;
  /** BCP 47. */
  readonly language: string;
  readonly ip: string;
}

/**
 * Takes a request for a mail. Whether the address gets it is decided later. `also` runs in the same
 * transaction. `busy`: this IP or all together have used up their requests for this hour.
 */
export async function askForNotice(
  deps: SiteDependencies,
  request: MailRequest & {
    readonly kind: Extract<NoticeKind, 'preferences' | 'new-address'>;
    readonly facts: NoticeFacts;
  },
  also: (db: Database) => Promise<void> = async () => {},
): Promise<'taken' | 'busy'> {
  const { kind, address, facts, ip } = request;
  const language = mailLanguage(deps.config, request.language);
  const at = storedInstant(deps.clock());
  return withinBudget(deps, ip, async (db, { key, ipHash }) => {
    const hashes = {
      addressHash: hashAddress(key, address),
      mailboxHash: hashMailbox(key, address),
    };
    await insertNotice(db, {
      ...{ id: randomUUID(), kind, address, ...hashes, ipHash, facts, language, at },
      state: 'asked',
    });
    await also(db);
  });
}
