import type { StoreDependencies } from '../../database/dependencies.ts';
import { runApart } from '../../kernel/apart/run-apart.ts';
import { type CollectedPosts, collectPosts } from '../../posts/collect-posts.ts';
import { readPost } from '../../posts/files/read-file.ts';
import { openInherited } from '../../posts/generators/find-generators.ts';
import type { Post } from '../../posts/post.ts';
import { publicationOf } from '../../posts/publication.ts';
import { labelRemover, labelsOf } from '../../posts/stories/group-stories.ts';
import type { Config } from '../../settings/config.ts';
import type { Edition, EditionPost } from '../edition.ts';
import type { PostChange, PostChangeKind } from '../post-change.ts';

/** The program of the process of `changesApart`. */
const PROGRAM = new URL('./changes-process', import.meta.url);

/** 20,000 posts take seconds. */
const LIMIT_MS = 300_000;

/** What the process of `changesApart` needs. */
export interface ChangesOrder {
  readonly config: Config;
  /** ISO 8601 instant. */
  readonly now: string;
  readonly edition: Edition;
}

type Dependencies = Pick<StoreDependencies, 'config' | 'clock' | 'log'>;

/**
 * Finds the posts that the edition shows and that changed after it was composed, in its order.
 * Reads all posts. Throws a `BroadsheetError` if their folder cannot be read.
 */
export function findPostChanges(deps: Dependencies, edition: Edition): readonly PostChange[] {
  const { config, clock, log } = deps;
  const collected = collectPosts(config, { now: clock(), log });
  const posts = new Map(collected.folder.posts.map((post) => [post.file, post]));
  const present = new Map([...collected.idOf].map(([file, id]) => [id, posts.get(file)]));
  return edition.posts
    .filter(({ role }) => role !== undefined)
    .flatMap((then) => {
      const now = present.get(then.id);
      const kind =
        now === undefined
          ? whyAway(deps, collected, then.file)
          : changeOf(config, collected, then, now);
      return kind === undefined ? [] : [{ file: then.file, title: then.title, kind }];
    });
}

/**
 * Runs `findPostChanges` in its own process. Throws the errors of `findPostChanges` and of
 * `runApart`.
 */
export async function changesApart(
  { config, clock }: Pick<Dependencies, 'config' | 'clock'>,
  edition: Edition,
  signal: AbortSignal,
): Promise<readonly PostChange[]> {
  const order: ChangesOrder = { config, now: clock().toString(), edition };
  const name = 'looking for changes of posts';
  return runApart(order, { program: PROGRAM, name, signal, limitMs: LIMIT_MS });
}

function changeOf(
  config: Config,
  collected: CollectedPosts,
  then: EditionPost,
  now: Post,
): PostChangeKind | undefined {
  try {
    collected.render(now);
  } catch {
    return 'broken';
  }
  // The digest may have shown it without its label.
  const withoutLabel = labelRemover(labelsOf(config.posts.sameStory));
  if (![now.title, withoutLabel(now.title)].includes(then.title)) return 'retitled';
  if (now.url !== then.url) return 'moved';
  const isSame = then.fingerprint === undefined || then.fingerprint === now.fingerprint;
  return isSame ? undefined : 'changed';
}

/** Why a post is no longer published, by the file it was in. */
function whyAway(
  { config, clock }: Dependencies,
  { folder }: CollectedPosts,
  file: string,
): PostChangeKind {
  if (!folder.files.has(file)) return 'gone';
  const inherited = openInherited(config.posts.generator, config.folders.posts);
  const context = { site: config.site, settings: config.posts, inherited };
  const parsed = readPost(folder.folder, file, context);
  if (parsed === undefined) return 'gone';
  if ('problem' in parsed) return parsed.draft ? 'draft' : 'broken';
  const { state } = publicationOf(parsed.post, clock(), config.posts);
  if (state === 'published') return 'gone';
  return state === 'draft' || state === 'future' ? state : 'withdrawn';
}
