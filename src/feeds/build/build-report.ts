import type { PostNotes } from '../../posts/report-posts.ts';
import type { FeedFormat } from '../../settings/settings.ts';

/** The results of `broadsheet build`. `--json` prints them unchanged. */
export interface BuildReport extends PostNotes {
  /** Absolute path of the output folder. */
  readonly outputFolder: string;
  /** ISO 8601 instant when the first future post is due. */
  readonly nextDue?: string;
  /** One entry for each feed document in each format, the main feed first. */
  readonly feeds: readonly BuiltFeed[];
  /** The pictures that the feeds copy; absent if they copy none. */
  readonly pictures?: {
    /** Number of copies that rendered posts refer to. */
    readonly copied: number;
    /** Number of those that this build wrote. */
    readonly written: number;
  };
  /** The pages of posts; absent if a site generator makes them. `changed`: pages and lists written. */
  readonly pages?: { readonly posts: number; readonly changed: number } | undefined;
  /** `<link rel="alternate">` tags of the main feed, for the `<head>` of the site's pages. */
  readonly discoveryLinks: readonly string[];
}

/** One feed document of the output folder. */
export interface BuiltFeed {
  /** Relative to the output folder, with `/`: `categories/world/rss.xml`. */
  readonly path: string;
  readonly format: FeedFormat;
  readonly items: number;
  /** Whether the file was written because its bytes changed. */
  readonly changed: boolean;
}
