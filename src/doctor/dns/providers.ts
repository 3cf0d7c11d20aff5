/** What a provider asks for in the SPF record of its customers. */
interface Provider {
  /** The end of its relays' names. */
  readonly host: string;
  readonly include: string;
  /** It replaces the envelope sender by one of its own: SPF does not depend on the customer's record. */
  readonly replacesSender?: true;
}

// From the pages of the providers about SPF.
const PROVIDERS: readonly Provider[] = [
  { host: '.amazonaws.com', include: 'amazonses.com', replacesSender: true },
  { host: '.postmarkapp.com', include: 'spf.mtasv.net', replacesSender: true },
  { host: '.mailgun.org', include: 'mailgun.org', replacesSender: true },
  { host: '.sendgrid.net', include: 'sendgrid.net', replacesSender: true },
  { host: '.brevo.com', include: 'spf.brevo.com', replacesSender: true },
  { host: '.mailjet.com', include: 'spf.mailjet.com', replacesSender: true },
  { host: '.gmail.com', include: '_spf.google.com' },
  { host: '.office365.com', include: 'spf.protection.outlook.com' },
  { host: '.fastmail.com', include: 'spf.messagingengine.com' },
];

/** The provider of a relay; undefined if it is not known. */
export function providerOf(host: string): Provider | undefined {
  return PROVIDERS.find((provider) => host.toLowerCase().endsWith(provider.host));
}
