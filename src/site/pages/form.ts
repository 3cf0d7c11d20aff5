import type { FastifyReply } from 'fastify';
import type { NewsletterView } from '../../pages/layout-scope.ts';
import { type FieldProblem, makeFormToken, TRAP_FIELD } from '../forms.ts';
import { type Site, sendPersonal } from './site.ts';

// What the pages with a form share: the form's variables, its problems, and the page after it.

/** The names of the forms, stored with the consent. */
export const FORM_SOURCES = ['home', 'subscribe', 'embedded'] as const;

/** A problem of a form. */
export type FormProblem = FieldProblem | 'too_soon' | 'old_form' | 'no_proof';

/** The field that the user has to correct. Other problems belong to no field. */
const FIELD_OF: Partial<Record<FormProblem, 'address' | 'newsletters'>> = {
  no_address: 'address',
  wrong_address: 'address',
  no_newsletter: 'newsletters',
};

export interface SignUpFormState {
  readonly source: (typeof FORM_SOURCES)[number];
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
  const { texts, deps } = site;
  const { source, offered, chosen = [], address = '', problems = [] } = state;
  return {
    source,
    address,
    trap: TRAP_FIELD,
    token: state.token ?? makeFormToken(deps),
    which: texts.text('site.form.which'),
    choices: offered.map((newsletter) => ({
      ...newsletter,
      is_checked: chosen.includes(newsletter.id),
      note: null,
    })),
    label: texts.text('site.form.address'),
    button: texts.text('site.form.button'),
    consent: consentText(site, offered),
    proof_bits: deps.config.web.signUp.proofOfWork,
    ...problemsOf(site, problems),
  };
}

/**
 * The text beside the button. It is stored as the text that people agreed to. `offered`: the newsletters
 * that the form offers, or the only one.
 */
export function consentText(
  { texts, common }: Site,
  [only, ...others]: readonly NewsletterView[],
): string {
  const publisher = common.site.title;
  return only === undefined || others.length > 0
    ? texts.text('site.form.consent_several', { publisher })
    : texts.text('site.form.consent', { publisher, newsletter: only.name });
}

/** The problems to correct, for `problems.liquid` and the fields. */
export function problemsOf({ texts }: Site, problems: readonly FormProblem[]): object {
  const list = problems.map((problem) => ({
    text: texts.text(`site.problem.${problem}`),
    field: FIELD_OF[problem] ?? null,
  }));
  const of = (field: string) => list.find((problem) => problem.field === field)?.text ?? null;
  return { problems: list, errors: { address: of('address'), newsletters: of('newsletters') } };
}

/** The title of a page with a form. Screen readers read it first: it says if there are problems. */
export function formTitle(
  { texts }: Site,
  heading: string,
  problems: readonly FormProblem[] = [],
): string {
  return problems.length === 0 ? heading : texts.text('site.problem.title', { title: heading });
}

/**
 * Shows that a mail is on its way. The page is the same for known and unknown addresses. `again`: path of
 * the form.
 */
export function sendInbox(
  reply: FastifyReply,
  site: Site,
  requested: 'sign_up' | 'preferences' | 'new_address',
  { address, again }: { readonly address: string; readonly again: string },
): FastifyReply {
  const text = (key: string) => site.texts.text(`site.inbox.${key}`);
  const steps = [text(`${requested}_step_1`), text(`${requested}_step_2`)];
  const scope = { address, again, text: text(requested), steps };
  return sendPersonal(reply, site, { name: 'inbox', scope });
}
