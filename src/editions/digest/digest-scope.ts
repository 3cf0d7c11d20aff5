import { oneLine } from '../../kernel/one-line.ts';
import { textDirection } from '../../kernel/text-direction.ts';
import type { NewsletterSettings, SiteSettings } from '../../settings/settings.ts';
import { PLACEHOLDERS } from '../edition.ts';
import type { HeadlineView, StoryView } from './story-view.ts';

/** What every template sees of the newsletter and the site. */
export interface NewsletterScope {
  readonly newsletter: {
    readonly id: string;
    readonly name: string;
    readonly description: string;
    readonly language: string;
    readonly dir: 'ltr' | 'rtl';
    readonly color: string;
    /** One entry for each line. */
    readonly postal_address: readonly string[];
  };
  readonly site: { readonly title: string; readonly url: string };
}

/** What `digest.mjml` and `digest.txt` see besides the newsletter and the site. */
export interface DigestScope extends NewsletterScope {
  /**
   * Whether this is the page of the edition in the archive. It leaves out what is for one subscriber.
   */
  readonly is_web: boolean;
  readonly edition: {
    readonly id: string;
    /** `2026-03-20`. */
    readonly day: string;
    /** In the newsletter's language: `Friday, 20 March 2026`. */
    readonly date: string;
    readonly subject: string;
    readonly preheader: string;
    /** Empty if the newsletter has no archive. */
    readonly archive_url: string;
  };
  readonly lead: StoryView;
  readonly stories: readonly StoryView[];
  readonly headlines: readonly HeadlineView[];
  /** Number of stories without room. They are in the archive. */
  readonly more: number;
  /** Placeholders that each message replaces with its subscriber's values. */
  readonly subscriber: { readonly address: string; readonly unsubscribe_url: string };
}

/** The part of a template's scope that is the same in every mail of the newsletter. */
export function newsletterScope(
  newsletter: NewsletterSettings,
  site: Pick<SiteSettings, 'title' | 'url'>,
): NewsletterScope {
  return {
    newsletter: {
      id: newsletter.id,
      name: oneLine(newsletter.name),
      description: oneLine(newsletter.description),
      language: newsletter.language,
      dir: textDirection(newsletter.language),
      color: newsletter.color,
      postal_address: newsletter.postalAddress
        .split('\n')
        .map(oneLine)
        .filter((line) => line !== ''),
    },
    site: { title: oneLine(site.title), url: site.url },
  };
}

/** The placeholders, under their names in templates. */
export const SUBSCRIBER_SCOPE = {
  address: PLACEHOLDERS.address,
  unsubscribe_url: PLACEHOLDERS.unsubscribeUrl,
} as const;

/** `day` (`2026-03-20`) in the words of a language, with the weekday. */
export function longDate(day: string, language: string): string {
  // A day alone has no zone. Noon UTC is on that day, because the formatter uses UTC.
  return new Intl.DateTimeFormat(language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(`${day}T12:00:00Z`));
}
