import { join } from 'node:path';
import { readTemplate } from './read-template.ts';
import { TEMPLATE_FILES, type Templates } from './templates.ts';

/** Broadsheet's own, beside `src/` in a checkout and beside `dist/` in the package. */
const OWN_FOLDER = join(import.meta.dirname, '..', '..', 'email-templates');

/**
 * The email templates of `folder`; one that is not in it (or all, where there is no such folder)
 * is Broadsheet's own. Throws a config error for a file that is there and cannot be read.
 */
export function readTemplates(folder: string): Templates {
  const read = (name: string) => readTemplate(folder, OWN_FOLDER, name);
  return {
    digestMjml: read(TEMPLATE_FILES.digestMjml),
    digestText: read(TEMPLATE_FILES.digestText),
    noticeMjml: read(TEMPLATE_FILES.noticeMjml),
    noticeText: read(TEMPLATE_FILES.noticeText),
  };
}
