import { extname, join } from 'node:path';
import { cached } from '../../kernel/cached.ts';
import { entriesOf, isThere } from '../../kernel/file-trace.ts';
import { readRegularFile } from '../../kernel/regular-file.ts';
import { readProgram } from './read-program.ts';
import { readSettings, type Settings } from './read-settings.ts';
import type { SiteFiles } from './site-facts.ts';

/** The files of the site in `folder`. Nothing throws: what cannot be read is missing. */
export function openSiteFiles(folder: string): SiteFiles {
  const text = (path: string) => {
    try {
      return readRegularFile(join(folder, path)).toString();
    } catch {
      return undefined;
    }
  };
  return {
    text,
    has: (path) => isThere(join(folder, path)),
    list: cached((path: string) => {
      try {
        return entriesOf(join(folder, path))
          .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
          .toSorted();
      } catch {
        return [];
      }
    }),
    settings(path) {
      const isProgram = /^\.[cm]?[jt]s$/.test(extname(path));
      if (isProgram) return programSettings(text(path) ?? '');
      return readSettings(join(folder, path));
    },
  };
}

/** The settings that a program exports, with its constants. */
function programSettings(text: string): Settings {
  try {
    const { exported, named } = readProgram(text);
    return { ...named, ...asMap(named.config), ...asMap(exported) };
  } catch {
    return {};
  }
}

function asMap(value: unknown): Settings {
  return typeof value === 'object' && value !== null ? (value as Settings) : {};
}
