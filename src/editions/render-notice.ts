import type { EmailAddress } from '../model/email-address.ts';
import { oneLine } from '../model/one-line.ts';
import type { NewsletterSettings, SiteSettings } from '../model/settings.ts';
import { newsletterScope } from './digest-scope.ts';
import { renderLiquid } from './render-liquid.ts';
import { renderMjml } from './render-mjml.ts';
import type { Template, Templates } from './templates.ts';

/** A mail to one person about their subscription. */
export interface Notice {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export interface NoticeInput {
  readonly templates: Templates;
  readonly newsletter: NewsletterSettings;
  readonly site: Pick<SiteSettings, 'title' | 'url'>;
  readonly address: EmailAddress;
}

/**
 * The mail that asks whether someone really signed up. Nothing that the form's sender wrote is in
 * it but the address. `confirmUrl` leads to a page with a button. Throws a `BroadsheetError`
 * (config) for a broken template.
 */
export async function renderConfirmation(
  input: NoticeInput & { readonly confirmUrl: string },
): Promise<Notice> {
  const { templates, newsletter, confirmUrl } = input;
  const subject = `Please confirm: ${oneLine(newsletter.name)}`;
  return render(input, subject, templates.confirmMjml, templates.confirmText, {
    confirm_url: confirmUrl,
  });
}

/** The mail to someone who has just confirmed. Throws as `renderConfirmation` does. */
export async function renderWelcome(
  input: NoticeInput & { readonly archiveUrl: string; readonly unsubscribeUrl: string },
): Promise<Notice> {
  const { templates, newsletter, archiveUrl, unsubscribeUrl } = input;
  const subject = `Welcome to ${oneLine(newsletter.name)}`;
  return render(input, subject, templates.welcomeMjml, templates.welcomeText, {
    archive_url: archiveUrl,
    unsubscribe_url: unsubscribeUrl,
  });
}

async function render(
  { newsletter, site, address }: NoticeInput,
  subject: string,
  mjml: Template,
  text: Template,
  links: Readonly<Record<string, string>>,
): Promise<Notice> {
  const scope = { ...newsletterScope(newsletter, site), subject, address, ...links };
  return {
    subject,
    html: await renderMjml(mjml, scope),
    text: `${renderLiquid(text, scope, 'text').trim()}\n`,
  };
}
