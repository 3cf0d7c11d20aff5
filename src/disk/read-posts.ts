import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newestFirst, type Post } from '../model/post.ts';
import type { Problem } from '../model/problem.ts';
import { decodeText } from '../posts/decode-text.ts';
import { type PostContext, parsePost } from '../posts/parse-post.ts';

export interface ReadPostsContext extends PostContext {
  /** Posts dated after it are of the future. */
  readonly now: Temporal.Instant;
}

/** What a folder of posts has in it. */
export interface PostFolder {
  /** Absolute path. */
  readonly folder: string;
  /** Files of posts that were looked at, those left out included. */
  readonly read: number;
  /** What is published: neither drafts nor posts of the future, unless asked for. Newest first. */
  readonly posts: readonly Post[];
  readonly drafts: number;
  readonly future: number;
  readonly leftOut: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * The posts of `folder` and of the folders in it, without their bodies. Throws a `BroadsheetError`
 * where the folder itself cannot be read; a file that cannot be read is left out and named.
 */
export function readPosts(folder: string, context: ReadPostsContext): PostFolder {
  const posts: Post[] = [];
  const leftOut: Problem[] = [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(md|markdown)$/.test(file),
  );
  for (const file of files.sort()) {
    const bytes = readFileSync(join(folder, file));
    const decoded = decodeText(bytes);
    if ('reason' in decoded) {
      leftOut.push({ file, message: decoded.reason });
      continue;
    }
    const contentHash = createHash('sha256').update(bytes).digest('hex');
    const parsed = parsePost({ text: decoded.text, file, contentHash }, context);
    if ('problem' in parsed) leftOut.push(parsed.problem);
    else posts.push(parsed.post);
  }
  posts.sort(newestFirst);
  return { folder, read: files.length, posts, drafts: 0, future: 0, leftOut, warnings: [] };
}
