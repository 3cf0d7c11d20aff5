import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BroadsheetError, EXIT, reasonOf } from '../base/errors.ts';
import { TEMPLATE_FILES, type Template, type Templates } from '../editions/templates.ts';

/** Broadsheet's own, beside `src/` in a checkout and beside `dist/` in the package. */
const OWN_FOLDER = join(import.meta.dirname, '..', '..', 'email-templates');

/**
 * The email templates of `folder`; one that is not in it (or all, where there is no such folder)
 * is Broadsheet's own. Throws a config error for a file that is there and cannot be read.
 */
export function readTemplates(folder: string): Templates {
  const read = (name: string) => readTemplate(join(folder, name), join(OWN_FOLDER, name));
  return {
    digestMjml: read(TEMPLATE_FILES.digestMjml),
    digestText: read(TEMPLATE_FILES.digestText),
    noticeMjml: read(TEMPLATE_FILES.noticeMjml),
    noticeText: read(TEMPLATE_FILES.noticeText),
  };
}

function readTemplate(file: string, ownFile: string): Template {
  try {
    return { file, source: decode(readFileSync(file)) };
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing && file !== ownFile) return readTemplate(ownFile, ownFile);
    const remedy = 'make it a readable UTF-8 file, or take it away to use the one of Broadsheet';
    throw new BroadsheetError(EXIT.config, `${file}  ${reasonOf(error)}; ${remedy}`, {
      cause: error,
    });
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
