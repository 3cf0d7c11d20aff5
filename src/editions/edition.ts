import type { PauseCause, StoryRole } from '../database/states.ts';

/** A post as it stands in an edition. */
export interface EditionPost {
  /** The post's identity (`PublishedPost.id`). */
  readonly id: string;
  readonly file: string;
  readonly title: string;
  readonly url: string;
  /** Absent for the posts that tell a story which another post of the edition shows. */
  readonly role?: StoryRole;
  /** `Post.fingerprint` when the edition was composed; absent in editions of old databases. */
  readonly fingerprint?: string;
}

/**
 * One dated issue of a newsletter, frozen when it is composed: what is resumed, archived and
 * received are these bytes. `html` and `text` have placeholders (`Placeholder`) for what differs per subscriber.
 */
export interface Edition {
  /** `politics-essential-2026-03-20`, with `-2` and so on for more of one day. */
  readonly id: string;
  readonly newsletter: string;
  /** The day it is of, in the newsletter's zone: `2026-03-20`. */
  readonly day: string;
  readonly subject: string;
  /** The line that inboxes show beside the subject. */
  readonly preheader: string;
  readonly html: string;
  readonly text: string;
  readonly posts: readonly EditionPost[];
  /** ISO 8601 instant. */
  readonly composedAt: string;
}

/** Why an edition waits. */
export interface EditionPause {
  readonly by: PauseCause;
  /** A phrase without a full stop. */
  readonly reason: string;
  /** ISO 8601 instant. */
  readonly at: string;
}

/**
 * Markers in an edition's HTML and text that every message replaces by its subscriber's own
 * values. Plain ASCII words that no author writes; in HTML they stand inside attributes or text.
 * Editions that are stored have these very words in them: they stay as they are.
 */
export const PLACEHOLDERS = {
  unsubscribeUrl: 'https://slot.invalid/unsubscribe-url',
  address: 'slot-address@slot.invalid',
} as const;

export type Placeholder = keyof typeof PLACEHOLDERS;
