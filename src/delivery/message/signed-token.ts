import { seal, unseal } from './seal.ts';

/**
 * What a token allows its holder to do. `confirm`: confirm a sign-up; `undo`: come back after
 * leaving; `preferences`: see and change their subscriptions; `new-address`: confirm a new address;
 * `approve`: release an edition; `form`: submit a form that was made for them; `probe`: see which
 * service answers.
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
 * A token for one purpose. With any of the secrets its `fields` can be read; the first secret
 * signs. Contains no characters that a URL changes. Without `expiresAt` it is valid for ever.
 * Throws a `BroadsheetError` (config) if there is no secret.
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
 * The fields of a token that was signed for `purpose` with one of `secrets`; `expired` if it was
 * valid, but has expired at `now`; undefined for any other text. Never throws.
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

/** Never equal to that of an unsubscribe token, whose fields begin differently. */
function contextOf(purpose: TokenPurpose): string {
  return `broadsheet token ${purpose} 1`;
}
