import { seal, unseal } from './seal.ts';

/** Whom an unsubscribe link is for. */
export interface UnsubscribeToken {
  readonly newsletter: string;
  readonly subscriberId: string;
}

// Links in inboxes have it: it stays.
const PURPOSE = 'broadsheet unsubscribe 1';

/**
 * The address that ends the subscription: a page with one button, and by POST at once (RFC 8058).
 * Its last part is the token of `unsubscribeToken`. Throws as that does.
 */
export function unsubscribeUrl(input: {
  /** Ends with `/`. */
  readonly publicUrl: string;
  readonly subscriberId: string;
  readonly newsletter: string;
  /** The first signs. */
  readonly secrets: readonly string[];
}): string {
  return unsubscribeUrlOf(input.publicUrl, unsubscribeToken(input, input.secrets));
}

/** The same of a token that is made already. */
export function unsubscribeUrlOf(publicUrl: string, token: string): string {
  return `${publicUrl}unsubscribe/${token}`;
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
