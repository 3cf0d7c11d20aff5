import { join } from 'node:path';
import { BroadsheetError, EXIT, reasonOf } from '../kernel/errors.ts';
import { readRegularFile } from '../kernel/regular-file.ts';
import { TEMPLATE_FILES, type Template, type Templates } from './templates.ts';

/** The folder `name` of Broadsheet itself, beside `src/` in a checkout and beside `dist/` in the package. */
export function ownFolder(name: string): string {
  return join(import.meta.dirname, '..', '..', name);
}

/**
 * Reads the email templates of `folder`. For each one that it does not have (all, if there is no
 * such folder), uses Broadsheet's own. Throws a config error if a file exists and cannot be read.
 */
export function readTemplates(folder: string): Templates {
  const read = (name: string) => readTemplate(folder, ownFolder('email-templates'), name);
  return {
    digestMjml: read(TEMPLATE_FILES.digestMjml),
    digestText: read(TEMPLATE_FILES.digestText),
    noticeMjml: read(TEMPLATE_FILES.noticeMjml),
    noticeText: read(TEMPLATE_FILES.noticeText),
  };
}

/**
 * The template `name` of `folder`, or of the folder `own` if `folder` does not have it. Throws a
 * config error if the file exists and cannot be read.
 */
export function readTemplate(folder: string, own: string, name: string): Template {
  const file = join(folder, name);
  try {
    return { file, source: readUtf8(file) };
  } catch (error) {
    if (folder !== own && isMissing(error)) return readTemplate(own, own, name);
    throw error;
  }
}

/** The text of a template or a language file. Throws a config error if it cannot be read. */
export function readUtf8(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readRegularFile(file));
  } catch (error) {
    const remedy = 'make it a readable UTF-8 file, or delete it to use the one of Broadsheet';
    throw new BroadsheetError(EXIT.config, `${file}  ${reasonOf(error)}; ${remedy}`, {
      cause: error,
    });
  }
}

/** Whether the file or folder that `error` is about does not exist. */
export function isMissing(error: unknown): boolean {
  const cause = error instanceof BroadsheetError ? error.cause : error;
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}
