import { cleanUrl } from '../../feeds/clean-url.ts';
import { type FeedContext, feedAuthor } from '../../feeds/compose-feed.ts';
import type { Feed, FeedItem } from '../../feeds/feed.ts';
import { folderUrl } from '../../feeds/formats.ts';
import { feedMoment } from '../../feeds/moments.ts';
import { cleanLine } from '../../kernel/clean-text.ts';
import { escapeHtml } from '../../kernel/escape.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import type { Edition, EditionPost } from '../edition.ts';

/** The parts of an edition that a feed shows. */
export interface FeedEdition extends Pick<Edition, 'id' | 'day' | 'subject' | 'preheader'> {
  /** ISO 8601 instant when it was sent. */
  readonly plannedAt: string;
  /** In the edition's order. */
  readonly stories: readonly Pick<EditionPost, 'title' | 'url'>[];
}

/**
 * Path in the output folder of a part of the archive: a newsletter or an edition by its id, or a
 * file.
 */
export function archivePath(name: string): string {
  return `archive/${name}`;
}

/**
 * Composes the feed of a newsletter's editions. Each of `editions` becomes an item with its subject
 * and links to its stories. An edition never changes, so `updated` is the time it was sent.
 */
export function composeArchiveFeed(
  newsletter: NewsletterSettings,
  editions: readonly FeedEdition[],
  { site, settings, siteImage }: FeedContext,
): Feed {
  const path = archivePath(newsletter.id);
  const title = cleanLine(newsletter.name);
  return {
    path,
    title,
    description: cleanLine(newsletter.description) || title,
    homeUrl: cleanUrl(folderUrl(settings.publicUrl, path)),
    language: newsletter.language,
    author: feedAuthor(site.author),
    copyright: site.copyright && cleanLine(site.copyright),
    image: siteImage,
    ttlMinutes: settings.ttlMinutes,
    items: editions.map((edition) => itemOf(edition, newsletter, settings.publicUrl)),
  };
}

function itemOf(edition: FeedEdition, newsletter: NewsletterSettings, publicUrl: string): FeedItem {
  const title = cleanLine(edition.subject) || edition.id;
  const sent = feedMoment(Temporal.Instant.from(edition.plannedAt));
  const rows = edition.stories.map(
    ({ title: name, url }) =>
      `<li><a href="${escapeHtml(cleanUrl(url))}">${escapeHtml(cleanLine(name))}</a></li>`,
  );
  return {
    id: tagOf(edition, newsletter),
    url: cleanUrl(folderUrl(publicUrl, archivePath(edition.id))),
    title,
    summary: cleanLine(edition.preheader) || title,
    html: rows.length === 0 ? '' : `<ol>${rows.join('')}</ol>`,
    published: sent,
    updated: sent,
    authors: [],
    categories: [],
    tags: [],
  };
}

/**
 * The edition's `tag:` URI (RFC 4151), from the list's identifier. That is a name under the
 * sender's domain for the life of the newsletter, so the items keep their ids when the site moves.
 */
function tagOf({ id, day }: FeedEdition, { listId }: NewsletterSettings): string {
  return `tag:${listId.toLowerCase()},${day.slice(0, 4)}:${id}`;
}
