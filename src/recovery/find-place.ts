import { realpathSync, statSync } from 'node:fs';
import { isPostgres } from '../database/dialect.ts';
import { readPlace } from '../database/identity.ts';
import { placeOnServer } from '../database/place-on-server.ts';
import type { Database } from '../database/tables.ts';
import { thisMachine } from '../kernel/files/this-machine.ts';
import type { Config } from '../settings/config.ts';
import { type PlaceOfDatabase, whyElsewhere } from '../settings/place-of-database.ts';

/** The location of the database; undefined for one in memory. */
export async function findPlace(
  db: Database,
  config: Pick<Config, 'databaseUrl' | 'journalFile' | 'machine'>,
): Promise<PlaceOfDatabase | undefined> {
  if (isPostgres(db)) return placeOnServer(db);
  const given = config.databaseUrl.replace(/^sqlite:/, '');
  if (given === ':memory:') return undefined;
  const { id: machine, name: machineName } = thisMachine(config.machine);
  const path = realpathSync(given);
  const file = fileMark(path) ?? null;
  const journal = fileMark(config.journalFile) ?? null;
  return { kind: 'file', machine, machineName, path, file, journal };
}

/**
 * Why this is not the location that the database has saved, as a phrase after "this database": it
 * may be a copy. Undefined if it is, or if none is saved.
 */
export async function findElsewhere(
  db: Database,
  config: Parameters<typeof findPlace>[1],
): Promise<string | undefined> {
  const noted = await readPlace(db);
  if (noted === undefined) return undefined;
  const here = await findPlace(db, config);
  if (here === undefined) return undefined;
  const isFile = noted.kind === 'file' && here.kind === 'file';
  return whyElsewhere(noted, here, isFile ? fileMark(noted.path) : undefined);
}

/**
 * Identifies the file at `path`: text that stays the same when the file is written or moved, and that
 * differs for a copy. Undefined if there is no file; null if the file system does not store creation
 * times (inode numbers are reused), or denies access.
 */
function fileMark(path: string): string | null | undefined {
  try {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    return stat.birthtimeNs > 0n ? `${stat.ino}:${stat.birthtimeNs}` : null;
  } catch {
    return null;
  }
}
