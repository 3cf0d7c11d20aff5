/** What a provider asks for in the SPF record of its customers. */
interface Provider {
  /** The end of its relays' names. */
  readonly host: string;
  /** What the record includes, the present name first; empty if the provider's own record is enough. */
  readonly includes: readonly string[];
  /** It replaces the envelope sender by one of its own: SPF does not depend on the customer's record. */
  readonly replacesSender?: true;
  /** Where the provider says so. */
  readonly source: string;
}

const PROVIDERS: readonly Provider[] = [
  {
    host: '.amazonaws.com',
    includes: [],
    replacesSender: true,
    source: 'https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-spf.html',
  },
  {
    host: '.postmarkapp.com',
    includes: [],
    replacesSender: true,
    source: 'https://postmarkapp.com/support/article/1092-how-do-i-set-up-spf-for-postmark',
  },
  {
    host: '.mailgun.org',
    includes: ['mailgun.org', 'eu.mailgun.org'],
    replacesSender: true,
    source: 'https://documentation.mailgun.com/docs/mailgun/user-manual/domains/domains-verify',
  },
  {
    host: '.sendgrid.net',
    includes: [],
    replacesSender: true,
    source:
      'https://support.sendgrid.com/hc/en-us/articles/21415314709147: its record is at a subdomain, em123',
  },
  {
    host: '.brevo.com',
    includes: [],
    replacesSender: true,
    source:
      'https://help.brevo.com/hc/en-us/articles/17286219877778: it asks for DKIM and DMARC only',
  },
  {
    host: '.mailjet.com',
    includes: ['spf.mailjet.com'],
    replacesSender: true,
    source:
      'https://documentation.mailjet.com/hc/en-us/articles/360042412734-Authenticating-Domains-with-SPF-DKIM',
  },
  {
    host: '.gmail.com',
    includes: ['_spf.google.com'],
    source: 'https://support.google.com/a/answer/33786',
  },
  {
    host: '.office365.com',
    includes: ['spf.protection.outlook.com'],
    source: 'https://learn.microsoft.com/defender-office-365/email-authentication-spf-configure',
  },
  {
    host: '.fastmail.com',
    includes: ['spf.messagingengine.com'],
    source: 'https://www.fastmail.help/hc/en-us/articles/360060591153',
  },
  {
    host: '.zoho.com',
    includes: ['zohomail.com', 'zoho.com', 'one.zoho.com'],
    source: 'https://www.zoho.com/mail/help/adminconsole/spf-configuration.html',
  },
  {
    host: '.zoho.eu',
    includes: ['zohomail.eu', 'zoho.eu', 'one.zoho.eu'],
    source: 'https://www.zoho.com/mail/help/adminconsole/spf-configuration.html',
  },
];

/** The provider of a relay; undefined if it is not known. */
export function providerOf(host: string): Provider | undefined {
  return PROVIDERS.find((provider) => host.toLowerCase().endsWith(provider.host));
}
