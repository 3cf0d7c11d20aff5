import { INDEX_FILE, INDEX_MARK } from '../../feeds/index-page.ts';
import type { Publication } from '../../feeds/publish/publish.ts';
import type { Problem } from '../../kernel/problem.ts';
import type { ArchiveDependencies } from './archive-dependencies.ts';
import type { ArchiveFiles } from './archive-files.ts';
import type { NewsletterArchive } from './list-archives.ts';
import { planLists } from './plan-lists.ts';

/**
 * Puts the pages that list editions. A page at such a path that is not ours stays, with a warning.
 */
export function putArchiveLists(
  { lists }: Pick<ArchiveDependencies, 'lists'>,
  archives: readonly NewsletterArchive[],
  files: ArchiveFiles,
  publication: Publication,
): readonly Problem[] {
  const newsletters = archives.map(({ newsletter }) => newsletter);
  const warnings: Problem[] = [];
  for (const list of planLists(archives)) {
    const path = `${list.path}/${INDEX_FILE}`;
    const isOurs = files.wasThere(path) || publication.textOf(path)?.includes(INDEX_MARK) !== false;
    if (isOurs) files.put(path, lists.render(list, newsletters));
    else {
      const remedy = 'give the feeds a folder of their own by feeds.folder and publicUrl';
      const message = `is there already and not of Broadsheet's making, so it stays; ${remedy}`;
      warnings.push({ file: publication.pathOf(path), message });
    }
  }
  if (archives.length > 0) for (const [path, text] of lists.files) publication.put(path, text);
  return warnings;
}
