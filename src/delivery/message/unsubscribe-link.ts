import type { NewsletterSettings } from '../../settings/settings.ts';
import { seal, unseal } from './signed-token.ts';

/** The subscription that an unsubscribe link ends. */
export interface UnsubscribeToken {
  readonly newsletter: string;
  readonly subscriberId: string;
}

// Links in inboxes contain it: never change it.
const PURPOSE = 'broadsheet unsubscribe 1';

/**
 * The target of the unsubscribe link in the newsletter's mail: a page of the service, or, if there
 * is none, a mail to `unsubscribeMail` (RFC 6068).
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

/** The URL of an unsubscribe mail, with `token`, which identifies the subscriber. */
export function unsubscribeMailto(newsletter: NewsletterSettings, token: string): string {
  return mailtoUrl(newsletter.unsubscribeMail, `unsubscribe ${token}`);
}

/** The URL of a mail to `address` (RFC 6068). */
export function mailtoUrl(address: string, subject?: string): string {
  const query = subject === undefined ? '' : `?subject=${encodeURIComponent(subject)}`;
  return `mailto:${encodeURI(address).replaceAll('?', '%3F')}${query}`;
}

/**
 * The URL that ends the subscription of `token`: a page with one button; a POST ends it at once
 * (RFC 8058).
 */
export function unsubscribeUrlOf(serviceUrl: string, token: string): string {
  return `${serviceUrl}unsubscribe/${token}`;
}

/**
 * The token of newsletter and subscriber (`seal`). It can be read as long as one of `secrets` is
 * known. It never expires: by law a reader has years to unsubscribe. Throws a `BroadsheetError`
 * (config) if there is no secret.
 */
export function unsubscribeToken(whom: UnsubscribeToken, secrets: readonly string[]): string {
  return seal(PURPOSE, [whom.newsletter, whom.subscriberId], secrets);
}

/**
 * The newsletter and subscriber that a mail to `unsubscribeMail` names in its subject
 * (`unsubscribeMailto`), also in an answer to it; undefined if it has no token that one of `secrets`
 * signed. Never throws.
 */
export function readUnsubscribeSubject(
  subject: string,
  secrets: readonly string[],
): UnsubscribeToken | undefined {
  for (const word of subject.slice(0, LONGEST_SUBJECT).split(/[^\w.-]+/)) {
    const whom = readUnsubscribeToken(word, secrets);
    if (whom !== undefined) return whom;
  }
  return undefined;
}

// One from outside may have any length.
const LONGEST_SUBJECT = 2000;

/**
 * The newsletter and subscriber of a link's token; undefined if none of `secrets` signed it. Never
 * throws.
 */
export function readUnsubscribeToken(
  token: string,
  secrets: readonly string[],
): UnsubscribeToken | undefined {
  const [newsletter, subscriberId] = unseal(PURPOSE, token, secrets) ?? [];
  if (newsletter === undefined || subscriberId === undefined) return undefined;
  return { newsletter, subscriberId };
}
