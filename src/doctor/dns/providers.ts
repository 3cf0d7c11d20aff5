/** What a provider asks for in the SPF record of its customers. */
interface Provider {
  /** The end of its relays' names. */
  readonly host: string;
  /** What the record includes; absent if the provider's own record is enough. */
  readonly include?: string;
  /** It replaces the envelope sender by one of its own: SPF does not depend on the customer's record. */
  readonly replacesSender?: true;
  /** Where the provider says so, or who quotes it. */
  readonly source: string;
}

const PROVIDERS: readonly Provider[] = [
  {
    host: '.amazonaws.com',
    replacesSender: true,
    source: 'https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-spf.html',
  },
  {
    host: '.postmarkapp.com',
    replacesSender: true,
    source: 'Postmark, quoted by https://mxtoolbox.com/c/outboundemailsources?public=Postmark',
  },
  {
    host: '.mailgun.org',
    include: 'mailgun.org',
    replacesSender: true,
    source: 'https://www.mailgun.com/blog/white-labeling-dns-records-your-customers-tips-tricks/',
  },
  {
    host: '.sendgrid.net',
    replacesSender: true,
    source:
      'https://support.sendgrid.com/hc/en-us/articles/21415314709147: its record is at a subdomain, em123',
  },
  {
    host: '.brevo.com',
    replacesSender: true,
    source:
      'https://help.brevo.com/hc/en-us/articles/17286219877778: it asks for DKIM and DMARC only',
  },
  {
    host: '.mailjet.com',
    include: 'spf.mailjet.com',
    replacesSender: true,
    source:
      'https://documentation.mailjet.com/hc/en-us/articles/360042412734-Authenticating-Domains-with-SPF-DKIM',
  },
  {
    host: '.gmail.com',
    include: '_spf.google.com',
    source: 'Google, quoted by https://intodns.ai/citations/google-workspace-spf-record',
  },
  {
    host: '.office365.com',
    include: 'spf.protection.outlook.com',
    source: 'quoted by https://mailermonk.com/guides/spf/microsoft-365',
  },
  {
    host: '.fastmail.com',
    include: 'spf.messagingengine.com',
    source: 'quoted by https://mailflowauthority.com/email-authentication/fastmail-email-auth',
  },
];

/** The provider of a relay; undefined if it is not known. */
export function providerOf(host: string): Provider | undefined {
  return PROVIDERS.find((provider) => host.toLowerCase().endsWith(provider.host));
}
