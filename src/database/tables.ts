import type { Generated, Kysely } from 'kysely';
import type {
  DeliveryState,
  DepartedStatus,
  FailureCause,
  NoticeKind,
  NoticeState,
  PauseCause,
  SlotState,
  StoryRole,
  SubscriptionEventKind,
  SubscriptionStatus,
} from './states.ts';

/**
 * The tables, as the newest migration leaves them. Instants are text of one width in UTC
 * (`2026-03-20T07:00:00.000Z`), so that they sort as text in every database.
 */
export interface Tables {
  readonly subscribers: SubscribersTable;
  readonly editions: EditionsTable;
  readonly edition_posts: EditionPostsTable;
  readonly deliveries: DeliveriesTable;
  readonly senders: SendersTable;
  readonly relays: RelaysTable;
  readonly relay_usage: RelayUsageTable;
  readonly domains: DomainsTable;
  readonly journal: JournalTable;
  readonly identity: IdentityTable;
  readonly slots: SlotsTable;
  readonly sign_ups: SignUpsTable;
  readonly notices: NoticesTable;
  readonly address_changes: AddressChangesTable;
  readonly request_networks: RequestNetworksTable;
  readonly subscription_events: SubscriptionEventsTable;
}

/** What the queries of a noun's file are run on: the database, or a transaction of it. */
export type Database = Kysely<Tables>;

export interface SubscribersTable {
  id: string;
  newsletter: string;
  address: string;
  /** `addressKey(address)`: one row for each mailbox. With the id behind it, of one that was merged into another. */
  address_key: string;
  /** `domainOf(address)`. */
  domain: string;
  name: string | null;
  status: SubscriptionStatus;
  consent_at: string;
  consent_source: string;
  consent_text: string | null;
  consent_ip_hash: string | null;
  confirmed_at: string | null;
  changed_at: string;
  /** When their owner left; kept until they agree again, whatever came since. */
  left_at: string | null;
  /** `changed_at`, where that is when they left by the link of a mail: what can be undone. */
  left_by_link_at: string | null;
  /** The subscription that took its place when the address was changed: links to this one lead there. */
  moved_to: string | null;
}

export interface EditionsTable {
  id: string;
  newsletter: string;
  day: string;
  subject: string;
  preheader: string;
  html: string;
  text: string;
  composed_at: string;
  /** When its deliveries were planned; null until it is first sent. */
  planned_at: string | null;
  /** How many were planned then: what the books have to balance against. */
  planned: number;
  /** From when on its age is counted: when it was planned, or when failed ones were queued again. */
  fresh_from: string | null;
  paused_at: string | null;
  paused_by: PauseCause | null;
  pause_reason: string | null;
  cancelled_at: string | null;
  /** When an editor let it go, where one was asked. */
  approved_at: string | null;
  /** When an editor said that it goes as composed, whatever became of its posts. */
  as_composed_at: string | null;
}

export interface EditionPostsTable {
  edition: string;
  /** Stands here too, so that a post is in one edition of a newsletter at most. */
  newsletter: string;
  post: string;
  position: number;
  file: string;
  title: string;
  url: string;
  role: StoryRole | null;
  /** `Post.fingerprint` when it was composed; null in editions of before. */
  fingerprint: string | null;
}

export interface DeliveriesTable {
  id: Generated<number>;
  edition: string;
  subscriber: string;
  /** As it was when the edition was planned. */
  address: string;
  /** `domainOf(address)`. */
  domain: string;
  /** Null until the message is first built. */
  message_id: string | null;
  /** The `Date` of the message that was last handed to a relay whole; null before the first. */
  dated_at: string | null;
  state: DeliveryState;
  /** Times that a relay was asked to take the message. */
  attempts: number;
  /** Who holds a claimed or submitting one (`senders.id`). */
  sender: string | null;
  changed_at: string;
  /** A deferred one is not due before. */
  retry_at: string | null;
  /** When it was first in doubt; stays when that is settled. */
  in_doubt_at: string | null;
  /** How often it came to be in doubt. */
  doubts: Generated<number>;
  /** When it was decided that one in doubt is not sent again. */
  doubt_settled_at: string | null;
  failed_because: FailureCause | null;
  /** `RelayAccount.id` */
  relay: string | null;
  /** How the last reply was understood (`ReplyClass`). */
  reply_class: string | null;
  reply_code: number | null;
  reply_enhanced: string | null;
  reply_text: string | null;
}

/** The programs that send or were sending: what they hold goes back when they are dead. */
export interface SendersTable {
  id: string;
  /** Machine and process space that `pid` is of; empty when that cannot be told. */
  host: string;
  pid: number;
  /** When the process started, in the system's own words: numbers of processes are used again. */
  started: string;
  /** The edition that it sends. */
  edition: string | null;
  lease_until: string;
}

/** What has been taken of relays' rates, and how they fare. */
export interface RelaysTable {
  /** `RelayAccount.id` */
  id: string;
  /** The next message may go then; null where no rate was ever set. */
  next_at: string | null;
  /** The last trouble, and since when; null when it works. */
  trouble: string | null;
  trouble_at: string | null;
  /** It is given nothing before, and then one message first; stays until it takes one. */
  rest_until: string | null;
  rest_reason: string | null;
  /** Where it asked for a slower pace: the rate as it was set then. */
  messages_per_hour: number | null;
  rate_changed_at: string | null;
  /** What it was found to take: connections at once, messages over one. */
  connections: number | null;
  messages_per_connection: number | null;
  limits_changed_at: string | null;
}

/** Messages that were given to a relay in one minute. */
export interface RelayUsageTable {
  relay: string;
  /** `2026-03-20T07:00` */
  minute: string;
  messages: number;
}

/** Destination domains that asked for a slower pace. */
export interface DomainsTable {
  domain: string;
  messages_per_hour: number;
  /** When the rate was last changed. */
  changed_at: string;
  /** The last reply that asked for it. */
  reply: string;
}

/**
 * The lines of the journal file, as far as this database has seen them. One that the file has and
 * this table has not: the database is older than the file, a backup that was put back.
 */
export interface JournalTable {
  id: string;
  at: string;
  /** Somebody left; a bounce counts no more; an edition began to be sent; a newsletter has another id. */
  kind: 'departure' | 'return' | 'send' | 'rename';
  /** Of a departure: null means all newsletters (somebody who was erased). */
  newsletter: string | null;
  /** Keyed hash of `addressKey(address)`. */
  address_hash: string | null;
  status: DepartedStatus | 'erased' | null;
  edition: string | null;
  /** Of a rename: the id that `newsletter` has since. */
  renamed_to: string | null;
}

/** What happened to each subscription, in order. */
export interface SubscriptionEventsTable {
  id: Generated<number>;
  /** Null once it is erased. */
  subscriber: string | null;
  newsletter: string;
  kind: SubscriptionEventKind;
  at: string;
  /** By what. */
  source: string;
  /** Of somebody who was erased, and of nobody else: keyed hash of `addressKey(address)`. */
  address_hash: string | null;
}

/** Which database this is, and where it is at home: one row. */
export interface IdentityTable {
  /** Random; a copy has the same. */
  id: string;
  /** Key of the hashes of addresses. */
  hash_key: string;
  /** Where it was last told to be, `PlaceOfDatabase` as text; null before the first send. */
  place: string | null;
  held_at: string | null;
  held_because: string | null;
  /** A line that the journal file surely has, the newest such; null before there is one, and on a server. */
  journal_line: string | null;
  /** The `serviceUrl` that was found to answer, or that an editor vouched for. */
  service_url: string | null;
}

/** The days of the schedule: one row for each newsletter and day decides that it is sent once. */
export interface SlotsTable {
  newsletter: string;
  /** In the newsletter's zone: `2026-03-20`. */
  day: string;
  /** When its edition is due. */
  due_at: string;
  state: SlotState;
  /** A phrase without a full stop. */
  reason: string | null;
  edition: string | null;
  /** When it was found that somebody had sent its edition by hand. */
  by_hand_at: string | null;
  /** When the editor was mailed the edition to approve. */
  asked_at: string | null;
  /** The program that works on it, for as long as its lease. */
  holder: string | null;
  lease_until: string | null;
  /** When it was last looked at and its state written. */
  changed_at: string;
  /** When somebody was told how it ended, or that it has not. */
  told_at: string | null;
}

/** What was asked for by a form and is not confirmed yet, or was just now. */
export interface SignUpsTable {
  id: string;
  address: string;
  /** `addressKey(address)` */
  address_key: string;
  /** Ids, with spaces between. */
  newsletters: string;
  language: string;
  /** Which form. */
  source: string;
  consent_text: string | null;
  ip_hash: string | null;
  at: string;
  expires_at: string;
  /** When it was decided which mail answers it. */
  answered_at: string | null;
  confirmed_at: string | null;
}

/** Mails to one person about their subscriptions; those of the last days are the budgets' books. */
export interface NoticesTable {
  id: string;
  kind: NoticeKind;
  newsletter: string | null;
  /** Null once it is sent or given up. */
  address: string | null;
  /** Keyed hash of `addressKey(address)`. */
  address_hash: string;
  /** Keyed hash of `mailboxKey(address)`, of mails that forms ask for. */
  mailbox_hash: string | null;
  /** Of whoever asked for it; null where it answers a sign-up, which has its own. */
  ip_hash: string | null;
  /** What its text needs, as JSON: ids, no addresses. */
  facts: string;
  language: string;
  at: string;
  state: NoticeState;
  attempts: number;
  retry_at: string | null;
  lease_until: string | null;
  settled_at: string | null;
}

/** New addresses that are not confirmed yet. */
export interface AddressChangesTable {
  id: string;
  subscriber: string;
  /** Keyed hash of the address that the subscription had when the change was asked for. */
  from_hash: string;
  address: string;
  /** `addressKey(address)` */
  address_key: string;
  at: string;
  expires_at: string;
  confirmed_at: string | null;
}

/** Forms by the networks wider than a client that they came from; the budgets' books. */
export interface RequestNetworksTable {
  id: string;
  /** Keyed hash of a `/56` or `/48` of IPv6. */
  network_hash: string;
  at: string;
}
