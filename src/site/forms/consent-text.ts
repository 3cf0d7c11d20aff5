import type { Texts } from '../../kernel/texts.ts';
import type { LayoutScope, NewsletterView } from '../../pages/layout-scope.ts';

/**
 * The text beside the button. It is stored as the text that people agreed to. `offered`: the newsletters
 * that the form offers, or the only one.
 */
export function consentText(
  texts: Texts,
  { site }: Pick<LayoutScope, 'site'>,
  offered: readonly NewsletterView[],
): string {
  const [only, ...others] = offered;
  if (only === undefined || others.length > 0) {
    return texts.text('site.form.consent_several', { publisher: site.title });
  }
  return texts.text('site.form.consent', { publisher: site.title, newsletter: only.name });
}
