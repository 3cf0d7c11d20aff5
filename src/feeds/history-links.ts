import type { FeedFormat } from '../settings/settings.ts';
import type { Feed } from './feed.ts';
import { documentUrl } from './formats.ts';

/** Links of RFC 5005 §4 from one document of a feed to its neighbours, as relation and URL. */
export function historyLinks(
  feed: Feed,
  publicUrl: string,
  format: FeedFormat,
): readonly { readonly rel: string; readonly href: string }[] {
  const { current, previous, next } = feed.history ?? {};
  const links = [
    { rel: 'current', path: current },
    { rel: 'prev-archive', path: previous },
    { rel: 'next-archive', path: next },
  ];
  return links.flatMap(({ rel, path }) =>
    path === undefined ? [] : [{ rel, href: documentUrl(publicUrl, path, format) }],
  );
}
