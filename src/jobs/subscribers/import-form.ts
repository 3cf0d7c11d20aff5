import type { SubscriptionStatus } from '../../model/subscriber.ts';
import { type ProviderRules, providerOf } from './import-providers.ts';

/** Which cell of a file's records says what. Places are counted from 0. */
export interface ImportForm {
  /** Whose export it is, where that can be told by its columns. */
  readonly provider?: string;
  /** Cells beyond these have no column. */
  readonly columns: number;
  readonly email: number;
  readonly name?: number;
  readonly firstName?: number;
  readonly lastName?: number;
  readonly newsletter?: number;
  readonly statuses: readonly number[];
  /** What a status is called there, in lower case. */
  readonly words: Readonly<Record<string, SubscriptionStatus>>;
  /** Where a date, a reason or a yes means that somebody has left, whatever the status says. */
  readonly ends: readonly { readonly at: number; readonly status: SubscriptionStatus }[];
  /** Why they left. */
  readonly reason?: number;
  /** When they asked: the first that tells. */
  readonly asked: readonly number[];
  readonly confirmed?: number;
  /** The IP address that they asked from: the first that tells. */
  readonly ips: readonly number[];
  /** Of an export of ours. */
  readonly consentSource?: number;
  readonly consentText?: number;
  readonly consentIpHash?: number;
  readonly changed?: number;
}

/** Columns that hold the address, in lower case, words divided by one space; the surest first. */
const EMAIL_COLUMNS = [
  'email',
  'email address',
  'e mail',
  'e mail address',
  'mail',
  'subscriber',
  'address',
];

const STATUS_COLUMNS = ['status', 'subscription status', 'subscriber type', 'state'];

/** Beside these, `state` is a part of a country. */
const PLACES = ['city', 'town', 'zip', 'zip code', 'postal code', 'country', 'street'];

const END_COLUMNS: Readonly<Record<string, SubscriptionStatus>> = {
  ...{ 'unsub time': 'unsubscribed', 'unsubscribed at': 'unsubscribed' },
  ...{ unsubscribed: 'unsubscribed', 'unsubscription date': 'unsubscribed' },
  ...{ 'unsubscribe date': 'unsubscribed', 'date unsubscribed': 'unsubscribed' },
  ...{ 'unsubscribed on': 'unsubscribed', 'opted out': 'unsubscribed' },
  ...{ 'optout time': 'unsubscribed', 'deleted at': 'unsubscribed' },
  ...{ 'email disabled': 'unsubscribed', blocklisted: 'unsubscribed', blacklisted: 'unsubscribed' },
  ...{ 'canceled at': 'unsubscribed', 'cancelled at': 'unsubscribed' },
  ...{ 'clean time': 'bounced', bounced: 'bounced', 'bounced at': 'bounced' },
  ...{ complained: 'complained', 'complained at': 'complained' },
};

/** The words of many programs for where a subscription stands. */
const WORDS: Readonly<Record<string, SubscriptionStatus>> = {
  ...{ active: 'active', subscribed: 'active', confirmed: 'active', enabled: 'active' },
  ...{ true: 'active', yes: 'active', regular: 'active', premium: 'active' },
  ...{ pending: 'pending', unconfirmed: 'pending', unactivated: 'pending' },
  ...{ unsubscribed: 'unsubscribed', inactive: 'unsubscribed', cancelled: 'unsubscribed' },
  ...{ canceled: 'unsubscribed', disabled: 'unsubscribed', removed: 'unsubscribed' },
  ...{ blocklisted: 'unsubscribed', blacklisted: 'unsubscribed', 'opted out': 'unsubscribed' },
  ...{ false: 'unsubscribed', no: 'unsubscribed' },
  ...{ bounced: 'bounced', cleaned: 'bounced', undeliverable: 'bounced' },
  ...{ complained: 'complained', spam: 'complained' },
};

/** A list of addresses, one a line. */
export const LIST_FORM: ImportForm = {
  ...{ columns: 1, email: 0, statuses: [], words: WORDS },
  ...{ ends: [], asked: [], ips: [] },
};

/** The form of a file with these columns; undefined where none of them holds addresses. */
export function recogniseForm(header: readonly string[]): ImportForm | undefined {
  const names = header.map(foldName);
  const at = (...wanted: readonly string[]) => wanted.map((name) => names.indexOf(name));
  const all = (wanted: readonly string[]) => at(...wanted).filter((index) => index >= 0);
  const first = (...wanted: readonly string[]) => all(wanted)[0];
  const email = first(...EMAIL_COLUMNS);
  if (email === undefined) return undefined;
  const rules = providerOf(new Set(names));
  return {
    ...(rules.provider === undefined ? {} : { provider: rules.provider }),
    ...{ columns: names.length, email },
    ...present({
      name: first('name', 'full name'),
      firstName: first('first name'),
      lastName: first('last name'),
      newsletter: first('newsletter'),
      reason: first(...(rules.reason ?? [])),
      confirmed: first(...(rules.confirmed ?? [])),
      changed: first(...(rules.changed ?? [])),
      consentSource: first(...(rules.consentSource ?? [])),
      consentText: first(...(rules.consentText ?? [])),
      consentIpHash: first(...(rules.consentIpHash ?? [])),
    }),
    statuses: all(statusColumns(rules, names)),
    words: { ...WORDS, ...rules.words },
    ends: Object.entries(END_COLUMNS)
      .map(([name, status]) => ({ at: names.indexOf(name), status }))
      .filter(({ at: place }) => place >= 0),
    asked: all(rules.asked ?? []),
    ips: all(rules.ips ?? []),
  };
}

function statusColumns({ statuses }: ProviderRules, names: readonly string[]): readonly string[] {
  if (statuses !== undefined) return statuses;
  if (!names.some((name) => PLACES.includes(name))) return STATUS_COLUMNS;
  return STATUS_COLUMNS.filter((name) => name !== 'state');
}

function foldName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();
}

function present<T extends Record<string, number | undefined>>(places: T) {
  const known = Object.entries(places).filter(([, place]) => place !== undefined);
  return Object.fromEntries(known) as { [Key in keyof T]?: number };
}
