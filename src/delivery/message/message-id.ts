import { createHash } from 'node:crypto';
import { domainOf, type EmailAddress } from '../../kernel/email-address.ts';

/**
 * The Message-ID (RFC 5322 §3.6.4), in angle brackets, of one edition to one subscriber: always
 * the same, so that a receiver that gets a message twice can tell. `salt` makes another one of
 * it, for test sends. Nothing in it tells who the subscriber is.
 */
export function messageIdOf(
  edition: string,
  subscriberId: string,
  from: EmailAddress,
  salt = '',
): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([edition, subscriberId, salt]))
    .digest('base64url')
    // A left side is dot-atom text (§3.2.3): letters, digits, - and _ are.
    .slice(0, 24);
  return `<${edition}.${digest}@${domainOf(from)}>`;
}
