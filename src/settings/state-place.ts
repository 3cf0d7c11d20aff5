import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The location of the database and its journal. Absolute paths. */
export interface StateFiles {
  readonly database: string;
  readonly journal: string;
}

/** The location in config and environment. Absolute paths; absent if not set. */
export interface NamedPlace {
  /** `sqlite:` and a path, or `postgres://...`. */
  readonly databaseUrl?: string;
  readonly journal?: string;
}

/** The database and the journal of the config. */
export interface StatePlace {
  readonly databaseUrl: string;
  readonly journalFile: string;
  /** Files at the former default location, if the config does not name another one. */
  readonly formerFiles: readonly string[];
}

/** The default location: every site generator ignores folders whose name begins with a dot. */
export function standardPlace(configFile: string): StateFiles {
  return filesIn(resolve(dirname(configFile), '../.broadsheet'));
}

/** The caches about the posts in `folder` (absolute), at the default location of the database. */
export function cacheFiles(configFile: string, folder: string) {
  const name = hash('sha256', folder, 'hex').slice(0, 16);
  const at = (what: string) =>
    join(dirname(standardPlace(configFile).database), `${what}-${name}.cache`);
  return { posts: at('posts'), documents: at('documents'), build: at('build') };
}

/** The default location of earlier versions: a folder that Jekyll publishes and people commit. */
export function formerPlace(configFile: string): StateFiles {
  return filesIn(resolve(dirname(configFile), '../data'));
}

/**
 * The location from config and environment. What they do not name is at the default location, or at the
 * former one if it exists only there. Reads the disk, changes nothing.
 */
export function findStatePlace(configFile: string, named: NamedPlace): StatePlace {
  const standard = standardPlace(configFile);
  const former = formerPlace(configFile);
  const database = existing(standard.database, former.database);
  const databaseUrl = named.databaseUrl ?? `sqlite:${database}`;
  const isDefault = named.databaseUrl === undefined;
  const beside = isDefault ? journalBeside(database) : journalOfUrl(databaseUrl);
  const leavesJournal = named.journal === undefined && (isDefault || beside === undefined);
  const files = [
    ...(isDefault ? [former.database] : []),
    ...(leavesJournal ? [former.journal] : []),
  ];
  return {
    databaseUrl,
    journalFile: named.journal ?? journalFor(beside, { standard, former, isDefault }),
    formerFiles: files.filter((file) => existsSync(file)),
  };
}

function journalFor(
  beside: string | undefined,
  {
    standard,
    former,
    isDefault,
  }: { readonly standard: StateFiles; readonly former: StateFiles; readonly isDefault: boolean },
): string {
  if (beside === undefined) return existing(standard.journal, former.journal);
  if (!isDefault || existsSync(beside)) return beside;
  // After an interrupted move, or a move by hand, it is at the other location.
  const other = beside === standard.journal ? former.journal : standard.journal;
  return existsSync(other) ? other : beside;
}

/** `data/paper.db` has `data/paper.journal.jsonl` beside it. */
export function journalBeside(database: string): string {
  return `${database.replace(/\.(db|sqlite3?)$/, '')}.journal.jsonl`;
}

/** The file beside the journal with the refresh tokens that servers gave (`openKeptTokens`). */
export function tokensBeside(journal: string): string {
  return `${journal.replace(/(\.journal)?\.jsonl$/, '')}.tokens.json`;
}

/** Undefined for a database that is not a file. */
function journalOfUrl(databaseUrl: string): string | undefined {
  const path = databaseUrl.startsWith('sqlite:') ? databaseUrl.slice('sqlite:'.length) : '';
  return path === '' || path === ':memory:' ? undefined : journalBeside(path);
}

function filesIn(folder: string): StateFiles {
  const database = join(folder, 'broadsheet.db');
  return { database, journal: journalBeside(database) };
}

function existing(first: string, second: string): string {
  return !existsSync(first) && existsSync(second) ? second : first;
}
