import type { Generated, Kysely } from 'kysely';
import type {
  DeliveryState,
  DepartedStatus,
  FailureCause,
  FeedbackKind,
  HookEventState,
  HookEventType,
  MailKind,
  MailState,
  PauseCause,
  Severity,
  SlotState,
  StoryRole,
  SubscriptionEventKind,
  SubscriptionStatus,
} from './states.ts';

/**
 * The tables after the newest migration. Instants are text of one width in UTC
 * (`2026-03-20T07:00:00.000Z`): as text they sort correctly in every database.
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
  readonly mails: MailsTable;
  readonly address_changes: AddressChangesTable;
  readonly request_networks: RequestNetworksTable;
  readonly subscription_events: SubscriptionEventsTable;
  readonly feedback: FeedbackTable;
  readonly kept_mails: KeptMailsTable;
  readonly read_positions: ReadPositionsTable;
  readonly hook_events: HookEventsTable;
  readonly webhook_nonces: WebhookNoncesTable;
}

/** What queries run on: the database, or a transaction of it. */
export type Database = Kysely<Tables>;

export interface SubscribersTable {
  id: string;
  newsletter: string;
  address: string;
  /**
   * `addressKey(address)`: one row for each mailbox. If the row was merged into another, the id follows.
   */
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
  /** When the owner left. It stays until they agree again, whatever happens in between. */
  left_at: string | null;
  /** `changed_at`, if they left at that time by the link in a mail: that can be undone. */
  left_by_link_at: string | null;
  /** The subscription that replaced it when the address was changed: links to this one lead there. */
  moved_to: string | null;
  /** When its owner last pressed a button on a page of a mailed link. Nothing else is known of their reading. */
  seen_at: string | null;
  /** When they were asked whether they still read it, unless they answered. */
  asked_at: string | null;
}

export interface EditionsTable {
  id: string;
  newsletter: string;
  day: string;
  subject: string;
  preheader: string;
  html: string;
  text: string;
  /** The HTML for its page in the archive. Null if it had none, or was composed before version 13. */
  page: string | null;
  composed_at: string;
  /** When its deliveries were planned; null before the first send. */
  planned_at: string | null;
  /** How many were planned then: the ledger must add up to it. */
  planned: number;
  /** The start of its age: when it was planned, or when failed deliveries were queued again. */
  fresh_from: string | null;
  paused_at: string | null;
  paused_by: PauseCause | null;
  pause_reason: string | null;
  cancelled_at: string | null;
  /** When an editor approved it, if one was asked. */
  approved_at: string | null;
  /** When an editor decided to send it as composed, despite changes to its posts. */
  as_composed_at: string | null;
  /** When its report was queued for the editor. */
  reported_at: string | null;
  /** When no delivery waited any more, and hooks were notified of that. */
  announced_at: string | null;
}

export interface EditionPostsTable {
  edition: string;
  /** Repeated here: a newsletter has a post in at most one edition. */
  newsletter: string;
  post: string;
  position: number;
  file: string;
  title: string;
  url: string;
  role: StoryRole | null;
  /** `Post.fingerprint` when it was composed; null in older editions. */
  fingerprint: string | null;
}

export interface DeliveriesTable {
  id: Generated<number>;
  edition: string;
  subscriber: string;
  /** The address when the edition was planned. */
  address: string;
  /** `domainOf(address)`. */
  domain: string;
  /** Null until the message is first built. */
  message_id: string | null;
  /** The `Date` of the last message that was completely sent to a relay; null before the first. */
  dated_at: string | null;
  state: DeliveryState;
  /** How many times a relay was asked to accept the message. */
  attempts: number;
  /** The sender (`senders.id`) of a claimed or submitting delivery. */
  sender: string | null;
  changed_at: string;
  /** A deferred delivery is not due before this time. */
  retry_at: string | null;
  /** When it was first in doubt; stays after the doubt is settled. */
  in_doubt_at: string | null;
  /** How many times it was in doubt. */
  doubts: Generated<number>;
  /** When it was decided not to send a delivery in doubt again. */
  doubt_settled_at: string | null;
  failed_because: FailureCause | null;
  /** `RelayAccount.id` */
  relay: string | null;
  /** The class of the last reply (`ReplyClass`). */
  reply_class: string | null;
  reply_code: number | null;
  reply_enhanced: string | null;
  reply_text: string | null;
  /** When a report came that the message was returned after a relay had accepted it. */
  returned_at: string | null;
  returned_as: Severity | null;
}

/** The programs that send or were sending: when one is dead, its claims are released. */
export interface SendersTable {
  id: string;
  /** Machine and process namespace of `pid`; empty if unknown. */
  host: string;
  pid: number;
  /** The process start time in the system's own format, because process numbers are reused. */
  started: string;
  /** The edition that it sends. */
  edition: string | null;
  lease_until: string;
}

/** The used quota of relays, and their state. */
export interface RelaysTable {
  /** `RelayAccount.id` */
  id: string;
  /** When the next message may be sent; null if there was never a rate. */
  next_at: string | null;
  /** The last problem, and since when; null while the relay works. */
  trouble: string | null;
  trouble_at: string | null;
  /** It gets nothing before this time, and then one message first; stays until it accepts one. */
  rest_until: string | null;
  rest_reason: string | null;
  /** The rate that was set after it asked for a slower pace. */
  messages_per_hour: number | null;
  rate_changed_at: string | null;
  /** The limits found so far: parallel connections, messages per connection. */
  connections: number | null;
  messages_per_connection: number | null;
  limits_changed_at: string | null;
}

/** Messages sent to a relay in one minute. */
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
 * The lines of the journal file that this database has seen. If the file has a line that is missing here,
 * the database is older than the file: it is a restored backup.
 */
export interface JournalTable {
  id: string;
  at: string;
  /**
   * Somebody left; a bounce no longer counts; the send of an edition began; a newsletter got a new id.
   */
  kind: 'departure' | 'return' | 'send' | 'rename';
  /** Of a departure: null means all newsletters (an erased person). */
  newsletter: string | null;
  /** Keyed hash of `addressKey(address)`. */
  address_hash: string | null;
  status: DepartedStatus | 'erased' | null;
  edition: string | null;
  /** Of a rename: the new id of `newsletter`. */
  renamed_to: string | null;
}

/** What happened to each subscription, in order of time. */
export interface SubscriptionEventsTable {
  id: Generated<number>;
  /** Null after an erasure. */
  subscriber: string | null;
  newsletter: string;
  kind: SubscriptionEventKind;
  at: string;
  /** The cause of the event. */
  source: string;
  /** Only of an erased person: keyed hash of `addressKey(address)`. */
  address_hash: string | null;
}

/** The identity of this database and its location: one row. */
export interface IdentityTable {
  /** Random; a copy has the same. */
  id: string;
  /** The key for hashes of addresses. */
  hash_key: string;
  /** Its saved location, `PlaceOfDatabase` as text; null before the first send. */
  place: string | null;
  held_at: string | null;
  held_because: string | null;
  /** The newest line that is surely in the journal file; null before there is one, and on a server. */
  journal_line: string | null;
  /** The `serviceUrl` that was found to answer, or that an editor confirmed. */
  service_url: string | null;
}

/** The days of the schedule: one row for each newsletter and day, to send its edition only once. */
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
  /** When an edition was found that somebody had sent by hand. */
  by_hand_at: string | null;
  /** When the editor was mailed the edition to approve. */
  asked_at: string | null;
  /** The program that works on it, until its lease ends. */
  holder: string | null;
  lease_until: string | null;
  /** When it was last checked and its state written. */
  changed_at: string;
  /** When its outcome, or the missing outcome, was reported. */
  told_at: string | null;
}

/** Requests from a form that are not confirmed yet, or were just confirmed. */
export interface SignUpsTable {
  id: string;
  address: string;
  /** `addressKey(address)` */
  address_key: string;
  /** Ids, separated by spaces. */
  newsletters: string;
  language: string;
  /** The form. */
  source: string;
  consent_text: string | null;
  ip_hash: string | null;
  at: string;
  expires_at: string;
  confirmed_at: string | null;
}

/** Transactional mails to one person. The budgets count those of the last days. */
export interface MailsTable {
  id: string;
  kind: MailKind;
  newsletter: string | null;
  /** Null once it is sent or given up. */
  address: string | null;
  /** Keyed hash of `addressKey(address)`. */
  address_hash: string;
  /** Keyed hash of `mailboxKey(address)`, for mails that forms request. */
  mailbox_hash: string | null;
  /** Of the requester; null if it is about a sign-up, which has its own. */
  ip_hash: string | null;
  /** The id of the sign-up, the change of address or the subscription that it is about. */
  about: string | null;
  language: string;
  at: string;
  state: MailState;
  attempts: number;
  retry_at: string | null;
  lease_until: string | null;
  settled_at: string | null;
}

/** New addresses that are not confirmed yet. */
export interface AddressChangesTable {
  id: string;
  subscriber: string;
  /** Keyed hash of the subscription's address when the change was requested. */
  from_hash: string;
  address: string;
  /** `addressKey(address)` */
  address_key: string;
  at: string;
  expires_at: string;
  confirmed_at: string | null;
}

/** Forms by the wider networks that sent them; the budgets count them. */
export interface RequestNetworksTable {
  id: string;
  /** Keyed hash of a `/56` or `/48` of IPv6. */
  network_hash: string;
  at: string;
}

/** Every report about a message, once. */
export interface FeedbackTable {
  /** Equal for the same report, however often it comes and by which way. */
  key: string;
  kind: FeedbackKind;
  at: string;
  /** The way it came: `imap`, `maildir`, a provider, ... */
  source: string;
  /** `deliveries.id`; null if it is about none that is known. */
  delivery: number | null;
  subscriber: string | null;
  /** Of a bounce. */
  severity: Severity | null;
  reply_code: number | null;
  reply_enhanced: string | null;
  reply_text: string | null;
}

/** Mails that were not understood, for an editor. The oldest are deleted. */
export interface KeptMailsTable {
  /** `feedback.key` */
  key: string;
  at: string;
  source: string;
  /** Why it is kept, as a clause. */
  reason: string;
  /** Bytes of the whole mail. */
  size: number;
  /** The beginning of the mail, a character for each byte. */
  content: string;
}

/** How far a mailbox is read. */
export interface ReadPositionsTable {
  source: string;
  /** JSON; each kind of source has its own. */
  position: string;
}

/** Events for the publisher's hooks that were not delivered yet, and those that were given up. */
export interface HookEventsTable {
  /** Random: the `webhook-id`. */
  id: string;
  /** Of the hook. */
  url: string;
  type: HookEventType;
  /** Null if it is about an edition. */
  subscriber: string | null;
  /** JSON, the same bytes in every attempt; null once it was given up. */
  payload: string | null;
  at: string;
  state: HookEventState;
  attempts: number;
  /** Not sent before. */
  due_at: string;
  lease_until: string | null;
}

/** Nonces of requests from providers, each good for one body. */
export interface WebhookNoncesTable {
  /** The provider and its token. */
  nonce: string;
  /** Hash of the body. */
  body: string;
  at: string;
}
