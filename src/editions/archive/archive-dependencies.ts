import type { StoreDependencies } from '../../database/dependencies.ts';
import type { TextsOf } from '../../kernel/texts.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import type { ArchiveList } from '../page/plan-lists.ts';

/** What the archive is made with. */
export interface ArchiveDependencies extends StoreDependencies {
  /** The texts of the site. */
  readonly textsOf: TextsOf;
  /** Makes the pages that list editions, in the look of the site. */
  readonly lists: ArchiveLists;
}

/** The pages that list editions, and what they need. */
export interface ArchiveLists {
  /** A whole document; `newsletters` are those with an archive. */
  render(list: ArchiveList, newsletters: readonly NewsletterSettings[]): string;
  /** Files that the pages link to, by path in the output folder. */
  readonly files: ReadonlyMap<string, string>;
}
