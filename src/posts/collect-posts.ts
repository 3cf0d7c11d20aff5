import { isDeepStrictEqual } from 'node:util';
import { BroadsheetError, EXIT, reasonOf } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { Problem } from '../kernel/problem.ts';
import type { Config } from '../settings/config.ts';
import { wrongPostsFolder } from '../settings/posts-folder.ts';
import { indexPosts } from './addresses/index-posts.ts';
import { readInclude } from './files/read-include.ts';
import { type PostFolder, type ReadPostsContext, readPost, readPosts } from './files/read-posts.ts';
import { readImageFacts } from './files/site-files.ts';
import { identifyPosts } from './ids/identify-posts.ts';
import { readPublishedFile, writePublishedFile } from './ids/published-posts.ts';
import type { Post, RenderedPost } from './post.ts';
import type { PublishedPost } from './published-post.ts';
import type { RenderContext } from './render-context.ts';
import { renderPost } from './render-post.ts';
import { groupStories } from './stories/group-stories.ts';
import type { Story } from './story.ts';

export interface CollectOptions {
  /** Posts with a later date are not published yet. */
  readonly now: Temporal.Instant;
  readonly log: Log;
  /** Whether `save` writes. It is false for a preview. */
  readonly remember: boolean;
}

/** A post as readers see it, and its warnings, which they do not see. */
export interface RenderedWithWarnings {
  readonly rendered: RenderedPost;
  readonly warnings: readonly Problem[];
}

export interface CollectedPosts {
  readonly folder: PostFolder;
  /** Stories of the published posts, the story with the newest first post first. */
  readonly stories: readonly Story[];
  /** Every post that was ever published, in the order of first publication. */
  readonly published: readonly PublishedPost[];
  /** The same list before this run. */
  readonly earlier: readonly PublishedPost[];
  /** The id of every published post, by file. */
  readonly idOf: ReadonlyMap<string, string>;
  /** Warnings about ids. */
  readonly warnings: readonly Problem[];
  /**
   * Reads the post's file again and renders it. Later calls return the same result at once. Throws
   * if the file was removed or broken after the first read.
   */
  render(post: Post): RenderedWithWarnings;
  /**
   * Writes the file of published posts, if it changed and `remember` is true. Throws a
   * `BroadsheetError` (`EXIT.tryAgain`) if another process changed the file after it was read.
   */
  save(): void;
}

/**
 * Reads the posts, groups them into stories and assigns their ids. Throws a `BroadsheetError` if
 * the folder or the file of published posts cannot be read.
 */
export function collectPosts(config: Config, options: CollectOptions): CollectedPosts {
  const context = {
    site: config.site,
    settings: config.posts,
    now: options.now,
    siteRoot: config.folders.siteRoot,
    onProgress: (done: number, total: number) => options.log.progress('Reading posts', done, total),
  };
  const earlier = readPublishedFile(config.publishedFile);
  const folder = readFolder(config, context);
  options.log.detail(
    `${folder.folder}: ${folder.read} posts read, ${folder.posts.length} published`,
  );
  const { published, idOf, changed, warnings } = identifyPosts(
    folder.posts,
    earlier,
    new URL(config.site.url).hostname,
  );
  return {
    folder,
    stories: groupStories(folder.posts, config.posts.sameStory),
    published,
    earlier,
    idOf,
    warnings,
    render: renderer(config, folder),
    save() {
      if (!changed || !options.remember) return;
      // Another build may have added posts. Their lines must not be lost.
      const present = readPublishedFile(config.publishedFile);
      if (isDeepStrictEqual(present, published)) return;
      if (!isDeepStrictEqual(present, earlier)) {
        const fact = 'was changed by another run of Broadsheet meanwhile; run this again';
        throw new BroadsheetError(EXIT.tryAgain, `${config.publishedFile}  ${fact}`);
      }
      writePublishedFile(config.publishedFile, published);
    },
  };
}

function readFolder(config: Config, context: ReadPostsContext): PostFolder {
  try {
    return readPosts(config.folders.posts, context);
  } catch (error) {
    if (!(error instanceof BroadsheetError) || error.exitCode !== EXIT.config) throw error;
    const remedy = 'correct it, or use --posts DIR';
    throw wrongPostsFolder(config, `cannot be read: ${reasonOf(error.cause)}; ${remedy}`);
  }
}

function renderer(config: Config, folder: PostFolder): (post: Post) => RenderedWithWarnings {
  const context: RenderContext = {
    site: config.site,
    settings: config.posts,
    urlOf: indexPosts(folder.posts),
    include: remembered((name) => readInclude(config.folders.includes, name)),
    imageFacts: remembered((path) => readImageFacts(config.folders.siteRoot, path)),
  };
  const done = new Map<string, RenderedWithWarnings>();
  return (post) => {
    const known = done.get(post.file);
    if (known !== undefined) return known;
    const again = readPost(folder.folder, post.file, context);
    if (again === undefined || 'problem' in again) {
      throw new Error(again?.problem.message ?? 'is no post any more');
    }
    const rendered = renderPost(post, again.source, context);
    done.set(post.file, rendered);
    return rendered;
  };
}

/** Caches the answers of `ask`: a file's content counts as fixed for the run. */
function remembered<T>(ask: (name: string) => T): (name: string) => T {
  const answers = new Map<string, T>();
  return (name) => {
    if (!answers.has(name)) answers.set(name, ask(name));
    return answers.get(name) as T;
  };
}
