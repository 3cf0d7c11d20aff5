import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../base/log.ts';
import type { Config } from '../config/config.ts';
import { type PostFolder, readPosts } from '../disk/read-posts.ts';
import type { Post, RenderedPost } from '../model/post.ts';
import type { Problem } from '../model/problem.ts';
import type { PublishedPost } from '../model/published-post.ts';
import type { Story } from '../model/story.ts';
import { groupStories } from '../posts/group-stories.ts';
import { identifyPosts } from '../posts/identify-posts.ts';
import { parsePost } from '../posts/parse-post.ts';
import { renderPost } from '../posts/render-post.ts';

export interface CollectOptions {
  /** Posts dated after it are not published yet. */
  readonly now: Temporal.Instant;
  /** Takes the place of `config.folders.posts`; absolute. */
  readonly postsFolder?: string;
  /** Takes the place of `config.publishedFile`; absolute. */
  readonly publishedFile?: string;
  readonly log: Log;
  /** Whether `save` writes; a preview remembers nothing. */
  readonly remember: boolean;
}

export interface CollectedPosts {
  readonly folder: PostFolder;
  /** Of the published posts; those with the newest first post first. */
  readonly stories: readonly Story[];
  /** Every post ever published, in the order of first publication. */
  readonly published: readonly PublishedPost[];
  /** The id of every published post, by its file. */
  readonly idOf: ReadonlyMap<string, string>;
  /** Warnings about ids. */
  readonly warnings: readonly Problem[];
  /** Reads the post's file again and renders it; the second time the same answer at once. */
  render(post: Post): { readonly rendered: RenderedPost; readonly warnings: readonly Problem[] };
  /** Writes the file of published posts, if it changed and `remember` is true. */
  save(): void;
}

/**
 * Reads the posts, groups them into stories and gives them their ids. Throws a `BroadsheetError`
 * when the folder or the file of published posts cannot be read.
 */
export function collectPosts(config: Config, options: CollectOptions): CollectedPosts {
  const context = { site: config.site, settings: config.posts, now: options.now };
  const root = options.postsFolder ?? config.folders.posts;
  const folder = readPosts(root, context);
  const identified = identifyPosts(folder.posts, [], new URL(config.site.url).hostname);
  return {
    folder,
    stories: groupStories(folder.posts, config.posts.sameStory),
    published: identified.published,
    idOf: identified.idOf,
    warnings: identified.warnings,
    render(post) {
      const text = readFileSync(join(root, post.file), 'utf8');
      const parsed = parsePost({ text, file: post.file, contentHash: post.contentHash }, context);
      if ('problem' in parsed) throw new Error(parsed.problem.message);
      return renderPost(post, parsed.source, {
        ...context,
        urlOf: () => undefined,
        include: () => undefined,
        imageFacts: () => undefined,
      });
    },
    save() {},
  };
}
