import type { FeedFormat, FeedSettings } from '../settings/settings.ts';

interface FormatFacts {
  /** Name of the file in the feed's folder. */
  readonly file: string;
  /** RFC 4287 §7; JSON Feed 1.1. The type of RSS was never registered. */
  readonly type: string;
  /** The name that readers know. */
  readonly name: string;
}

export const FORMATS: Readonly<Record<FeedFormat, FormatFacts>> = {
  rss: { file: 'rss.xml', type: 'application/rss+xml', name: 'RSS' },
  atom: { file: 'atom.xml', type: 'application/atom+xml', name: 'Atom' },
  json: { file: 'feed.json', type: 'application/feed+json', name: 'JSON Feed' },
};

/** Path of a feed's document relative to the output folder, with `/`: `categories/world/rss.xml`. */
export function documentPath(feedPath: string, format: FeedFormat): string {
  return feedPath === '' ? FORMATS[format].file : `${feedPath}/${FORMATS[format].file}`;
}

/** Absolute URL of the file at `path`, relative to the output folder. `publicUrl` ends with `/`. */
export function fileUrl(publicUrl: string, path: string): string {
  return publicUrl + path.split('/').map(encodeURIComponent).join('/');
}

/** Absolute URL of the folder of the feed at `feedPath`. */
export function folderUrl(publicUrl: string, feedPath: string): string {
  return feedPath === '' ? publicUrl : `${fileUrl(publicUrl, feedPath)}/`;
}

/** Absolute URL of a feed's document. */
export function documentUrl(publicUrl: string, feedPath: string, format: FeedFormat): string {
  return fileUrl(publicUrl, documentPath(feedPath, format));
}

/** The documents of the main feed. */
export function mainFeeds({ formats, publicUrl }: Pick<FeedSettings, 'formats' | 'publicUrl'>) {
  return formats.map((format) => ({
    name: FORMATS[format].name,
    type: FORMATS[format].type,
    url: documentUrl(publicUrl, '', format),
  }));
}

/**
 * Relative address of the style sheet from a feed's document. Works at any address of the output
 * folder.
 */
export function stylesheetHref(feedPath: string): string {
  const depth = feedPath === '' ? 0 : feedPath.split('/').length;
  return `${'../'.repeat(depth)}feed.css`;
}

/**
 * Whether to notify the hub when the feed document at `path` (relative to the output folder)
 * changes. False for history documents, which nobody follows, and for the archive's feeds, which
 * have editions.
 */
export function isHubTopic(path: string): boolean {
  return !/^(?:history|archive)\//.test(path);
}

/** The page of a folder. */
export const INDEX_FILE = 'index.html';

/** Every page of the layout contains this. It marks a file as ours. */
export const INDEX_MARK = '<meta name="generator" content="Broadsheet">';
