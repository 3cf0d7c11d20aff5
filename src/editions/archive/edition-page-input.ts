import type { Texts } from '../../kernel/texts.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import type { Edition } from '../edition.ts';

/** A feed that a page links to for discovery. */
export interface FeedLink {
  /** Media type. */
  readonly type: string;
  readonly title: string;
  /** Absolute URL. */
  readonly url: string;
}

/** The edition before or after another one. */
export type Neighbour = Pick<Edition, 'id' | 'subject'>;

export interface EditionPageInput {
  readonly edition: Edition;
  /** ISO 8601 instant when it was sent. */
  readonly plannedAt: string;
  readonly newsletter: NewsletterSettings;
  readonly siteTitle: string;
  /** Absolute URL of the page. */
  readonly url: string;
  /**
   * Where people sign up, ends with `/`: a URL, or a path relative to the page. Absent if they
   * cannot sign up.
   */
  readonly service?: string;
  readonly earlier?: Neighbour;
  readonly later?: Neighbour;
  readonly feeds: readonly FeedLink[];
  /** In the newsletter's language, or the nearest available one. */
  readonly texts: Texts;
}
