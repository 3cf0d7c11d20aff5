import { type EmailAddress, parseEmailAddress } from '../../kernel/email-address.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import type { FormFields } from './form-fields.ts';

/** The honeypot field that people do not see. Browsers do not fill in a field with this name. */
export const TRAP_FIELD = 'subject_matter';

/** A problem of a field, by its key below `site.problem.`. */
export type FieldProblem = 'no_address' | 'wrong_address' | 'no_newsletter';

/** An address as a user typed it into a form. */
export interface TypedAddress {
  readonly typed: string;
  readonly address: EmailAddress | undefined;
  readonly problems: readonly FieldProblem[];
}

/** A submitted sign-up form. */
export interface SignUpForm extends TypedAddress {
  /** Ids of offered newsletters. */
  readonly newsletters: readonly string[];
  /** Whether a program filled in the hidden field. */
  readonly isTrapped: boolean;
}

/**
 * Reads a sign-up from a form or JSON. If only one newsletter is offered, the sign-up is for that one.
 * Newsletters that are not offered are ignored.
 */
export function readSignUp(
  fields: FormFields,
  offered: readonly Pick<NewsletterSettings, 'id'>[],
): SignUpForm {
  const { problems, ...address } = readAddress(fields);
  const ids = offered.map(({ id }) => id);
  const named = fields.all('newsletters');
  const meant = named.length === 0 && ids.length === 1 ? ids : named;
  const newsletters = ids.filter((id) => meant.includes(id));
  return {
    ...{ ...address, newsletters, isTrapped: fields.one(TRAP_FIELD) !== '' },
    problems: newsletters.length === 0 ? ['no_newsletter', ...problems] : problems,
  };
}

/** Reads the field `address`. */
export function readAddress(fields: FormFields): TypedAddress {
  const typed = fields.one('address');
  if (typed === '') return { typed, address: undefined, problems: ['no_address'] };
  const parsed = parseEmailAddress(typed);
  if ('address' in parsed) return { typed, address: parsed.address, problems: [] };
  return { typed, address: undefined, problems: ['wrong_address'] };
}
