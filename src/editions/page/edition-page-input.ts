import type { Texts } from '../../kernel/texts.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import type { Edition } from '../edition.ts';

/** A feed that a page is found with. */
export interface FeedLink {
  /** Media type. */
  readonly type: string;
  readonly title: string;
  /** Absolute. */
  readonly url: string;
}

/** An edition beside another one. */
export type Neighbour = Pick<Edition, 'id' | 'subject'>;

export interface EditionPageInput {
  readonly edition: Edition;
  /** ISO 8601 instant: when it was sent. */
  readonly plannedAt: string;
  readonly newsletter: NewsletterSettings;
  readonly siteTitle: string;
  /** Where the page is, absolute. */
  readonly url: string;
  /** Where people sign up, ends with `/`: a URL, or relative to the page; absent where they cannot. */
  readonly service?: string;
  readonly earlier?: Neighbour;
  readonly later?: Neighbour;
  readonly feeds: readonly FeedLink[];
  /** In the newsletter's language, or the nearest that there is. */
  readonly texts: Texts;
}
