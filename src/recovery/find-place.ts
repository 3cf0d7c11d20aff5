import { realpathSync } from 'node:fs';
import { isPostgres } from '../database/dialect.ts';
import { readPlace } from '../database/identity.ts';
import { placeOnServer } from '../database/place-on-server.ts';
import type { Database } from '../database/tables.ts';
import { fileMark } from '../kernel/files/file-mark.ts';
import { thisMachine } from '../kernel/files/this-machine.ts';
import type { Config } from '../settings/config.ts';
import { type PlaceOfDatabase, whyElsewhere } from '../settings/place-of-database.ts';

/** Where the database is; undefined for one in memory, which is nowhere. */
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
 * Why the database cannot be taken for the one that was last told to be at home here, as what
 * follows "this database"; undefined when it can, or has never been told.
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
