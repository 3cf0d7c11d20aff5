import { seal, unseal } from './seal.ts';

/**
 * What a token lets its holder do. `confirm`: a sign-up; `undo`: come back after leaving;
 * `preferences`: see and change what they are subscribed to; `new-address`: confirm one; `approve`:
 * release an edition; `form`: send in a form that was made for them; `probe`: see who answers.
 */
export type TokenPurpose =
  | 'confirm'
  | 'undo'
  | 'preferences'
  | 'new-address'
  | 'approve'
  | 'form'
  | 'probe';

/**
 * A token for one purpose that says `fields` to whoever knows one of the secrets: the first signs.
 * In characters that no URL changes. Without `expiresAt` it is good for ever. Throws a
 * `BroadsheetError` (config) when there is no secret.
 */
export function signToken(
  purpose: TokenPurpose,
  fields: readonly string[],
  options: { readonly secrets: readonly string[]; readonly expiresAt?: Temporal.Instant },
): string {
  const { secrets, expiresAt } = options;
  const expiry = expiresAt === undefined ? '' : String(expiresAt.epochMilliseconds);
  return seal(contextOf(purpose), [expiry, ...fields], secrets);
}

/**
 * The fields of a token that was signed for `purpose` with one of `secrets`; `expired` where that
 * was so, but is over at `now`; undefined for any other text. Never throws.
 */
export function readToken(
  purpose: TokenPurpose,
  token: string,
  options: { readonly secrets: readonly string[]; readonly now: Temporal.Instant },
): readonly string[] | 'expired' | undefined {
  const [expiry, ...fields] = unseal(contextOf(purpose), token, options.secrets) ?? [];
  if (expiry === undefined) return undefined;
  if (expiry !== '' && options.now.epochMilliseconds >= Number(expiry)) return 'expired';
  return fields;
}

/** Never that of an unsubscribe token, whose fields begin otherwise. */
function contextOf(purpose: TokenPurpose): string {
  return `broadsheet token ${purpose} 1`;
}
