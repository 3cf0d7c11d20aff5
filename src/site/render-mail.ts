import type { NoticeKind } from '../../database/states.ts';
import { newsletterScope } from '../../editions/digest/digest-scope.ts';
import { renderMjml } from '../../editions/digest/render-mjml.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import { oneLine } from '../../kernel/one-line.ts';
import { textDirection } from '../../kernel/text-direction.ts';
import type { Texts } from '../../kernel/texts.ts';
import type { NewsletterSettings, SiteSettings } from '../../settings/settings.ts';
import { renderLiquid } from '../../templates/render-liquid.ts';
import type { Templates } from '../../templates/templates.ts';

/** A mail to one person about their subscription. */
export interface Notice {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export interface NoticeInput {
  readonly kind: NoticeKind;
  readonly templates: Templates;
  readonly texts: Texts;
  /** Its newsletters. The mail has the look of the first one. */
  readonly newsletters: readonly [NewsletterSettings, ...NewsletterSettings[]];
  readonly site: Pick<SiteSettings, 'title' | 'url'>;
  readonly address: EmailAddress;
  /** The target of its button: a page with another button. */
  readonly url?: string;
  readonly unsubscribeUrl?: string;
}

export const NOTICE_KINDS: readonly NoticeKind[] = [
  'confirm',
  'already',
  'welcome',
  'preferences',
  'new-address',
  'address-changed',
];

interface Words {
  /** The key of its texts below `mail`. */
  readonly key: string;
  /** Texts that exist besides subject and body. */
  readonly button: boolean;
  readonly remark: boolean;
  /** Whether the mail comes from the site, not from a newsletter. */
  readonly ofSite: boolean;
}

const WORDS: Readonly<Record<NoticeKind, Words>> = {
  confirm: { key: 'confirm', button: true, remark: true, ofSite: false },
  already: { key: 'already', button: true, remark: true, ofSite: false },
  welcome: { key: 'welcome', button: true, remark: false, ofSite: false },
  preferences: { key: 'preferences', button: true, remark: true, ofSite: true },
  'new-address': { key: 'newAddress', button: true, remark: true, ofSite: true },
  'address-changed': { key: 'addressChanged', button: false, remark: true, ofSite: true },
};

/**
 * A mail of the given kind, in the language of `texts`. It contains nothing from the form's sender except
 * the address. Throws a `BroadsheetError` (config) for a broken template.
 */
export async function renderNotice(input: NoticeInput): Promise<Notice> {
  const { templates, newsletters, site } = input;
  const notice = noticeScope(input);
  const scope = { ...newsletterScope(newsletters[0], site), notice };
  return {
    subject: notice.subject,
    html: await renderMjml(templates.noticeMjml, scope),
    text: `${renderLiquid(templates.noticeText, scope, 'text').trim()}\n`,
  };
}

/**
 * The variables of `notice.mjml` and `notice.txt` besides the newsletter and the site. Missing values are
 * empty.
 */
function noticeScope(input: NoticeInput) {
  const { kind, newsletters, site, texts, address, url = '', unsubscribeUrl = '' } = input;
  const names = newsletters.map(({ name }) => oneLine(name));
  const [first, ...others] = newsletters;
  const values = {
    name: new Intl.ListFormat(texts.language, { type: 'conjunction' }).format(names),
    site: oneLine(site.title),
    address,
  };
  const { key, button, remark, ofSite } = WORDS[kind];
  const word = (name: string) => texts.text(`mail.${key}.${name}`, values);
  return {
    kind,
    language: texts.language,
    dir: textDirection(texts.language),
    title: ofSite || others.length > 0 ? values.site : oneLine(first.name),
    subject: oneLine(word('subject')),
    preheader: word('preheader'),
    body: word('body'),
    description: kind === 'welcome' ? oneLine(first.description) : '',
    button: button ? word('button') : '',
    url: button ? url : '',
    remark: remark ? word('remark') : '',
    why: word('why'),
    unsubscribe: texts.text('mail.unsubscribe'),
    unsubscribe_url: unsubscribeUrl,
  };
}
