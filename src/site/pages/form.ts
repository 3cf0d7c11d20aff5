import type { NewsletterView } from '../../pages/layout-scope.ts';
import { consentText } from '../forms/consent-text.ts';
import { makeFormToken } from '../forms/form-token.ts';
import { type FieldProblem, TRAP_FIELD } from '../forms/read-sign-up.ts';
import type { Site } from './site.ts';

/** The names of the forms, stored with the consent. */
export const FORM_SOURCES = ['home', 'subscribe', 'embedded'] as const;

export type FormSource = (typeof FORM_SOURCES)[number];

/** A problem of a form. */
export type FormProblem = FieldProblem | 'too_soon' | 'old_form' | 'no_proof';

/** The field that the user has to correct. Other problems belong to no field. */
const FIELD_OF: Partial<Record<FormProblem, 'address' | 'newsletters'>> = {
  no_address: 'address',
  wrong_address: 'address',
  no_newsletter: 'newsletters',
};

export interface SignUpFormState {
  readonly source: FormSource;
  /** The newsletters to choose from. If there is only one, the form is for that one. */
  readonly offered: readonly NewsletterView[];
  /** Ids. */
  readonly chosen?: readonly string[];
  /** As the user typed it. */
  readonly address?: string;
  readonly problems?: readonly FormProblem[];
  /** The token of the submitted form, if it is still valid. */
  readonly token?: string;
}

/** The variable `form` of `sign-up-form.liquid`. */
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

/** The problems to correct, for `problems.liquid` and the fields. */
export function problemsOf({ texts }: Site, problems: readonly FormProblem[]): object {
  const told = problems.map((problem) => ({
    text: texts.text(`site.problem.${problem}`),
    field: FIELD_OF[problem] ?? null,
  }));
  const of = (field: string) => told.find((problem) => problem.field === field)?.text ?? null;
  return { problems: told, errors: { address: of('address'), newsletters: of('newsletters') } };
}
