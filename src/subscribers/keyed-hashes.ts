import { createHmac } from 'node:crypto';
import { addressKey, type EmailAddress, earlierKeys, mailboxKey } from '../kernel/email-address.ts';

// What stands for personal data that is not kept: HMAC-SHA256 by the database's own key
// (`identity.hash_key`), 43 characters. Without the key nobody can tell whose it is.

/** What the journal has in place of an address; the same for every spelling of a mailbox. */
export function hashAddress(key: string, address: EmailAddress): string {
  return createHmac('sha256', key).update(addressKey(address)).digest('base64url');
}

/**
 * All that the journal may have in place of an address: what it has today first, then what earlier
 * versions made of other spellings of the mailbox.
 */
export function hashesOfAddress(key: string, address: EmailAddress): readonly string[] {
  const hash = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  return [hashAddress(key, address), ...earlierKeys(address).map(hash)];
}

/** What mails are counted by; the same for every sub-address of a mailbox. */
export function hashMailbox(key: string, address: EmailAddress): string {
  return createHmac('sha256', key).update(mailboxKey(address)).digest('base64url');
}

/** What the record of consent has in place of an IP address. */
export function hashIp(key: string, ip: string): string {
  return createHmac('sha256', key).update(`ip ${ip.toLowerCase()}`).digest('base64url');
}
