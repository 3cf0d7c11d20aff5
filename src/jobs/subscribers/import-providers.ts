import type { SubscriptionStatus } from '../../model/subscriber.ts';

/** What a program's export calls things. Columns in lower case, words divided by one space. */
export interface ProviderRules {
  readonly provider?: string;
  /** Columns of the status; undefined: those of any file. */
  readonly statuses?: readonly string[];
  /** Statuses that mean something else there than elsewhere. */
  readonly words?: Readonly<Record<string, SubscriptionStatus>>;
  readonly reason?: readonly string[];
  readonly asked?: readonly string[];
  readonly confirmed?: readonly string[];
  readonly ips?: readonly string[];
  readonly consentSource?: readonly string[];
  readonly consentText?: readonly string[];
  readonly consentIpHash?: readonly string[];
  readonly changed?: readonly string[];
}

type Known = ProviderRules & {
  /** Of each row of these, a file of theirs has at least one column. */
  readonly has: readonly (readonly string[])[];
};

const BROADSHEET: Known = {
  provider: 'Broadsheet',
  has: [['consent source'], ['consent at'], ['newsletter'], ['changed at']],
  statuses: ['status'],
  ...{ asked: ['consent at'], confirmed: ['confirmed at'], changed: ['changed at'] },
  ...{ consentSource: ['consent source'], consentText: ['consent text'] },
  consentIpHash: ['consent ip hash'],
};

/**
 * A file each for subscribed, unsubscribed and cleaned contacts, all with the columns of the
 * audience's own fields before these. `CONFIRM_TIME` alone is when they were added.
 */
const MAILCHIMP: Known = {
  provider: 'Mailchimp',
  has: [['email address'], ['leid', 'euid', 'member rating', 'unsub reason', 'clean time']],
  // An audience's own "Status" or "State" is the publisher's business.
  statuses: [],
  reason: ['unsub reason'],
  ...{ asked: ['optin time', 'confirm time'], confirmed: ['confirm time'] },
  ips: ['optin ip', 'confirm ip'],
};

const GHOST: Known = {
  provider: 'Ghost',
  has: [['subscribed to emails'], ['complimentary plan', 'stripe customer id', 'labels']],
  statuses: ['subscribed to emails'],
  asked: ['created at'],
};

const LISTMONK: Known = {
  provider: 'listmonk',
  has: [['uuid'], ['attributes', 'attribs'], ['status']],
  statuses: ['status', 'subscription status'],
  asked: ['created at'],
};

/** `active_subscription` tells who pays; a reader who does not is subscribed all the same. */
const SUBSTACK: Known = {
  provider: 'Substack',
  has: [['active subscription'], ['email disabled', 'first payment at', 'expiry']],
  statuses: [],
  asked: ['created at'],
};

const BUTTONDOWN: Known = {
  provider: 'Buttondown',
  has: [['creation date'], ['subscriber type', 'type', 'secondary id', 'referrer url']],
  statuses: ['subscriber type', 'type'],
  words: {
    ...{ trialed: 'active', unpaid: 'active', gifted: 'active', churning: 'active' },
    ...{ churned: 'active', paused: 'active', 'past due': 'active' },
    // Nobody answers for those: they were never mailed.
    ...{ spammy: 'unsubscribed', blocked: 'unsubscribed' },
  },
  asked: ['creation date'],
  ips: ['ip address'],
};

const KIT: Known = {
  provider: 'Kit',
  has: [['first name'], ['state', 'status'], ['created at'], ['email address', 'email']],
  statuses: ['state', 'status'],
  // Cold ones open little, and are subscribed; inactive ones never confirmed.
  words: { cold: 'active', inactive: 'pending' },
  asked: ['created at'],
};

/** In the order in which they are tried: Kit's columns are the most ordinary. */
const PROVIDERS = [BROADSHEET, MAILCHIMP, GHOST, LISTMONK, SUBSTACK, BUTTONDOWN, KIT];

/** The rules of whoever's export has these columns; empty rules where that cannot be told. */
export function providerOf(columns: ReadonlySet<string>): ProviderRules {
  const isOf = ({ has }: Known) => has.every((some) => some.some((name) => columns.has(name)));
  return PROVIDERS.find(isOf) ?? {};
}
