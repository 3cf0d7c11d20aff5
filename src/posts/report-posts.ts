import type { Problem } from '../kernel/problem.ts';
import type { PostFolder } from './files/read-posts.ts';
import { compareText } from './post.ts';

/** What reading the posts showed, whatever came of it; `--json` prints it as it is. */
export interface PostNotes {
  readonly posts: {
    /** Files of posts that were looked at, those left out included. */
    readonly read: number;
    /** Posts that are published: neither drafts, nor of the future, nor left out. */
    readonly published: number;
    readonly drafts: number;
    readonly future: number;
    /** In the order of the files. */
    readonly leftOut: readonly LeftOutPost[];
  };
  /** In the order of the files. */
  readonly warnings: readonly Warning[];
}

/** A post that is left out, and why. */
export interface LeftOutPost {
  readonly file: string;
  /** 1 is the first line, and stands for the whole file too. */
  readonly line: number;
  readonly column?: number;
  /** The fact and the remedy. */
  readonly reason: string;
}

/** Something a person should look at; nothing was left out for it. */
export interface Warning {
  readonly file: string;
  /** 1 is the first line, and stands for the whole file too. */
  readonly line: number;
  readonly column?: number;
  readonly message: string;
}

/**
 * The notes of a run over `folder`: its own, the posts that turned out to be `broken` when they
 * were rendered, and `warnings` from further on.
 */
export function reportPosts(
  { read, posts, drafts, future, ...own }: PostFolder,
  broken: readonly Problem[],
  warnings: readonly Problem[],
): PostNotes {
  const leftOut = inOrder([...own.leftOut, ...broken]).map(({ message, ...place }) => ({
    ...place,
    reason: message,
  }));
  return {
    posts: { read, published: posts.length - broken.length, drafts, future, leftOut },
    warnings: inOrder([...own.warnings, ...warnings]),
  };
}

function inOrder(problems: readonly Problem[]): Warning[] {
  return problems
    .map((problem) => ({ line: 1, ...problem }))
    .sort((a, b) => compareText(a.file, b.file) || a.line - b.line);
}
