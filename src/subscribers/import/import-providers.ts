import type { SubscriptionStatus } from '../../database/states.ts';
import { byWord, wordsOf } from './columns/fold-words.ts';
import type { Meaning } from './columns/meanings.ts';

/** How to read one program's exports. */
export interface Provider {
  readonly name: string;
  /** A file of this program has at least one column of each list. */
  readonly has: readonly string[];
  /**
   * Its columns that are not read as in any file (`recognise-column.ts`), by their meanings. A name that
   * ends with `*` stands for all names with that beginning.
   */
  readonly columns: Readonly<Partial<Record<Meaning | 'unused', string>>>;
  /** Words that have another meaning in this program, or that only it uses. */
  readonly words?: Readonly<Partial<Record<SubscriptionStatus, string>>>;
  /** People in the file are subscribed, unless a column says otherwise. */
  readonly lists?: true;
}

/**
 * The programs with known exports, in the order in which they are tried. The ones with the most common
 * column names are last. Names and words are written as `foldWords` writes them, with commas between. To
 * add a program, write its columns here and sample rows in `test/subscribers/import-providers.test.ts`.
 */
export const PROVIDERS: readonly Provider[] = [
  {
    name: 'Broadsheet',
    has: ['consent source', 'consent at', 'newsletter', 'changed at'],
    columns: {
      status: 'status',
      newsletter: 'newsletter',
      'changed-at': 'changed at',
      'consent-at': 'consent at',
      'consent-source': 'consent source',
      'consent-text': 'consent text',
      'consent-ip-hash': 'consent ip hash',
      confirmed: 'confirmed at',
    },
  },
  {
    // One file each for subscribed, unsubscribed and cleaned contacts. The columns of the audience's own
    // fields come before these.
    name: 'Mailchimp',
    has: ['email address', 'leid, euid, member rating, unsub reason, clean time'],
    columns: {
      unused: `last changed, unsub campaign title, unsub campaign id, unsub reason other,
        clean campaign title, clean campaign id, state`,
      bounced: 'clean time',
    },
    lists: true,
  },
  {
    name: 'Ghost',
    has: ['subscribed to emails', 'complimentary plan, stripe customer id, labels'],
    columns: { 'consent-at': 'created at' },
  },
  {
    name: 'listmonk',
    has: ['uuid', 'attributes, attribs', 'status'],
    columns: { 'consent-at': 'created at' },
  },
  {
    // `active_subscription` says who pays. Readers who do not pay are subscribed too.
    name: 'Substack',
    has: ['active subscription', 'email disabled, first payment at, expiry'],
    columns: { unused: 'active subscription, expiry', 'consent-at': 'created at' },
    lists: true,
  },
  {
    // The file of its dashboard. Type, cancelling and expiry are about the paid plan.
    name: 'Substack',
    has: ['receiving emails for', 'subscription type, subscription date, cancel date'],
    columns: {
      receives: 'receiving emails for',
      unused: `subscription type, subscription source *, cancel date, expires at,
        paid upgrade date, first payment at, email receives *, email drops *, emails opened *,
        days active *`,
    },
  },
  {
    name: 'Buttondown',
    has: ['creation date', 'subscriber type, type, secondary id, referrer url'],
    columns: {
      status: 'type',
      'consent-at': 'creation date',
      'consent-ip': 'ip address',
      unused: 'churn date',
    },
    words: {
      active: 'trialed, unpaid, gifted, churning, churned, paused, past due',
      // Buttondown never mailed these. Nobody vouches for their consent.
      unsubscribed: 'spammy, blocked',
    },
  },
  {
    name: 'Klaviyo',
    has: ['klaviyo id, email suppressions', 'email marketing consent'],
    columns: { 'unsubscribe-reason': 'email suppressions' },
  },
  {
    name: 'Constant Contact',
    has: ['email permission status, permission status', 'email address'],
    columns: {
      unused: 'email update source, confirmed opt in *',
      unsubscribed: 'confirmed opt out date',
      'unsubscribe-reason': 'confirmed opt out *',
      confirmed: 'confirmed opt in date',
    },
  },
  {
    // Column names of both the database and the export page. The bounce count includes all bounces ever.
    // phpList itself ends a subscription after several of them.
    name: 'phpList',
    has: [
      'blacklisted, is this subscriber blacklisted, is this user blacklisted',
      'uniqid, unique id for user, htmlemail, foreignkey, bouncecount',
    ],
    columns: {
      confirmed: 'optedin, did this user manually confirm, did this subscriber manually confirm',
      unused: `bouncecount, number of bounces on this user, number of bounces on this subscriber,
        which page was used to subscribe, subscribepage`,
      'consent-at': 'entered',
      unsubscribed: 'is this account disabled',
    },
  },
  {
    name: 'Mailjet',
    has: ['is unsubscribed, unsub', 'is excluded, is excluded from campaigns, unsub date'],
    columns: { unsubscribed: 'is excluded from campaigns' },
    lists: true,
  },
  {
    // `OPT_IN` is empty for contacts that were imported into Brevo.
    name: 'Brevo',
    has: ['email', 'double opt in, opt in', 'contact id, added time, email blacklist status'],
    columns: { status: 'opt in', unused: 'added time, modified time' },
  },
  {
    name: 'beehiiv',
    has: [
      'email',
      'status',
      'subscription tier, subscription premium tiers, subscription tier name, utm source',
      'created at, subscription created at, acquisition source',
    ],
    columns: { 'consent-at': 'created at, subscription created at', unused: 'subscription *' },
    words: { pending: 'validating', unsubscribed: 'needs attention, paused' },
  },
  {
    name: 'Shopify',
    has: ['accepts email marketing, accepts marketing', 'email'],
    columns: { unused: 'accepts sms marketing' },
  },
  {
    name: 'Campaign Monitor',
    has: ['email address', 'state', 'date subscribed, date joined'],
    columns: { status: 'state', 'consent-at': 'date joined' },
  },
  {
    name: 'Keila',
    has: ['email', 'status', 'data', 'external id, first name'],
    columns: { unused: 'data' },
  },
  {
    name: 'Sendy',
    has: ['email', 'status', 'last activity'],
    columns: { unused: 'last activity' },
  },
  {
    name: 'Google Contacts',
    has: ['e mail 1 value'],
    columns: { email: 'e mail 1 value' },
    lists: true,
  },
  {
    // Cold ones rarely open mails, and are subscribed. Inactive ones never confirmed.
    name: 'Kit',
    has: ['first name', 'state', 'created at', 'email address'],
    columns: { status: 'state', 'consent-at': 'created at' },
    words: { active: 'cold', pending: 'inactive' },
  },
];

/** The program whose exports have these columns. Undefined if none is certain. */
export function providerOf(columns: ReadonlySet<string>): Provider | undefined {
  return PROVIDERS.find(({ has }) =>
    has.every((names) => wordsOf(names).some((name) => columns.has(name))),
  );
}

/**
 * The meaning of the column `name` in a provider's file. Undefined if the provider has no such column.
 */
export function columnOf(provider: Provider, name: string): Meaning | 'unused' | undefined {
  const columns = byWord(provider.columns);
  const pattern = [...columns.keys()].find(
    (key) => key.endsWith('*') && name.startsWith(key.slice(0, -1)),
  );
  return columns.get(name) ?? columns.get(pattern ?? '');
}
