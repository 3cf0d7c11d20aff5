import { randomUUID } from 'node:crypto';
import { clientNetwork } from '../../model/client-network.ts';
import type { EmailAddress } from '../../model/email-address.ts';
import type { NoticeFacts, NoticeKind } from '../../model/notice.ts';
import { lockIdentity } from '../../store/identity.ts';
import { storedInstant } from '../../store/instants.ts';
import { insertNotice } from '../../store/notices.ts';
import type { Database } from '../../store/tables.ts';
import { hashAddress, hashIp } from '../subscribers/keyed-hashes.ts';
import { hasRoomForRequest } from './budgets.ts';
import { mailLanguage } from './mail-language.ts';
import type { SiteDependencies } from './site-dependencies.ts';

/** A form that asks for a mail. */
export interface MailRequest {
  readonly address: EmailAddress;
  /** BCP 47. */
  readonly language: string;
  readonly ip: string;
}

/**
 * Takes a request for a mail, of which it is decided later whether the address gets it; false where
 * what this IP, or all, may ask for within an hour is used up. In the transaction `db`.
 */
export async function askForNotice(
  { config, clock }: SiteDependencies,
  db: Database,
  request: MailRequest & {
    readonly kind: Extract<NoticeKind, 'preferences' | 'new-address'>;
    readonly facts: NoticeFacts;
  },
): Promise<boolean> {
  const now = clock();
  const { kind, address, facts, ip } = request;
  const language = mailLanguage(config, request.language);
  const { hash_key: key } = await lockIdentity(db);
  const ipHash = hashIp(key, clientNetwork(ip));
  if (!(await hasRoomForRequest(db, config.web.signUp, { ipHash, now }))) return false;
  const addressHash = hashAddress(key, address);
  const at = storedInstant(now);
  await insertNotice(db, {
    ...{ id: randomUUID(), kind, address, addressHash, ipHash, facts, language, at },
    state: 'asked',
  });
  return true;
}
