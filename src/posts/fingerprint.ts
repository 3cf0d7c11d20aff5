import { createHash } from 'node:crypto';
import type { Post } from './post.ts';

/** What a digest shows of a post and its file contains. The address is compared separately. */
export type ShownFields = Pick<
  Post,
  'title' | 'authors' | 'categories' | 'language' | 'excerpt' | 'image'
>;

/**
 * Changes if a digest would show the post differently, or if its body changed: SHA-256, base64url.
 * `body` has LF line ends, so other line ends in a checkout change nothing.
 */
export function fingerprintOf(
  { title, authors, categories, language, excerpt, image }: ShownFields,
  body: string,
): string {
  const shown = [title, authors, categories[0], language, excerpt, image?.source, image?.alt];
  const text = JSON.stringify([...shown, body.trim()]);
  return createHash('sha256').update(text).digest('base64url');
}
