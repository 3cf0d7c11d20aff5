import type { NewsletterView } from '../../pages/layout-scope.ts';
import { consentText } from '../forms/consent-text.ts';
import { makeFormToken } from '../forms/form-token.ts';
import { type FieldProblem, TRAP_FIELD } from '../forms/read-sign-up.ts';
import type { Site } from './site.ts';

/** Which form: kept with the consent. */
export const FORM_SOURCES = ['home', 'subscribe', 'embedded'] as const;

export type FormSource = (typeof FORM_SOURCES)[number];

/** What is wrong with a form. */
export type FormProblem = FieldProblem | 'too_soon' | 'old_form' | 'no_proof';

/** The field that is to be mended; other problems are of no field. */
const FIELD_OF: Partial<Record<FormProblem, 'address' | 'newsletters'>> = {
  no_address: 'address',
  wrong_address: 'address',
  no_newsletter: 'newsletters',
};

export interface SignUpFormState {
  readonly source: FormSource;
  /** What can be chosen from; with one, the form is for that. */
  readonly offered: readonly NewsletterView[];
  /** Ids. */
  readonly chosen?: readonly string[];
  /** As it was typed. */
  readonly address?: string;
  readonly problems?: readonly FormProblem[];
  /** That of the form as it came in, where it is still good. */
  readonly token?: string;
}

/** What `sign-up-form.liquid` knows as `form`. */
export function signUpForm(site: Site, state: SignUpFormState): object {
  const { texts, common, deps } = site;
  const { source, offered, chosen = [], address = '', problems = [] } = state;
  return {
    ...{ source, address, trap: TRAP_FIELD },
    token: state.token ?? makeFormToken(deps),
    which: texts.text('site.form.which'),
    choices: offered.map((newsletter) => ({
      ...newsletter,
      is_checked: chosen.includes(newsletter.id),
      note: null,
    })),
    label: texts.text('site.form.address'),
    button: texts.text('site.form.button'),
    consent: consentText(texts, common, offered),
    proof_bits: deps.config.web.signUp.proofOfWork,
    ...problemsOf(site, problems),
  };
}

/** What `problems.liquid` and the fields know of what is to be mended. */
export function problemsOf({ texts }: Site, problems: readonly FormProblem[]): object {
  const told = problems.map((problem) => ({
    text: texts.text(`site.problem.${problem}`),
    field: FIELD_OF[problem] ?? null,
  }));
  const of = (field: string) => told.find((problem) => problem.field === field)?.text ?? null;
  return { problems: told, errors: { address: of('address'), newsletters: of('newsletters') } };
}
