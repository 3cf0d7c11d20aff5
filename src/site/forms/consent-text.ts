import type { Texts } from '../../kernel/texts.ts';
import type { LayoutScope, NewsletterView } from '../../pages/layout-scope.ts';

/**
 * The words beside the button, which are kept as what people agreed to. `offered` are the
 * newsletters that the form lets people choose from, or the one that it is for.
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
