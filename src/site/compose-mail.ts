import type { MailKind } from '../database/states.ts';
import type { Message } from '../delivery/message/message.ts';
import { noticeMessage } from '../delivery/message/notice-message.ts';
import { unsubscribeUrlOf } from '../delivery/message/unsubscribe-link.ts';
import type { ServiceDependencies } from '../delivery/send-dependencies.ts';
import { newsletterScope } from '../editions/digest/digest-scope.ts';
import { renderMjml } from '../editions/digest/render-mjml.ts';
import { PLACEHOLDERS } from '../editions/edition.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import { escapeHtml } from '../kernel/escape.ts';
import { oneLine } from '../kernel/one-line.ts';
import { openRecentCache } from '../kernel/recent-cache.ts';
import { textDirection } from '../kernel/text-direction.ts';
import type { Texts } from '../kernel/texts.ts';
import { requireServiceUrl } from '../settings/require-service-url.ts';
import type { NewsletterSettings, SiteSettings } from '../settings/settings.ts';
import type { TransactionalMail } from '../subscribers/queries/mails.ts';
import { renderLiquid } from '../templates/render-liquid.ts';
import type { Templates } from '../templates/templates.ts';
import type { MailContent } from './mail-content.ts';

/**
 * The message of a mail. The same content results in the same bytes. Undefined if the config has no
 * newsletter. Throws a config error for a broken template.
 */
export async function composeMail(
  {
    config,
    templates,
    textsOf,
    renderMjml,
  }: Pick<ServiceDependencies, 'config' | 'templates' | 'textsOf' | 'renderMjml'>,
  mail: TransactionalMail,
  content: MailContent,
): Promise<Message | undefined> {
  const { newsletters: ids, unsubscribeToken } = content;
  const named = config.newsletters.filter(({ id }) => ids.includes(id));
  const [newsletter, ...others] = named.length > 0 ? named : config.newsletters.slice(0, 1);
  if (newsletter === undefined) return undefined;
  const { publicUrl, site, secrets, dkim } = config;
  const serviceUrl = requireServiceUrl(config);
  const { id, address, language, at } = mail;
  const rendered =
    content.kind === 'report'
      ? content.report
      : await renderMail({
          kind: content.kind,
          templates,
          renderMjml,
          texts: textsOf(language),
          newsletters: [newsletter, ...others],
          site,
          publicUrl,
          address,
          url:
            content.url &&
            (content.url.of === 'service' ? serviceUrl : publicUrl) + content.url.path,
          unsubscribeUrl: unsubscribeToken && unsubscribeUrlOf(serviceUrl, unsubscribeToken),
        });
  const date = Temporal.Instant.from(at);
  const common = {
    id,
    newsletter,
    address,
    publicUrl,
    serviceUrl,
    secrets,
    dkim,
    date,
    unsubscribeToken,
  };
  return noticeMessage({ ...common, ...rendered });
}

/**
 * Does the same work for a mail that is not sent as for one that is sent. Composing takes some
 * milliseconds; without this, the time would reveal which addresses are known. Never throws.
 */
export async function composeForNobody(
  deps: Parameters<typeof composeMail>[0],
  mail: TransactionalMail,
): Promise<void> {
  // No form requests it.
  if (mail.kind === 'report') return;
  const url = { of: 'service', path: 'preferences/' } as const;
  // A broken template is reported when somebody gets a real mail.
  await composeMail(deps, mail, { kind: mail.kind, newsletters: [], url }).catch(() => undefined);
}

/** Mails to readers: all but the report to an editor. */
type ReaderMail = Exclude<MailKind, 'report'>;

export interface MailInput {
  readonly kind: ReaderMail;
  readonly templates: Templates;
  /** Default: in this process. */
  readonly renderMjml?: typeof renderMjml;
  readonly texts: Texts;
  /** Its newsletters. The mail has the look of the first one. */
  readonly newsletters: readonly [NewsletterSettings, ...NewsletterSettings[]];
  readonly site: Pick<SiteSettings, 'title' | 'url' | 'logo'>;
  /** URL of the published files, with the logos. */
  readonly publicUrl: string;
  readonly address: EmailAddress;
  /** The target of its button: a page with another button. */
  readonly url?: string;
  readonly unsubscribeUrl?: string;
}

/** The key of each mail's texts below `mail`. */
const TEXTS: Readonly<Record<ReaderMail, string>> = {
  confirm: 'confirm',
  already: 'already',
  welcome: 'welcome',
  preferences: 'preferences',
  'new-address': 'newAddress',
  'address-changed': 'addressChanged',
  leave: 'leave',
  'still-reading': 'stillReading',
};

export const MAIL_KINDS = Object.keys(TEXTS) as readonly ReaderMail[];

/** Mails that come from the site, not from a newsletter. */
const OF_SITE: readonly MailKind[] = ['preferences', 'new-address', 'address-changed'];

/** What differs from mail to mail of one kind, in one language, about the same newsletters. */
interface Personal {
  readonly address: string;
  readonly url: string;
  readonly unsubscribeUrl: string;
}

/** Stand for a person's values in HTML that is rendered for all. */
const STAND_INS: Personal = {
  address: PLACEHOLDERS.address,
  url: 'https://slot.invalid/url',
  unsubscribeUrl: PLACEHOLDERS.unsubscribeUrl,
};

/**
 * The subject, language, HTML and text of a mail in the language of `texts`. It contains nothing from the form's
 * sender except the address. Throws a `BroadsheetError` (config) for a broken template.
 */
export async function renderMail(input: MailInput) {
  const { templates, texts, address, url = '', unsubscribeUrl = '' } = input;
  const personal: Personal = { address, url, unsubscribeUrl };
  const scope = scopeOf(input, personal);
  return {
    subject: scope.notice.subject,
    language: texts.language,
    html: await renderHtml(input, personal),
    text: `${renderLiquid(templates.noticeText, scope, 'text').trim()}\n`,
  };
}

/** HTML with stand-ins: of some languages and sets of newsletters, of each kind. */
const MOST_RENDERED = 100;
/** Undefined where a template changes a person's values, such as by a filter. */
const rendered = openRecentCache<Promise<string | undefined>>(MOST_RENDERED, () => 1);

/** MJML takes some milliseconds. So all mails that differ only in personal values share its result. */
async function renderHtml(input: MailInput, personal: Personal): Promise<string> {
  const { noticeMjml } = input.templates;
  const render = input.renderMjml ?? renderMjml;
  const renderOwn = () => render(noticeMjml, scopeOf(input, personal));
  const scope = scopeOf(input, standInsFor(personal));
  const renderShared = async () => {
    const html = await render(noticeMjml, scope);
    return withPersonal(html, personal) === (await renderOwn()) ? html : undefined;
  };
  const key = JSON.stringify([noticeMjml, scope]);
  const known = rendered.get(key) ?? renderShared();
  // Before it is made: mails at the same time share it, too.
  rendered.set(key, known);
  const html = await known.catch((error: unknown) => {
    rendered.delete(key);
    throw error;
  });
  return html === undefined ? renderOwn() : withPersonal(html, personal);
}

const PERSONAL = Object.keys(STAND_INS) as readonly (keyof Personal)[];

/** Templates ask whether a value is empty, so an empty one stays empty. */
function standInsFor(personal: Personal): Personal {
  const { address, url, unsubscribeUrl } = STAND_INS;
  return {
    address,
    url: personal.url && url,
    unsubscribeUrl: personal.unsubscribeUrl && unsubscribeUrl,
  };
}

const ANY_STAND_IN = new RegExp(
  PERSONAL.map((name) => RegExp.escape(STAND_INS[name])).join('|'),
  'g',
);

/** HTML with a person's values for the stand-ins. In one pass: what an address says is not looked at again. */
function withPersonal(html: string, personal: Personal): string {
  return html.replace(ANY_STAND_IN, (found) => {
    const name = PERSONAL.find((each) => STAND_INS[each] === found);
    // As Liquid escapes it.
    return name === undefined ? found : escapeHtml(personal[name]).replaceAll("'", '&#39;');
  });
}

/** The variables of `notice.mjml` and `notice.txt`. */
function scopeOf(input: MailInput, { address, url, unsubscribeUrl }: Personal) {
  const { kind, newsletters, site, texts } = input;
  const [first, ...others] = newsletters;
  const names = newsletters.map(({ name }) => oneLine(name));
  const values = {
    name: new Intl.ListFormat(texts.language, { type: 'conjunction' }).format(names),
    site: oneLine(site.title),
    address,
  };
  const text = (name: string) => texts.text(`mail.${TEXTS[kind]}.${name}`, values);
  const hasButton = kind !== 'address-changed';
  const subject = oneLine(text('subject'));
  const isOfSite = OF_SITE.includes(kind) || others.length > 0;
  const common = newsletterScope(first, site, input.publicUrl);
  const notice = {
    kind,
    language: texts.language,
    dir: textDirection(texts.language),
    title: isOfSite ? values.site : oneLine(first.name),
    /** Stands in place of the title. Null if there is none. */
    logo: isOfSite ? common.site.logo : common.newsletter.logo,
    subject,
    preheader: text('preheader'),
    body: text('body'),
    description: kind === 'welcome' ? oneLine(first.description) : '',
    button: hasButton ? text('button') : '',
    url: hasButton ? url : '',
    other_button: kind === 'still-reading' ? text('no') : '',
    other_url: kind === 'still-reading' ? unsubscribeUrl : '',
    remark: kind === 'welcome' ? '' : text('remark'),
    why: text('why'),
    unsubscribe: texts.text('mail.unsubscribe'),
    // This mail has it as its second button.
    unsubscribe_url: kind === 'still-reading' ? '' : unsubscribeUrl,
  };
  return { ...common, notice };
}
