import type { FeedFormat } from '../model/feed.ts';

/** What `broadsheet build` did; `--json` prints it as it is. */
export interface BuildReport {
  /** Absolute path of the folder that the feeds are in. */
  readonly outputFolder: string;
  readonly posts: {
    /** Files of posts that were looked at, those left out included. */
    readonly read: number;
    /** Posts that are published: neither drafts, nor of the future, nor left out. */
    readonly published: number;
    readonly drafts: number;
    readonly future: number;
    readonly leftOut: readonly LeftOutPost[];
  };
  /** One entry for each feed document in each format, the main feed first. */
  readonly feeds: readonly BuiltFeed[];
  readonly warnings: readonly BuildWarning[];
  /** `<link rel="alternate">` tags of the main feed, for the head of the site's pages. */
  readonly discoveryLinks: readonly string[];
}

/** A post that is in no feed, and why. */
export interface LeftOutPost {
  readonly file: string;
  /** 1 is the first line, and stands for the whole file too. */
  readonly line: number;
  readonly column?: number;
  /** The fact and the remedy. */
  readonly reason: string;
}

/** One feed document of the output folder. */
export interface BuiltFeed {
  /** Relative to the output folder, with `/`: `categories/world/rss.xml`. */
  readonly path: string;
  readonly format: FeedFormat;
  readonly items: number;
  /** Whether the file was written, because its bytes are new. */
  readonly changed: boolean;
}

/** Something a person should look at; nothing was left out for it. */
export interface BuildWarning {
  readonly file: string;
  /** 1 is the first line, and stands for the whole file too. */
  readonly line: number;
  readonly column?: number;
  readonly message: string;
}
