import { createHash } from 'node:crypto';
import { domainOf, type EmailAddress } from '../../kernel/email-address.ts';

/**
 * The Message-ID (RFC 5322 §3.6.4), in angle brackets, of one edition to one subscriber. It is
 * always the same: a receiver that gets a message twice can detect that. `salt` makes a different
 * one, for test sends. It does not reveal the subscriber.
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
    // The left side is dot-atom text (§3.2.3), which allows letters, digits, - and _.
    .slice(0, 24);
  return `<${edition}.${digest}@${domainOf(from)}>`;
}
