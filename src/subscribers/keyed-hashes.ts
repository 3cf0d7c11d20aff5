import { createHmac } from 'node:crypto';
import { addressKey, type EmailAddress, earlierKeys, mailboxKey } from '../kernel/email-address.ts';

// Hashes replace personal data that we do not keep: HMAC-SHA256 with the database's own key
// (`identity.hash_key`), 43 characters. Without the key, a hash does not identify a person.

/** The journal's hash of an address. It is equal for all spellings of a mailbox. */
export function hashAddress(key: string, address: EmailAddress): string {
  return createHmac('sha256', key).update(addressKey(address)).digest('base64url');
}

/**
 * All hashes that the journal may have for an address. The current one is first. Then come the hashes
 * that earlier versions made from other spellings of the mailbox.
 */
export function hashesOfAddress(key: string, address: EmailAddress): readonly string[] {
  const hash = (text: string) => createHmac('sha256', key).update(text).digest('base64url');
  return [hashAddress(key, address), ...earlierKeys(address).map(hash)];
}

/** The hash by which mails are counted. It is equal for all sub-addresses of a mailbox. */
export function hashMailbox(key: string, address: EmailAddress): string {
  return createHmac('sha256', key).update(mailboxKey(address)).digest('base64url');
}

/** The hash in the record of consent instead of an IP address. */
export function hashIp(key: string, ip: string): string {
  return createHmac('sha256', key).update(`ip ${ip.toLowerCase()}`).digest('base64url');
}
