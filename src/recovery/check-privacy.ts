import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { trackedByGit } from '../kernel/files/tracked-by-git.ts';
import type { Problem } from '../kernel/problem.ts';
import type { Config } from '../settings/config.ts';
import { environmentWithout } from '../settings/environment.ts';
import { formerPlace, standardPlace } from '../settings/state-place.ts';
import { findPublication, realPath } from './find-publication.ts';

type PlaceConfig = Pick<
  Config,
  'file' | 'folders' | 'databaseUrl' | 'journalFile' | 'formerFiles' | 'dkim'
>;

/** What is wrong with the location of people's data. */
export interface PrivacyReport {
  /** Others can read it, or it is unclear which file is the right one: the program must not continue. */
  readonly refused: readonly Problem[];
  /** It works, but should be changed. */
  readonly warnings: readonly Problem[];
}

/**
 * Checks that nobody else can get at the database, the journal and the keys: they must not be in a
 * published folder, nor in Git. `nameOf` turns an absolute path into what a user would type. Changes nothing;
 * runs Git if the files are in a repository.
 */
export function checkPrivacy(config: PlaceConfig, nameOf: (path: string) => string): PrivacyReport {
  const unclear = unclearPlace(config, nameOf);
  if (unclear.length > 0) return { refused: unclear, warnings: [] };
  const files = filesOf(config);
  const published = files.flatMap((file) => publicationOf(file, config, nameOf));
  const tracked = trackedOf(files, config, nameOf);
  const refused = [...published, ...tracked];
  const warnings = [...formerPlaceOf(config, nameOf), ...readableKeys(config, nameOf)];
  return { refused, warnings: refused.length > 0 ? [] : warnings };
}

interface PrivateFile {
  readonly path: string;
  /** What its readers get. */
  readonly holds: string;
  /** Set if it is not enough to move it. */
  readonly remedy?: string;
}

const A_NEW_KEY =
  'make another key with `broadsheet dkim new`, and remove the record of this one from the DNS';

/** The database's file, if it has one, the journal, and the keys that sign messages. */
function filesOf({ databaseUrl, journalFile, dkim }: PlaceConfig): readonly PrivateFile[] {
  const database = sqliteFile(databaseUrl);
  return [
    ...(database === undefined ? [] : [{ path: database, holds: 'your subscribers' }]),
    { path: journalFile, holds: 'the record of who left' },
    ...dkim.map(({ keyFile: path }) => ({
      ...{ path, holds: 'the key that signs your mail', remedy: A_NEW_KEY },
    })),
  ];
}

/** The file of a SQLite database; undefined for one in memory or on a server. */
export function sqliteFile(databaseUrl: string): string | undefined {
  const path = databaseUrl.startsWith('sqlite:') ? databaseUrl.slice('sqlite:'.length) : '';
  return path === '' || path === ':memory:' ? undefined : path;
}

function publicationOf(
  { path, holds, remedy }: PrivateFile,
  config: PlaceConfig,
  nameOf: (path: string) => string,
): Problem[] {
  // A missing journal will be made when it is needed, usually beside the database, which is
  // reported already.
  if (!existsSync(path) && path === config.journalFile) return [];
  const found = findPublication(path, config.folders.output);
  if (found === undefined) return [];
  const fact = `is in ${nameOf(found.folder)}, which ${found.by}: anybody could download ${holds}`;
  return [{ file: nameOf(path), message: `${fact}; ${remedy ?? howToMove(path, config, nameOf)}` }];
}

function trackedOf(
  files: readonly PrivateFile[],
  config: PlaceConfig,
  nameOf: (path: string) => string,
): Problem[] {
  const all = files.flatMap((file) =>
    ['', '-wal'].map((ending) => ({
      ...file,
      path: realPath(file.path) + ending,
      named: file.path,
    })),
  );
  const tracked = trackedByGit(
    all.map(({ path }) => path),
    environmentWithout('GIT_'),
  );
  return all
    .filter(({ path }) => tracked.includes(path))
    .map(({ path, named, holds, remedy }) => {
      const fact = `is tracked by Git: everyone who gets the repository gets ${holds}`;
      const untrack = `run \`git rm --cached ${nameOf(path)}\` and commit that (older commits keep it: see git-filter-repo)`;
      const how = remedy ?? (isStandard(named, config) ? '' : howToMove(named, config, nameOf));
      const move = how === '' ? '' : `, then ${how}`;
      return { file: nameOf(path), message: `${fact}; ${untrack}${move}` };
    });
}

function isStandard(path: string, { file }: PlaceConfig): boolean {
  return Object.values(standardPlace(file)).includes(path);
}

function howToMove(path: string, config: PlaceConfig, nameOf: (path: string) => string): string {
  const standard = standardPlace(config.file);
  if (config.formerFiles?.includes(path) === true) {
    return `stop what uses it and run \`broadsheet database move\`, which takes it to ${nameOf(dirname(standard.database))}`;
  }
  const isJournalAlone = path === config.journalFile && sqliteFile(config.databaseUrl) !== path;
  const option = isJournalAlone ? 'database.journal' : 'database.url';
  const target = join(dirname(standard.database), basename(path));
  const isTargetPublished = findPublication(target, config.folders.output) !== undefined;
  const example = isTargetPublished ? 'outside of that folder' : `such as ${nameOf(target)}`;
  return `stop what uses it, name another place, ${example}, in ${option} and run \`broadsheet database move ${nameOf(path)}\``;
}

/** Two files, and either may be the right one; or a move that was interrupted. */
function unclearPlace(config: PlaceConfig, nameOf: (path: string) => string): Problem[] {
  const database = sqliteFile(config.databaseUrl);
  const former = formerPlace(config.file);
  const isThere = (file: string) => config.formerFiles?.includes(file) === true;
  const cutShort = database === undefined ? '' : movingMark(database);
  if (cutShort !== '' && existsSync(cutShort)) {
    const message =
      'is left of a move that was cut short; run the same `broadsheet database move` again';
    return [{ file: nameOf(cutShort), message }];
  }
  if (isThere(former.database) && database !== former.database && database !== undefined) {
    const remedy =
      "run `broadsheet database move` to end a move that was cut short; else put the one that you don't use elsewhere, outside of the site, or name the right one in database.url";
    const message = `is a database, and ${nameOf(database)} is one too: which has your subscribers is not known; ${remedy}`;
    return [{ file: nameOf(former.database), message }];
  }
  if (isThere(former.journal) && config.journalFile !== former.journal) {
    const message = `is a journal, and ${nameOf(config.journalFile)} is one too; run \`broadsheet database move\`, which makes one of them`;
    return [{ file: nameOf(former.journal), message }];
  }
  return [];
}

/** The file beside the new location of a database while it is copied there. */
export function movingMark(database: string): string {
  return `${database}.moving`;
}

/** Containers get their secrets in files like these, so it is only a warning. */
function readableKeys({ dkim }: PlaceConfig, nameOf: (path: string) => string): Problem[] {
  const isReadable = (path: string) =>
    ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o004) !== 0;
  return dkim
    .filter(({ keyFile }) => isReadable(keyFile))
    .map(({ keyFile }) => {
      const file = nameOf(keyFile);
      const message = `can be read by every user of this machine, who could sign mail with it; run \`chmod 600 ${file}\``;
      return { file, message };
    });
}

function formerPlaceOf(config: PlaceConfig, nameOf: (path: string) => string): Problem[] {
  const [file] = config.formerFiles ?? [];
  if (file === undefined) return [];
  const folder = nameOf(dirname(standardPlace(config.file).database));
  const message = `is beside files that are meant to be committed and published; run \`broadsheet database move\`, which takes it to ${folder}`;
  return [{ file: nameOf(file), message }];
}
