import type { FastifyReply } from 'fastify';
import { type FormContent, signUpScope } from '../../pages/sign-up-form.ts';
import { type FieldProblem, makeFormToken } from '../forms.ts';
import { type Site, sendPersonal, sendWithAddress } from './site.ts';

// What the pages with a form share: the form's variables, its problems, and the page after it.

/** A problem of a form. */
export type FormProblem = FieldProblem | 'too_soon' | 'old_form' | 'no_proof';

/** The field that the user has to correct. Other problems belong to no field. */
const FIELD_OF: Partial<Record<FormProblem, 'address' | 'newsletters'>> = {
  no_address: 'address',
  wrong_address: 'address',
  no_newsletter: 'newsletters',
};

export interface SignUpFormState extends Omit<FormContent, 'proofBits'> {
  readonly problems?: readonly FormProblem[];
}

/** The variable `form` of `sign-up-form.liquid`. `token`: that of the submitted form, if still valid. */
export function signUpForm(site: Site, { problems = [], ...state }: SignUpFormState): object {
  const { texts, common, deps } = site;
  const token = state.token ?? makeFormToken(deps);
  const proofBits = deps.config.web.signUp.proofOfWork;
  return {
    ...signUpScope(texts, common, { ...state, token, proofBits }),
    ...problemsOf(site, problems),
  };
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
  const pageFor = (shown: string) => {
    const text = (key: string) => site.texts.text(`site.inbox.${key}`);
    const steps = [text(`${requested}_step_1`), text(`${requested}_step_2`)];
    const scope = { address: shown, again, text: text(requested), steps };
    return { name: 'inbox' as const, scope };
  };
  // Its link to the form has a token, and templates may show no address if there is none.
  if (requested === 'new_address' || address === '') {
    return sendPersonal(reply, site, pageFor(address));
  }
  return sendWithAddress(reply, site, requested, address, pageFor);
}
