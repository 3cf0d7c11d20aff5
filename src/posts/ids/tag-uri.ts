import { slugify } from '../../kernel/slugify.ts';
import type { Post } from '../post.ts';

/**
 * A new `tag:` URI (RFC 4151) for the post that is not in `taken`: the authority, the year of the
 * post, and its slug in characters allowed in a URI.
 */
export function tagUri(post: Post, authority: string, taken: ReadonlySet<string>): string {
  const date = post.date.toString();
  const slug = encodeURIComponent(slugify(post.slug.toWellFormed()).toLowerCase()) || 'post';
  // RFC 4151 §2.1: the authority owned its name on this day. Dates before the Web are wrong; they
  // become 1990.
  const year =
    date.startsWith('-') || date.startsWith('+') || date < '1990' ? '1990' : date.slice(0, 4);
  const uri = `tag:${authority.toLowerCase()},${year}:${slug}`;
  if (!taken.has(uri)) return uri;
  const dated = `${uri}:${date.slice(0, 10)}`;
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? dated : `${dated}:${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}
