import type { Problem } from '../kernel/problem.ts';
import type { PostFolder } from './files/read-posts.ts';
import { compareText, type JoinReason, type Post, type Story } from './post.ts';

/** The results of reading the posts, also of a command that fails. `--json` prints it unchanged. */
export interface PostNotes {
  readonly posts: {
    /** Number of post files that were read, including those left out. */
    readonly read: number;
    /** Number of published posts: without drafts, future posts and posts left out. */
    readonly published: number;
    /** Number of stories that they tell: `published` is `items` and `joined` together. */
    readonly items: number;
    /** Number of published posts that are part of another post's story. */
    readonly joined: number;
    readonly drafts: number;
    readonly future: number;
    /** Number of posts that have no page on their site, or are in no list there. */
    readonly hidden: number;
    readonly expired: number;
    /** Number of files in formats that are not read, by ending; absent if there are none. */
    readonly otherFormats?: Readonly<Record<string, number>>;
    /** Sorted by file. */
    readonly leftOut: readonly LeftOutPost[];
    /** Stories that several posts tell, sorted by the file that is shown. */
    readonly joins: readonly Join[];
  };
  /** Sorted by file. */
  readonly warnings: readonly Warning[];
}

/** The notes of a command that reads no posts. */
export const NO_POSTS: PostNotes['posts'] = {
  read: 0,
  published: 0,
  items: 0,
  joined: 0,
  drafts: 0,
  future: 0,
  hidden: 0,
  expired: 0,
  leftOut: [],
  joins: [],
};

/** A story that several posts tell. */
export interface Join {
  /** File of the post that readers see. */
  readonly shown: string;
  /** Files of the others, the newest first. */
  readonly others: readonly string[];
  readonly because: readonly JoinReason[];
}

/** Something that a person should check. Nothing was left out. */
export interface Warning extends Problem {
  /** Counted from 1. Also 1 if the warning is about the whole file. */
  readonly line: number;
}

/** A post that is left out, and the reason: the fact and the remedy. */
export type LeftOutPost = Omit<Warning, 'message'> & { readonly reason: string };

/**
 * The notes of a run over `folder`: its own problems, the `stories` of its posts, the posts that failed to
 * render (`broken`), and `warnings` from later steps.
 */
export function reportPosts(
  { read, posts, drafts, future, hidden, expired, otherFormats, ...own }: PostFolder,
  stories: readonly Story[],
  broken: readonly Problem[],
  warnings: readonly Problem[],
): PostNotes {
  const leftOut = inOrder([...own.leftOut, ...broken]).map(({ message: reason, ...place }) => ({
    ...place,
    reason,
  }));
  const files = new Set(broken.map(({ file }) => file));
  const told = stories
    .map((story) => ({ story, posts: story.posts.filter(({ file }) => !files.has(file)) }))
    .filter((each) => each.posts.length > 0);
  const published = posts.filter(({ file }) => !files.has(file)).length;
  const items = told.length;
  return {
    posts: {
      ...{ read, published, items, joined: published - items, drafts, future, hidden, expired },
      ...(Object.keys(otherFormats).length > 0 ? { otherFormats } : {}),
      leftOut,
      joins: told
        .filter((each) => each.posts.length > 1)
        .map(joinOf)
        .sort((a, b) => compareText(a.shown, b.shown)),
    },
    warnings: inOrder([...own.warnings, ...warnings]),
  };
}

function joinOf({ story, posts }: { story: Story; posts: readonly Post[] }): Join {
  const shown = posts.find((post) => post === story.shown) ?? posts[0];
  return {
    shown: shown?.file ?? '',
    others: posts.filter((post) => post !== shown).map(({ file }) => file),
    because: story.joinedBy ?? [],
  };
}

function inOrder(problems: readonly Problem[]): Warning[] {
  return problems
    .map((problem) => ({ line: 1, ...problem }))
    .sort((a, b) => compareText(a.file, b.file) || a.line - b.line);
}

/** Problems, listed one by one or by kind. */
export interface ProblemSummary {
  /** The first problem of each kind, and the number of others. */
  readonly kinds: readonly { readonly first: Problem; readonly others: number }[];
  /** How many problems are of kinds that are not listed. */
  readonly unlisted: number;
  /** Whether problems were grouped by kind, not listed one by one. */
  readonly summedUp: boolean;
}

/**
 * Returns `problems` one by one if they are at most `most`. Otherwise one of each kind, the most
 * frequent kinds first, at most `most` kinds.
 */
export function summariseProblems(problems: readonly Problem[], most: number): ProblemSummary {
  if (problems.length <= most) {
    return { kinds: problems.map((first) => ({ first, others: 0 })), unlisted: 0, summedUp: false };
  }
  const kinds = [...Map.groupBy(problems, kindOf).values()]
    .flatMap(([first, ...others]) => (first ? [{ first, others: others.length }] : []))
    .sort((one, other) => other.others - one.others);
  const unlisted = kinds.slice(most).reduce((sum, { others }) => sum + others + 1, 0);
  return { kinds: kinds.slice(0, most), unlisted, summedUp: true };
}

/** The message without its quotes from the post. */
function kindOf({ message }: Problem): string {
  return message.replace(/\{\{.*?\}\}|"[^"]*"|\d+/gs, '…');
}
