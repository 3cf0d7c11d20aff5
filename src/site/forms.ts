import { createHash } from 'node:crypto';
import { readToken, signToken } from '../delivery/message/signed-token.ts';
import type { Clock } from '../kernel/clock.ts';
import { type EmailAddress, parseEmailAddress } from '../kernel/email-address.ts';
import { TRAP_FIELD } from '../pages/sign-up-form.ts';
import type { Config } from '../settings/config.ts';
import type { NewsletterSettings } from '../settings/settings.ts';

export type FormFields = ReturnType<typeof formFields>;

/**
 * The fields of a form or of a JSON body from Fastify's parser, trimmed. The body may be anything. A field
 * that is missing or not text is ''. A form sends several values of a field as a list, and one as text.
 */
export function formFields(body: unknown) {
  const record: object = typeof body === 'object' && body !== null ? body : {};
  const all = (name: string) => {
    const value: unknown = Object.hasOwn(record, name) ? record[name as never] : undefined;
    return (Array.isArray(value) ? value : [value])
      .filter((each) => typeof each === 'string')
      .map((each) => each.trim());
  };
  return { all, one: (name: string) => all(name)[0] ?? '' };
}

/** A problem of a field, by its key below `site.problem.`. */
export type FieldProblem = 'no_address' | 'wrong_address' | 'no_newsletter';

/** An address as a user typed it into a form. */
interface TypedAddress {
  readonly typed: string;
  readonly address?: EmailAddress;
  readonly problems: readonly FieldProblem[];
}

/**
 * Reads a sign-up from a form or JSON. If only one newsletter is offered, the sign-up is for that one.
 * Newsletters that are not offered are ignored. `isTrapped`: a program filled in the hidden field.
 */
export function readSignUp(
  fields: FormFields,
  offered: readonly Pick<NewsletterSettings, 'id'>[],
): TypedAddress & { readonly newsletters: readonly string[]; readonly isTrapped: boolean } {
  const { problems, ...address } = readAddress(fields);
  const ids = offered.map(({ id }) => id);
  const named = fields.all('newsletters');
  const meant = named.length === 0 && ids.length === 1 ? ids : named;
  const newsletters = ids.filter((id) => meant.includes(id));
  return {
    ...address,
    newsletters,
    isTrapped: fields.one(TRAP_FIELD) !== '',
    problems: newsletters.length === 0 ? ['no_newsletter', ...problems] : problems,
  };
}

/** Reads the field `address`. */
export function readAddress(fields: FormFields): TypedAddress {
  const typed = fields.one('address');
  if (typed === '') return { typed, problems: ['no_address'] };
  const parsed = parseEmailAddress(typed);
  if ('address' in parsed) return { typed, address: parsed.address, problems: [] };
  return { typed, problems: ['wrong_address'] };
}

/** How long a form may stay open before it is submitted. */
const GOOD_FOR_HOURS = 24;

interface FormDependencies {
  readonly config: Pick<Config, 'secrets' | 'web'>;
  readonly clock: Clock;
}

/** `expired`: too old, or not made by us. `too-soon`: no person fills in a form that fast. */
export type FormVerdict = 'good' | 'too-soon' | 'expired';

/**
 * A token for a form that is shown now. It is valid for a day and can be used many times. It stops
 * programs that submit a form without loading it. Nothing is stored about it.
 */
export function makeFormToken({ config, clock }: FormDependencies): string {
  const now = clock();
  return signToken('form', [String(now.epochMilliseconds)], {
    secrets: config.secrets,
    expiresAt: now.add({ hours: GOOD_FOR_HOURS }),
  });
}

/** Judges the token of a submitted form. Never throws. */
export function judgeFormToken(token: string, { config, clock }: FormDependencies): FormVerdict {
  const now = clock();
  const fields = readToken('form', token, { secrets: config.secrets, now });
  if (fields === undefined || fields === 'expired') return 'expired';
  const age = now.epochMilliseconds - Number(fields[0]);
  return age < config.web.signUp.minimumSeconds * 1000 ? 'too-soon' : 'good';
}

/** No real proof is longer: the script counts up from 0. */
const LONGEST_PROOF = 20;

/**
 * Whether `proof` shows that about 2^`bits` hashes were made for this form and this address. The SHA-256
 * of `token:address:proof` has to begin with `bits` zero bits. `address` as the user typed it.
 * `web-templates/site.js` searches for a proof.
 */
export function isProofOfWork(
  proof: string,
  of: { readonly token: string; readonly address: string; readonly bits: number },
): boolean {
  if (of.bits === 0) return true;
  if (proof.length === 0 || proof.length > LONGEST_PROOF) return false;
  const hash = createHash('sha256').update(`${of.token}:${of.address}:${proof}`).digest();
  // At most 24 bits, as the config's schema says.
  return hash.readUIntBE(0, 4) >>> (32 - of.bits) === 0;
}
