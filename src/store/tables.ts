import type { Generated, Kysely } from 'kysely';
import type { DeliveryState } from '../model/delivery.ts';
import type { StoryRole } from '../model/edition.ts';
import type { SubscriptionStatus } from '../model/subscriber.ts';

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
}

/** What the queries of a noun's file are run on: the database, or a transaction of it. */
export type Database = Kysely<Tables>;

export interface SubscribersTable {
  id: string;
  newsletter: string;
  address: string;
  /** `addressKey(address)`: one row for each mailbox, however it is spelt. */
  address_key: string;
  name: string | null;
  status: SubscriptionStatus;
  consent_at: string;
  consent_source: string;
  changed_at: string;
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
}

export interface DeliveriesTable {
  id: Generated<number>;
  edition: string;
  subscriber: string;
  /** As it was when the edition was planned. */
  address: string;
  /** Null until the message is first built. */
  message_id: string | null;
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
  relay: string | null;
  /** How the reply was understood (`ReplyClass`), or `stale`. */
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
  lease_until: string;
}
