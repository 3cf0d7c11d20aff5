import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Where the database and its journal are. Absolute paths. */
export interface StateFiles {
  readonly database: string;
  readonly journal: string;
}

/** What config and environment say about the place. Absolute; absent where they say nothing. */
export interface NamedPlace {
  /** `sqlite:` and a path, or `postgres://...`. */
  readonly databaseUrl?: string;
  readonly journal?: string;
}

/** The database and the journal that the config means. */
export interface StatePlace {
  readonly databaseUrl: string;
  readonly journalFile: string;
  /** Of what the config leaves to the default: the files that are at the former default place. */
  readonly formerFiles: readonly string[];
}

/** The default place: every site generator leaves out a folder whose name begins with a dot. */
export function standardPlace(configFile: string): StateFiles {
  return filesIn(resolve(dirname(configFile), '../.broadsheet'));
}

/** The default place of earlier versions: a folder that Jekyll publishes and that people commit. */
export function formerPlace(configFile: string): StateFiles {
  return filesIn(resolve(dirname(configFile), '../data'));
}

/**
 * The place that config and environment name. What they don't name is at the default place, or at
 * the former one if it is only there. Looks at the disk, changes nothing.
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
  // A move that was cut short, or a database that was moved by hand, left it at the other place.
  const other = beside === standard.journal ? former.journal : standard.journal;
  return existsSync(other) ? other : beside;
}

/** `data/paper.db` has `data/paper.journal.jsonl` beside it. */
export function journalBeside(database: string): string {
  return `${database.replace(/\.(db|sqlite3?)$/, '')}.journal.jsonl`;
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
