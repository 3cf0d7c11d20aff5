import type { PauseCause, StoryRole } from '../database/states.ts';

/** A post as it is in an edition. */
export interface EditionPost {
  /** The post's id (`PublishedPost.id`). */
  readonly id: string;
  readonly file: string;
  readonly title: string;
  readonly url: string;
  /** Absent if another post of the edition shows the same story. */
  readonly role?: StoryRole | undefined;
  /** `Post.fingerprint` when the edition was composed. Absent in editions of old databases. */
  readonly fingerprint?: string | undefined;
}

/**
 * One dated issue of a newsletter. It does not change after it was composed: exactly these bytes
 * are resumed, archived and received. `html` and `text` have placeholders (`Placeholder`) for what
 * differs for each subscriber.
 */
export interface Edition {
  /** `politics-essential-2026-03-20`, with `-2` and so on for further editions of one day. */
  readonly id: string;
  readonly newsletter: string;
  /** Its day in the newsletter's time zone: `2026-03-20`. */
  readonly day: string;
  readonly subject: string;
  /** The line that inboxes show beside the subject. */
  readonly preheader: string;
  readonly html: string;
  readonly text: string;
  /**
   * The digest rendered for its page in the archive. Absent without an archive, and in editions that
   * were composed before version 13 of the database: their page is made from `html`.
   */
  readonly page?: string | undefined;
  readonly posts: readonly EditionPost[];
  /** ISO 8601 instant. */
  readonly composedAt: string;
}

/** Why an edition is paused. */
export interface EditionPause {
  readonly by: PauseCause;
  /** A phrase without a full stop. */
  readonly reason: string;
  /** ISO 8601 instant. */
  readonly at: string;
}

/**
 * Markers in an edition's HTML and text. Every message replaces them with its subscriber's values.
 * They are plain ASCII that no author writes; in HTML they are in attributes or text. Stored
 * editions contain them: do not change them.
 */
export const PLACEHOLDERS = {
  unsubscribeUrl: 'https://slot.invalid/unsubscribe-url',
  address: 'slot-address@slot.invalid',
} as const;

export type Placeholder = keyof typeof PLACEHOLDERS;
