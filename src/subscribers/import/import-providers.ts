import type { SubscriptionStatus } from '../../database/states.ts';
import type { Meaning } from './columns/meanings.ts';

/** How to read one program's exports. Names and words as `foldWords` writes them. */
export interface Provider {
  readonly name: string;
  /** A file of this program has at least one column of each row. */
  readonly has: readonly (readonly string[])[];
  /**
   * The meanings of its columns. A name that ends with `*` stands for all names with that beginning.
   * Other columns are read as in any file.
   */
  readonly columns: Readonly<Record<string, Meaning | 'unused'>>;
  /** Words that have another meaning in this program, or that only it uses. */
  readonly words?: Readonly<Record<string, SubscriptionStatus>>;
  /** People in the file are subscribed, unless a column says otherwise. */
  readonly lists?: true;
}

/**
 * The programs with known exports, in the order in which they are tried. The ones with the most common
 * column names are last. To add one, write its columns here and sample rows in
 * `test/subscribers/import-providers.test.ts`.
 */
export const PROVIDERS: readonly Provider[] = [
  {
    name: 'Broadsheet',
    has: [['consent source'], ['consent at'], ['newsletter'], ['changed at']],
    columns: {
      ...{ status: 'status', newsletter: 'newsletter', 'changed at': 'changed-at' },
      ...{ 'consent at': 'consent-at', 'consent source': 'consent-source' },
      ...{ 'consent text': 'consent-text', 'consent ip hash': 'consent-ip-hash' },
      'confirmed at': 'confirmed',
    },
  },
  {
    // One file each for subscribed, unsubscribed and cleaned contacts. The columns of the audience's own
    // fields come before these. `CONFIRM_TIME` alone is the time when the contact was added.
    name: 'Mailchimp',
    has: [['email address'], ['leid', 'euid', 'member rating', 'unsub reason', 'clean time']],
    columns: {
      ...{ 'optin time': 'consent-at', 'confirm time': 'confirmed' },
      ...{ 'optin ip': 'consent-ip', 'confirm ip': 'consent-ip', 'last changed': 'unused' },
      ...{ 'unsub time': 'unsubscribed', 'unsub reason': 'unsubscribe-reason' },
      ...{ 'unsub campaign title': 'unused', 'unsub campaign id': 'unused' },
      ...{ 'unsub reason other': 'unused', 'clean time': 'bounced' },
      ...{ 'clean campaign title': 'unused', 'clean campaign id': 'unused', state: 'unused' },
    },
    lists: true,
  },
  {
    name: 'Ghost',
    has: [['subscribed to emails'], ['complimentary plan', 'stripe customer id', 'labels']],
    columns: {
      ...{ 'subscribed to emails': 'subscribed', 'created at': 'consent-at' },
      'deleted at': 'unsubscribed',
    },
  },
  {
    name: 'listmonk',
    has: [['uuid'], ['attributes', 'attribs'], ['status']],
    columns: { 'created at': 'consent-at' },
  },
  {
    // `active_subscription` says who pays. Readers who do not pay are subscribed too.
    name: 'Substack',
    has: [['active subscription'], ['email disabled', 'first payment at', 'expiry']],
    columns: {
      ...{ 'active subscription': 'unused', 'email disabled': 'unsubscribed' },
      ...{ 'created at': 'consent-at', expiry: 'unused' },
    },
    lists: true,
  },
  {
    // The file of its dashboard. Type, cancelling and expiry are about the paid plan.
    name: 'Substack',
    has: [['receiving emails for'], ['subscription type', 'subscription date', 'cancel date']],
    columns: {
      ...{ 'receiving emails for': 'receives', 'subscription date': 'consent-at' },
      ...{ 'subscription type': 'unused', 'subscription source *': 'unused' },
      ...{ 'cancel date': 'unused', 'expires at': 'unused', 'paid upgrade date': 'unused' },
      ...{ 'first payment at': 'unused', 'email receives *': 'unused' },
      ...{ 'email drops *': 'unused', 'emails opened *': 'unused' },
      ...{ 'unsubscribe date': 'unsubscribed', 'days active *': 'unused' },
    },
  },
  {
    name: 'Buttondown',
    has: [['creation date'], ['subscriber type', 'type', 'secondary id', 'referrer url']],
    columns: {
      ...{ 'subscriber type': 'status', type: 'status', 'creation date': 'consent-at' },
      ...{ 'ip address': 'consent-ip', 'unsubscription date': 'unsubscribed' },
      ...{ 'unsubscription reason': 'unsubscribe-reason', 'churn date': 'unused' },
    },
    words: {
      ...{ trialed: 'active', unpaid: 'active', gifted: 'active', churning: 'active' },
      ...{ churned: 'active', paused: 'active', 'past due': 'active' },
      // Buttondown never mailed these. Nobody vouches for their consent.
      ...{ spammy: 'unsubscribed', blocked: 'unsubscribed' },
    },
  },
  {
    name: 'Klaviyo',
    has: [['klaviyo id', 'email suppressions'], ['email marketing consent']],
    columns: {
      ...{
        'email marketing consent': 'consent',
        'email marketing consent timestamp': 'consent-at',
      },
      ...{
        'email suppressions': 'unsubscribe-reason',
        'email suppressions timestamp': 'unsubscribed',
      },
    },
  },
  {
    name: 'Constant Contact',
    has: [['email permission status', 'permission status'], ['email address']],
    columns: {
      ...{ 'email status': 'status', 'email permission status': 'consent' },
      ...{ 'permission status': 'consent', 'email update source': 'unused' },
      ...{ 'confirmed opt out date': 'unsubscribed', 'confirmed opt out *': 'unsubscribe-reason' },
      ...{ 'confirmed opt in date': 'confirmed', 'confirmed opt in *': 'unused' },
    },
  },
  {
    // Column names of both the database and the export page. The bounce count includes all bounces ever.
    // phpList itself ends a subscription after several of them.
    name: 'phpList',
    has: [
      ['blacklisted', 'is this subscriber blacklisted', 'is this user blacklisted'],
      ['uniqid', 'unique id for user', 'htmlemail', 'foreignkey', 'bouncecount'],
    ],
    columns: {
      ...{ confirmed: 'confirmed', optedin: 'confirmed', blacklisted: 'unsubscribed' },
      ...{ disabled: 'unsubscribed', bouncecount: 'unused', entered: 'consent-at' },
      ...{ 'is the email of this user confirmed': 'confirmed' },
      ...{ 'is the email of this subscriber confirmed': 'confirmed' },
      ...{ 'is this user blacklisted': 'unsubscribed' },
      ...{ 'is this subscriber blacklisted': 'unsubscribed' },
      ...{ 'did this user manually confirm': 'confirmed' },
      ...{ 'did this subscriber manually confirm': 'confirmed' },
      ...{ 'is this account disabled': 'unsubscribed' },
      ...{ 'number of bounces on this user': 'unused' },
      ...{ 'number of bounces on this subscriber': 'unused' },
      ...{ 'which page was used to subscribe': 'unused', subscribepage: 'unused' },
    },
  },
  {
    name: 'Mailjet',
    has: [
      ['is unsubscribed', 'unsub'],
      ['is excluded', 'is excluded from campaigns', 'unsub date'],
    ],
    columns: {
      ...{ 'is unsubscribed': 'unsubscribed', 'unsub date': 'unsubscribed', unsub: 'unsubscribed' },
      ...{ 'is excluded': 'unsubscribed', 'is excluded from campaigns': 'unsubscribed' },
    },
    lists: true,
  },
  {
    // `OPT_IN` is empty for contacts that were imported into Brevo.
    name: 'Brevo',
    has: [
      ['email'],
      ['double opt in', 'opt in'],
      ['contact id', 'added time', 'email blacklist status'],
    ],
    columns: {
      ...{ 'double opt in': 'confirmed', 'opt in': 'status' },
      ...{ 'email blacklist status': 'unsubscribed', 'email blacklisted': 'unsubscribed' },
      ...{ 'added time': 'unused', 'modified time': 'unused' },
    },
  },
  {
    name: 'beehiiv',
    has: [
      ['email'],
      ['status'],
      ['subscription tier', 'subscription premium tiers', 'subscription tier name', 'utm source'],
      ['created at', 'subscription created at', 'acquisition source'],
    ],
    columns: {
      ...{ status: 'status', 'created at': 'consent-at', 'subscription created at': 'consent-at' },
      ...{ 'subscription *': 'unused', 'unsubscribed at': 'unsubscribed' },
    },
    words: { validating: 'pending', 'needs attention': 'unsubscribed', paused: 'unsubscribed' },
  },
  {
    name: 'Shopify',
    has: [['accepts email marketing', 'accepts marketing'], ['email']],
    columns: {
      ...{ 'accepts email marketing': 'consent', 'accepts marketing': 'consent' },
      'accepts sms marketing': 'unused',
    },
  },
  {
    name: 'Campaign Monitor',
    has: [['email address'], ['state'], ['date subscribed', 'date joined']],
    columns: { state: 'status', 'date subscribed': 'consent-at', 'date joined': 'consent-at' },
  },
  {
    name: 'Keila',
    has: [['email'], ['status'], ['data'], ['external id', 'first name']],
    columns: { status: 'status', data: 'unused' },
  },
  {
    name: 'Sendy',
    has: [['email'], ['status'], ['last activity']],
    columns: { status: 'status', 'last activity': 'unused' },
  },
  {
    name: 'Google Contacts',
    has: [['e mail 1 value']],
    columns: { 'e mail 1 value': 'email' },
    lists: true,
  },
  {
    // Cold ones rarely open mails, and are subscribed. Inactive ones never confirmed.
    name: 'Kit',
    has: [['first name'], ['state'], ['created at'], ['email address']],
    columns: { state: 'status', 'created at': 'consent-at' },
    words: { cold: 'active', inactive: 'pending' },
  },
];

/** The program whose exports have these columns. Undefined if none is certain. */
export function providerOf(columns: ReadonlySet<string>): Provider | undefined {
  return PROVIDERS.find(({ has }) => has.every((some) => some.some((name) => columns.has(name))));
}

/**
 * The meaning of the column `name` in a provider's file. Undefined if the provider has no such column.
 */
export function columnOf(provider: Provider, name: string): Meaning | 'unused' | undefined {
  const said = Object.hasOwn(provider.columns, name) ? provider.columns[name] : undefined;
  if (said !== undefined) return said;
  const pattern = Object.keys(provider.columns).find(
    (key) => key.endsWith('*') && name.startsWith(key.slice(0, -1)),
  );
  return pattern === undefined ? undefined : provider.columns[pattern];
}
