import type { NewsletterSettings } from '../../settings/settings.ts';
import { seal, unseal } from './seal.ts';

/** Whom an unsubscribe link is for. */
export interface UnsubscribeToken {
  readonly newsletter: string;
  readonly subscriberId: string;
}

// Links in inboxes have it: it stays.
const PURPOSE = 'broadsheet unsubscribe 1';

/**
 * What the link to leave leads to, in the mail of the newsletter: a page of the service, or, where
 * there is none, a mail to `unsubscribeMail` (RFC 6068).
 */
export function wayOutOf(
  newsletter: NewsletterSettings,
  serviceUrl: string | undefined,
  token: string,
): string {
  return serviceUrl === undefined
    ? unsubscribeMailto(newsletter, token)
    : unsubscribeUrlOf(serviceUrl, token);
}

/** The URL of a mail that asks to leave, with `token`, which tells whose it is. */
export function unsubscribeMailto(newsletter: NewsletterSettings, token: string): string {
  return mailtoUrl(newsletter.unsubscribeMail, `unsubscribe ${token}`);
}

/** The URL of a mail to `address` (RFC 6068). */
export function mailtoUrl(address: string, subject: string): string {
  return `mailto:${encodeURI(address).replaceAll('?', '%3F')}?subject=${encodeURIComponent(subject)}`;
}

/**
 * The address that ends the subscription of `token`: a page with one button, and by POST at once
 * (RFC 8058).
 */
export function unsubscribeUrlOf(serviceUrl: string, token: string): string {
  return `${serviceUrl}unsubscribe/${token}`;
}

/**
 * The token of newsletter and subscriber (`seal`). It says whom it is for as long as one of
 * `secrets` is known, and never expires: the law gives a reader years to leave. Throws a
 * `BroadsheetError` (config) when there is no secret.
 */
export function unsubscribeToken(whom: UnsubscribeToken, secrets: readonly string[]): string {
  return seal(PURPOSE, [whom.newsletter, whom.subscriberId], secrets);
}

/** Whom a link's token is for, or undefined when none of `secrets` signed it. Never throws. */
export function readUnsubscribeToken(
  token: string,
  secrets: readonly string[],
): UnsubscribeToken | undefined {
  const [newsletter, subscriberId] = unseal(PURPOSE, token, secrets) ?? [];
  if (newsletter === undefined || subscriberId === undefined) return undefined;
  return { newsletter, subscriberId };
}
