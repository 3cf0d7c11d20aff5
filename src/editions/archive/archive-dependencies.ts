import type { StoreDependencies } from '../../database/dependencies.ts';
import type { TextsOf } from '../../kernel/texts.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import type { ArchiveList } from './plan-lists.ts';

/** Dependencies of the archive. */
export interface ArchiveDependencies extends StoreDependencies {
  /** The texts of the site. */
  readonly textsOf: TextsOf;
  /** Renders the pages that list editions, in the site's look. */
  readonly lists: ArchiveLists;
}

/** The pages that list editions, and their files. */
export interface ArchiveLists {
  /** Returns a whole document. `newsletters` are those with an archive. */
  render(list: ArchiveList, newsletters: readonly NewsletterSettings[]): string;
  /** Files that the pages link to, by path in the output folder. */
  readonly files: ReadonlyMap<string, string>;
}
