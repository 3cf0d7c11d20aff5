import { SaxesParser } from 'saxes';
import { reasonOf } from '../../kernel/errors.ts';
import type { Problem } from '../../kernel/problem.ts';
import type { FeedFormat } from '../../settings/settings.ts';
import { renderAtom } from '../atom.ts';
import type { FeedContext } from '../compose-feed.ts';
import type { Feed } from '../feed.ts';
import { documentPath } from '../formats.ts';
import { renderJsonFeed } from '../json-feed.ts';
import type { Publication } from '../publish/publish.ts';
import { renderRss } from '../rss.ts';
import type { BuiltFeed } from './build-report.ts';

const RENDERERS: Readonly<Record<FeedFormat, (feed: Feed, publicUrl: string) => string>> = {
  rss: renderRss,
  atom: renderAtom,
  json: renderJsonFeed,
};

/** The results for the feeds that were put. */
export interface PublishedFeeds {
  readonly feeds: readonly BuiltFeed[];
  /** The text of each format. */
  readonly texts: readonly string[];
  readonly warnings: readonly Problem[];
}

/** Puts a feed in every format. If a strict parser rejects a document, the earlier one stays. */
export function putFeed(
  feed: Feed,
  { settings }: Pick<FeedContext, 'settings'>,
  publication: Pick<Publication, 'put'>,
): PublishedFeeds {
  const feeds: BuiltFeed[] = [];
  const warnings: Problem[] = [];
  const texts: string[] = [];
  for (const format of settings.formats) {
    const path = documentPath(feed.path, format);
    const rendered = renderChecked(format, feed, settings.publicUrl);
    const changed = 'text' in rendered && publication.put(path, rendered.text);
    if ('text' in rendered) texts.push(rendered.text);
    feeds.push({ path, format, items: feed.items.length, changed });
    if ('refusal' in rendered) {
      const message = `would not parse (${rendered.refusal}), so the earlier one stays; this is a fault of Broadsheet, please report it`;
      warnings.push({ file: path, message });
    }
  }
  return { feeds, texts, warnings };
}

/** The document, or the reason why the renderer's parser or a strict one rejects it. */
function renderChecked(
  format: FeedFormat,
  feed: Feed,
  publicUrl: string,
): { readonly text: string } | { readonly refusal: string } {
  try {
    const text = RENDERERS[format](feed, publicUrl);
    if (format === 'json') JSON.parse(text);
    else checkXml(text);
    return { text };
  } catch (error) {
    return { refusal: reasonOf(error) };
  }
}

/** Throws if `text` is not well-formed XML. The parser is not the one that made the text. */
function checkXml(text: string): void {
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(text).close();
}
