import { hash } from 'node:crypto';
import type { BodyMark } from '../post.ts';

/** Many posts share shorter bodies ("Comments are open."). */
const SHORTEST = 40;

/**
 * Identifies the text of a post (LF line ends, without front matter and without the title's
 * heading). Undefined if the text is too short for that.
 */
export function markBody(text: string): BodyMark | undefined {
  const bare = text.trim();
  if (bare.length < SHORTEST) return undefined;
  return { hash: hash('sha256', bare, 'hex'), length: bare.length };
}
