import type { MailHeaders } from './mail-headers.ts';

/** What is known of a provider's relay. Limits are absent if it publishes none that hold for every account. */
export interface RelayPreset {
  /** With `{region}` where the host depends on `regions`. */
  readonly host: string;
  /**
   * The regions of accounts, the first as the default. An empty list: `region` is needed, and may be any.
   * The region without a part of its own in the host is `''` there.
   */
  readonly regions?: Readonly<Record<string, string>>;
  readonly port: 465 | 587;
  readonly connections?: number;
  readonly messagesPerSecond?: number;
  readonly messagesPerHour?: number;
  readonly messagesPerDay?: number;
  readonly messagesPerConnection?: number;
  /**
   * How bounces come back: by a `webhook`, or into the `mailbox` of the sender. No provider keeps the
   * envelope sender, so they name the message by its headers.
   */
  readonly bounces: 'webhook' | 'mailbox';
  /** Present if readers see another Message-ID than ours. */
  readonly replacesMessageId?: true;
  /** Headers of all mail, and of editions only. The webhook of a provider returns the token in them. */
  readonly headers?: MailHeaders;
  readonly editionHeaders?: MailHeaders;
  /** For access tokens: the token server, with `{tenant}`, and what an application asks for itself. */
  readonly oauth?: { readonly tokenUrl: string; readonly scope: string };
  /** What an operator should know before the first edition, as a sentence. */
  readonly note?: string;
  /** Where the provider says so. */
  readonly source: string;
}

/** The providers of `email.relay`. An option of the config overrides what a row says. */
export const RELAY_PRESETS = {
  ses: {
    host: 'email-smtp.{region}.amazonaws.com',
    regions: {},
    port: 465,
    bounces: 'webhook',
    replacesMessageId: true,
    editionHeaders: { 'X-SES-MESSAGE-TAGS': 'newsletter={newsletter}' },
    note: 'Each account has its own limits: write them here, or they are learned from refusals.',
    source:
      'https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html, .../header-fields.html, .../event-publishing-send-email.html',
  },
  postmark: {
    host: 'smtp.postmarkapp.com',
    port: 587,
    bounces: 'webhook',
    // It would replace the Message-ID.
    headers: { 'X-PM-KeepID': 'true', 'X-PM-Metadata-broadsheet': '{delivery}' },
    // The name of the stream for newsletters that each server has from the start.
    editionHeaders: { 'X-PM-Message-Stream': 'broadcast', 'X-PM-Tag': '{newsletter}' },
    source: 'https://postmarkapp.com/developer/user-guide/send-email-with-smtp',
  },
  mailgun: {
    host: 'smtp.{region}mailgun.org',
    regions: { us: '', eu: 'eu.' },
    port: 465,
    bounces: 'webhook',
    headers: { 'X-Mailgun-Variables': '{"broadsheet":"{delivery}"}' },
    editionHeaders: { 'X-Mailgun-Tag': '{newsletter}' },
    source: 'https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages',
  },
  sendgrid: {
    host: 'smtp.sendgrid.net',
    port: 465,
    messagesPerConnection: 5000,
    bounces: 'webhook',
    headers: { 'X-SMTPAPI': '{"unique_args":{"broadsheet":"{delivery}"}}' },
    editionHeaders: {
      'X-SMTPAPI': '{"category":"{newsletter}","unique_args":{"broadsheet":"{delivery}"}}',
    },
    note: 'The name of the login is the word apikey, and the password is the API key.',
    source:
      'https://www.twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api',
  },
  brevo: {
    host: 'smtp-relay.brevo.com',
    port: 465,
    bounces: 'webhook',
    headers: { 'X-Mailin-custom': '{delivery}' },
    editionHeaders: { 'X-Mailin-Tag': '{newsletter}' },
    source: 'https://developers.brevo.com/docs/smtp-integration',
  },
  mailjet: {
    host: 'in-v3.mailjet.com',
    port: 465,
    bounces: 'webhook',
    headers: { 'X-MJ-CustomID': '{delivery}' },
    editionHeaders: { 'X-Mailjet-Campaign': '{edition}' },
    source: 'https://dev.mailjet.com/docs/smtp_relay/custom_headers',
  },
  gmail: {
    host: 'smtp.gmail.com',
    port: 465,
    messagesPerDay: 500,
    bounces: 'mailbox',
    oauth: {
      tokenUrl: 'https://oauth2.googleapis.com/token',
      scope: 'https://mail.google.com/',
    },
    note: 'A paid Google Workspace account may send 2000 messages a day: write messagesPerDay: 2000.',
    source:
      'https://support.google.com/a/answer/166852, https://developers.google.com/workspace/gmail/imap/xoauth2-protocol',
  },
  microsoft365: {
    host: 'smtp.office365.com',
    port: 587,
    connections: 3,
    // 30 a minute.
    messagesPerSecond: 0.5,
    messagesPerDay: 10_000,
    bounces: 'mailbox',
    oauth: {
      tokenUrl: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token',
      scope: 'https://outlook.office365.com/.default',
    },
    source:
      'https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements, https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth',
  },
  fastmail: {
    host: 'smtp.fastmail.com',
    port: 465,
    bounces: 'mailbox',
    note: 'The limits depend on the plan, and are learned from refusals. The password is an app password.',
    source: 'https://www.fastmail.com/help/account/limits.html',
  },
  zoho: {
    host: 'smtppro.zoho.{region}',
    regions: {
      com: 'com',
      eu: 'eu',
      in: 'in',
      'com.au': 'com.au',
      jp: 'jp',
      sa: 'sa',
      'com.cn': 'com.cn',
    },
    port: 465,
    messagesPerHour: 50,
    bounces: 'mailbox',
    note: 'Zoho Mail is not for newsletters, and may block an account that sends many: ask Zoho first.',
    source:
      'https://www.zoho.com/mail/help/adminconsole/rates-and-limits.html, https://www.zoho.com/mail/help/usage-policy.html',
  },
} as const satisfies Readonly<Record<string, RelayPreset>>;

export type RelayPresetName = keyof typeof RELAY_PRESETS;

/** The names of the presets. */
export const RELAY_PRESET_NAMES = Object.keys(RELAY_PRESETS) as [
  RelayPresetName,
  ...RelayPresetName[],
];

/** The host for an account in `region`; a phrase that says which regions there are if it is not one. */
export function presetHost(
  { host, regions }: RelayPreset,
  region: string | undefined,
): { readonly host: string } | { readonly reason: string } {
  if (regions === undefined) {
    return region === undefined ? { host } : { reason: 'has no regions; leave region out' };
  }
  const known = Object.keys(regions);
  const chosen = region ?? known[0];
  if (chosen === undefined) {
    return { reason: 'needs region, the region of the account, such as eu-west-1' };
  }
  const part = known.length === 0 ? chosen : regions[chosen];
  if (part === undefined) return { reason: `has no region ${chosen}; write ${known.join(' or ')}` };
  return { host: host.replace('{region}', part) };
}
