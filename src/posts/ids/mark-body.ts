import { hash } from 'node:crypto';
import type { BodyMark } from '../post.ts';

/** Shorter bodies ("Comments are open.") are those of many posts. */
const SHORTEST = 40;

/**
 * What tells the text of a post (line ends as LF, without front matter and without the heading that
 * is its title) from any other; undefined where it is too short to do so.
 */
export function markBody(text: string): BodyMark | undefined {
  const bare = text.trim();
  if (bare.length < SHORTEST) return undefined;
  return { hash: hash('sha256', bare, 'hex'), length: bare.length };
}
