import { cached } from '../kernel/cached.ts';
import { reasonOf } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { Problem } from '../kernel/problem.ts';
import { spareMemory } from '../kernel/spare-memory.ts';
import type { Config } from '../settings/config.ts';
import { wrongOption } from '../settings/posts-folder.ts';
import { permalinkFlaw } from './addresses/permalink.ts';
import { openBeside, openTexts } from './files/beside-post.ts';
import { openPictures, type Pictures } from './files/find-pictures.ts';
import { POST_ENDING } from './files/find-post-files.ts';
import { type FoundPosts, findPosts, type PostsState, stateOf } from './files/find-posts.ts';
import { cacheKey, PostCache } from './files/post-cache.ts';
import { readPost } from './files/read-file.ts';
import { type PostFolder, readPosts } from './files/read-posts.ts';
import { readInclude, readShortcodes } from './files/site-files.ts';
import { openInherited } from './generators/find-generators.ts';
import { languageFolders } from './generators/language-folders.ts';
import { waysOf } from './generators/site-generators.ts';
import { identifyPosts } from './ids/identify-posts.ts';
import { openPublishedFile, type PublishedPost } from './ids/published-posts.ts';
import type { Post, Story } from './post.ts';
import type { CopyPicture, RenderContext } from './post-context.ts';
import { answerTo, type Question, recordQuestions } from './questions.ts';
import { type RenderedWithWarnings, renderPost } from './render-post.ts';
import { groupStories } from './stories/group-stories.ts';

export interface CollectOptions {
  /** Posts with a later date are not published yet. */
  readonly now: Temporal.Instant;
  readonly log: Log;
  /** Absent if no feed copies pictures. */
  readonly copyPicture?: CopyPicture | undefined;
  /** The files of the posts, if they were found just now. */
  readonly found?: FoundPosts;
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
  /** The pictures that rendered posts have named, by file. */
  readonly pictures: Pictures['found'];
  /** Warnings about ids. */
  readonly warnings: readonly Problem[];
  /**
   * Reads the post's file again and renders it. Later calls return the same result at once. Throws
   * if the file was removed or broken after the first read.
   */
  render(post: Post): RenderedWithWarnings;
  /** The same, but keeps nothing in memory. */
  renderAfresh(post: Post): RenderedWithWarnings;
  /** What the rendered posts asked about other files, by their file. */
  readonly questions: ReadonlyMap<string, readonly Question[]>;
  /** The answer to a question now, as a text that changes with it. */
  answer(question: Question): string;
  /** The state of all posts when they were read. Undefined if one could not be read, or without a cache. */
  readonly state: PostsState | undefined;
  /**
   * Writes the cache of posts, and the file of published posts, if they changed. Throws a `BroadsheetError`
   * (`EXIT.tryAgain`) if another process changed the file after it was read. A preview never saves.
   */
  save(): void;
}

/**
 * Reads the posts, groups them into stories and assigns their ids. Throws a `BroadsheetError` if
 * the folder or the file of published posts cannot be read.
 */
export function collectPosts(config: Config, options: CollectOptions): CollectedPosts {
  const { now, log, copyPicture, found = findPosts(config, Date.now()) } = options;
  spareMemory();
  checkPermalink(config);
  const inherited = openInherited(config.posts.generator, config.folders.posts);
  const file = openPublishedFile(config.publishedFile);
  const earlier = file.posts;
  const cache = openCache(config);
  const folder = readPosts(config.folders.posts, found, {
    cache,
    site: config.site,
    settings: config.posts,
    inherited,
    languageOfFolder: languageFolders(found.files),
    now,
    onProgress: (done, total) => log.progress('Reading posts', done, total),
  });
  log.detail(`${folder.folder}: ${folder.read} posts read, ${folder.posts.length} published`);
  const beside = openBeside(config.folders, config.posts.generator);
  const pictures = openPictures(config.folders, beside);
  const authority = new URL(config.site.url).hostname;
  const { published, idOf, changed, warnings } = identifyPosts(folder.posts, earlier, authority);
  return {
    folder,
    stories: groupStories(folder.posts, config.posts.sameStory),
    published,
    earlier,
    idOf,
    pictures: pictures.found,
    warnings,
    state: cache && stateAsRead(found, cache),
    ...renderer(config, folder, { inherited, pictures, copyPicture, textOf: openTexts(beside) }),
    save() {
      saveCache(cache, log);
      if (changed) file.save(published);
    },
  };
}

function openCache({ caches, site, posts }: Config): PostCache | undefined {
  return caches && new PostCache(caches.posts, cacheKey([site, posts]));
}

function stateAsRead(found: FoundPosts, cache: PostCache): PostsState | undefined {
  const hashOf = (file: string) => cache.hashOf(file);
  return found.files.every(hashOf) ? stateOf(found, hashOf) : undefined;
}

/** Without a cache, the next run takes longer. So an error is no reason to stop. */
function saveCache(cache: PostCache | undefined, log: Log): void {
  try {
    cache?.save();
  } catch (error) {
    log.detail(`the cache of posts cannot be written: ${reasonOf(error)}`);
  }
}

/** Throws a config error if no post can have an address by the template in the config. */
function checkPermalink(config: Config): void {
  const { permalink, generator } = config.posts;
  const flaw = permalink && permalinkFlaw(permalink, waysOf(generator).addresses);
  if (flaw) throw wrongOption(config, ['posts', 'permalink'], flaw);
}

function renderer(
  config: Config,
  folder: PostFolder,
  outside: Pick<RenderContext, 'inherited' | 'pictures' | 'copyPicture' | 'textOf'>,
): Pick<CollectedPosts, 'render' | 'renderAfresh' | 'questions' | 'answer'> {
  const context: RenderContext = {
    site: config.site,
    settings: config.posts,
    ...outside,
    urlOf: indexPosts(folder.posts),
    include: cached((name) => readInclude(config.folders.includes, name)),
    shortcodes: readShortcodes(config.folders.shortcodes),
  };
  const questions = new Map<string, readonly Question[]>();
  const renderIn = (post: Post, of: RenderContext) => {
    const again = readPost(folder.folder, post.file, context);
    if (again === undefined || 'problem' in again) {
      throw new Error(again?.problem.message ?? 'is no post any more');
    }
    return renderPost(post, again.source, of);
  };
  const render = cached((post: Post) => {
    const asked = new Map<string, Question>([['', ['site', post.file]]]);
    const note = (question: Question) => asked.set(JSON.stringify(question), question);
    const result = renderIn(post, recordQuestions(context, note));
    questions.set(post.file, [...asked.values()]);
    return result;
  });
  return {
    ...{ render, questions },
    renderAfresh: (post) => renderIn(post, context),
    answer: (question) => answerTo(question, context),
  };
}

/**
 * Returns a function that finds the path of a post's page by its name in `{% post_url %}` and `{%
 * link %}`: its file, with or without extension and leading folders.
 */
function indexPosts(posts: readonly Post[]): (name: string) => string | undefined {
  let pathOf: Map<string, string> | undefined;
  return (name) => {
    // Most sites never need the index.
    pathOf ??= indexOf(posts);
    const bare = name.normalize('NFC').trim().replace(/^\/+/, '').replace(POST_ENDING, '');
    return pathOf.get(bare) ?? pathOf.get(bare.replace(/^(?:.*\/)?_posts\//, ''));
  };
}

function indexOf(posts: readonly Post[]): Map<string, string> {
  const pathOf = new Map<string, string>();
  for (const { file, path } of posts) {
    const bare = file.normalize('NFC').replace(POST_ENDING, '');
    for (const name of [bare, bare.replace(/^.*\//, ''), bare.replace(/\/index$/, '')]) {
      if (!pathOf.has(name)) pathOf.set(name, path);
    }
  }
  return pathOf;
}
