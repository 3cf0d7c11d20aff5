import type { PostNotes } from '../../posts/report-posts.ts';
import type { FeedFormat } from '../../settings/settings.ts';

/** What `broadsheet build` did; `--json` prints it as it is. */
export interface BuildReport extends PostNotes {
  /** Absolute path of the folder that the feeds are in. */
  readonly outputFolder: string;
  /** ISO 8601 instant: when the first post of the future is to be published. */
  readonly nextDue?: string;
  /** One entry for each feed document in each format, the main feed first. */
  readonly feeds: readonly BuiltFeed[];
  /** `<link rel="alternate">` tags of the main feed, for the head of the site's pages. */
  readonly discoveryLinks: readonly string[];
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
