import { join } from 'node:path';
import { readTemplate } from './read-template.ts';
import { TEMPLATE_FILES, type Templates } from './templates.ts';

/** Broadsheet's own folder, beside `src/` in a checkout and beside `dist/` in the package. */
const OWN_FOLDER = join(import.meta.dirname, '..', '..', 'email-templates');

/**
 * Reads the email templates of `folder`. For each one that it does not have (all, if there is no
 * such folder), uses Broadsheet's own. Throws a config error if a file exists and cannot be read.
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
