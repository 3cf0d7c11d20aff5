import { type EmailAddress, parseEmailAddress } from '../../kernel/email-address.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import type { FormFields } from './form-fields.ts';

/** The field that people do not see. Its name is none that a browser fills in by itself. */
export const TRAP_FIELD = 'subject_matter';

/** What is wrong with a field, as `site.problem.` calls it. */
export type FieldProblem = 'no_address' | 'wrong_address' | 'no_newsletter';

/** An address as it was typed into a form. */
export interface TypedAddress {
  readonly typed: string;
  readonly address: EmailAddress | undefined;
  readonly problems: readonly FieldProblem[];
}

/** A sign-up form as it came in. */
export interface SignUpForm extends TypedAddress {
  /** Ids of newsletters that are offered. */
  readonly newsletters: readonly string[];
  /** Whether a program filled in what people do not see. */
  readonly isTrapped: boolean;
}

/**
 * The fields of a sign-up, of a form or of JSON. Where one newsletter is offered, it is the one that
 * is meant; newsletters that are not offered are as good as none.
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

/** The field called `address`. */
export function readAddress(fields: FormFields): TypedAddress {
  const typed = fields.one('address');
  if (typed === '') return { typed, address: undefined, problems: ['no_address'] };
  const parsed = parseEmailAddress(typed);
  if ('address' in parsed) return { typed, address: parsed.address, problems: [] };
  return { typed, address: undefined, problems: ['wrong_address'] };
}
