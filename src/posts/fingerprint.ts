import { createHash } from 'node:crypto';
import type { Post } from './post.ts';

/** What a digest shows of a post, as far as its file says it; its address is compared by itself. */
export type ShownFields = Pick<
  Post,
  'title' | 'authors' | 'categories' | 'language' | 'excerpt' | 'image'
>;

/**
 * Another text where a digest would show the post differently, or where its body says something else:
 * SHA-256, base64url. `body` has LF as line ends, so that a checkout with others changes nothing.
 */
export function fingerprintOf(
  { title, authors, categories, language, excerpt, image }: ShownFields,
  body: string,
): string {
  const shown = [title, authors, categories[0], language, excerpt, image?.source, image?.alt];
  const text = JSON.stringify([...shown, body.trim()]);
  return createHash('sha256').update(text).digest('base64url');
}
