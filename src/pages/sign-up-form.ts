import type { Texts } from '../kernel/texts.ts';
import type { LayoutScope, NewsletterView } from './layout-scope.ts';

/** The honeypot field that people do not see. Browsers do not fill in a field with this name. */
export const TRAP_FIELD = 'subject_matter';

/** The names of the forms, stored with the consent. */
export const FORM_SOURCES = ['home', 'subscribe', 'embedded'] as const;

export interface FormContent {
  readonly source: (typeof FORM_SOURCES)[number];
  /** The newsletters to choose from. If there is only one, the form is for that one. */
  readonly offered: readonly NewsletterView[];
  /** Ids. */
  readonly chosen?: readonly string[];
  /** As the user typed it. */
  readonly address?: string;
  /** Empty on a page that is a file: the answer then is a page with one more button. */
  readonly token?: string;
  readonly proofBits?: number;
}

/** The variable `form` of `sign-up-form.liquid`, for a form without problems. */
export function signUpScope(texts: Texts, common: LayoutScope, content: FormContent) {
  const { source, offered, chosen = [], address = '', token = '', proofBits = 0 } = content;
  return {
    source,
    address,
    trap: TRAP_FIELD,
    token,
    which: texts.text('site.form.which'),
    choices: offered.map((newsletter) => ({
      ...newsletter,
      is_checked: chosen.includes(newsletter.id),
      note: null,
    })),
    label: texts.text('site.form.address'),
    button: texts.text('site.form.button'),
    consent: consentText(texts, common, offered),
    proof_bits: proofBits,
    problems: [],
    errors: { address: null, newsletters: null },
  };
}

/**
 * The text beside the button. It is stored as the text that people agreed to. `offered`: the newsletters
 * that the form offers, or the only one.
 */
export function consentText(
  texts: Texts,
  common: LayoutScope,
  [only, ...others]: readonly NewsletterView[],
): string {
  const publisher = common.site.title;
  return only === undefined || others.length > 0
    ? texts.text('site.form.consent_several', { publisher })
    : texts.text('site.form.consent', { publisher, newsletter: only.name });
}
