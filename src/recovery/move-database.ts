import { existsSync, lstatSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readPlace } from '../database/identity.ts';
import { type LockedFile, lockSqlite } from '../database/lock-sqlite.ts';
import { openStore } from '../database/open-store.ts';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { copyWhole, haveSameBytes, removeFile, renameFile } from '../kernel/files/move-file.ts';
import { makeStateFolder } from '../kernel/files/state-folder.ts';
import { writeFileAtomically } from '../kernel/files/write-atomically.ts';
import { readRegularFile } from '../kernel/regular-file.ts';
import type { Config } from '../settings/config.ts';
import type { PlaceOfFile } from '../settings/place-of-database.ts';
import {
  formerPlace,
  journalBeside,
  type StateFiles,
  standardPlace,
  tokensBeside,
} from '../settings/state-place.ts';
import { mergeJournals } from '../subscribers/journal/journal-file.ts';
import { movingMark, sqliteFile } from './check-privacy.ts';
import { findElsewhere } from './find-place.ts';
import { findPublication, realPath } from './find-publication.ts';

/** One moved file. Absolute paths. */
export interface MovedFile {
  readonly what: 'database' | 'journal';
  readonly from: string;
  readonly to: string;
}

interface Move {
  readonly from: StateFiles;
  readonly to: StateFiles;
}

/**
 * Moves the database and its journal to the location in the config: from `from` (absolute), or from
 * the former default location. Returns what it moved; an empty list if nothing is left to move. If
 * it is killed at any step, the next call continues, and the database is not put on hold for it.
 * Throws a `BroadsheetError`: 75 if another program uses the database; usage if there is none at
 * `from`; config if the new location is published, or has another database.
 */
export async function moveDatabase(
  config: Config,
  from: string | undefined,
): Promise<readonly MovedFile[]> {
  const move = planMove(config, from);
  const database = move.from.database !== '' && (await moveFile(move, config));
  const journal = moveJournal(move);
  // SQLite keeps this file while it has the database locked. Without its database it is useless.
  const old = from ?? formerPlace(config.file).database;
  if (!existsSync(old) && existsSync(dirname(old))) removeFile(`${old}-journal`);
  return [
    ...(database ? [movedFile('database', move)] : []),
    ...(journal ? [movedFile('journal', move)] : []),
  ];
}

function movedFile(what: MovedFile['what'], { from, to }: Move): MovedFile {
  return { what, from: from[what], to: to[what] };
}

/** A file that is not moved has an empty name. */
function planMove(config: Config, from: string | undefined): Move {
  const standard = standardPlace(config.file);
  const former = formerPlace(config.file);
  const named = sqliteFile(config.databaseUrl);
  const database = named === former.database ? standard.database : named;
  if (from === undefined) {
    const isOurs = (file: string) => config.formerFiles?.includes(file) === true;
    const only = (file: string) => (isOurs(file) ? file : '');
    return {
      from: { database: only(former.database), journal: only(former.journal) },
      to: standard,
    };
  }
  if (database === undefined) {
    const remedy = 'use `broadsheet database copy FROM TO`, or name a file in database.url';
    throw new BroadsheetError(EXIT.usage, `the config names no file; ${remedy}`);
  }
  const journal = config.journalFile === former.journal ? standard.journal : config.journalFile;
  const isThere = existsSync(from);
  if (!isThere && !existsSync(journalBeside(from))) {
    const remedy = `name the file that is to be moved to ${database}`;
    throw new BroadsheetError(EXIT.usage, `${from}  there is no database here; ${remedy}`);
  }
  return {
    from: { database: isThere ? from : '', journal: journalBeside(from) },
    to: { database, journal },
  };
}

async function moveFile({ from, to }: Move, config: Config): Promise<boolean> {
  const [source, target] = [from.database, to.database];
  if (realPath(source) === realPath(target)) return false;
  refuseLink(source);
  refusePublished(target, config);
  if (existsSync(target)) return finishCopy(source, target);
  const home = await readHome(from, config);
  makeStateFolder(target);
  const lock = lockSqlite(source);
  try {
    // If the system can't identify files, a file under another name counts as a copy.
    if (home?.file === null) noteTarget(lock, home, target);
    if (renameFile(source, target)) return true;
    const mark = movingMark(target);
    // Before anything is changed: if the mark is found later, the move was interrupted.
    writeFileSync(mark, '', { mode: 0o600 });
    if (home !== undefined) noteTarget(lock, home, target);
    copyWhole(source, target, mark);
    removeFile(source);
    return true;
  } finally {
    lock.close();
  }
}

/**
 * The saved location of the database, if it may send from where it is, or a move from there had
 * begun.
 */
async function readHome(
  { database, journal }: StateFiles,
  { machine }: Config,
): Promise<PlaceOfFile | undefined> {
  const databaseUrl = `sqlite:${database}`;
  const store = await openStore(databaseUrl, 'existing');
  try {
    const place = await readPlace(store.db);
    const here = { databaseUrl, journalFile: journal, machine };
    const isHome = (await findElsewhere(store.db, here)) === undefined;
    return place?.kind === 'file' && isHome ? place : undefined;
  } finally {
    await store.close();
  }
}

/** The next send saves which file it is. */
function noteTarget(lock: LockedFile, home: PlaceOfFile, target: string): void {
  lock.notePlace({ ...home, path: realPath(target), file: null, journal: null });
}

/** The first 100 bytes of a SQLite file change when it is opened (https://sqlite.org/fileformat.html). */
const HEADER_BYTES = 100;

/** Both exist: deletes the old file, if the new one is its copy. */
function finishCopy(source: string, target: string): boolean {
  const locks = [source, target].map(lockSqlite);
  try {
    if (!haveSameBytes(source, target, HEADER_BYTES)) {
      const remedy = 'put the one that you do not use elsewhere, outside of the site';
      throw new BroadsheetError(
        EXIT.config,
        `${source}  is a database, and ${target} is another one; ${remedy}`,
      );
    }
    removeFile(source);
    return true;
  } finally {
    for (const lock of locks) lock.close();
  }
}

function refuseLink(source: string): void {
  if (!lstatSync(source).isSymbolicLink()) return;
  const remedy = `name ${realPath(source)} in database.url, and delete the link`;
  throw new BroadsheetError(EXIT.config, `${source}  is a link to the database; ${remedy}`);
}

function refusePublished(target: string, { folders }: Config): void {
  const found = findPublication(target, folders.output);
  if (found === undefined) return;
  const fact = `would be in ${found.folder}, which ${found.by}`;
  throw new BroadsheetError(EXIT.config, `${target}  ${fact}; name another place in database.url`);
}

function moveJournal({ from, to }: Move): boolean {
  const [source, target] = [from.journal, to.journal];
  if (source === '' || !existsSync(source) || realPath(source) === realPath(target)) return false;
  makeStateFolder(target);
  if (existsSync(target) || !renameFile(source, target)) mergeJournals(source, target);
  const [tokens, place] = [tokensBeside(source), tokensBeside(target)];
  if (existsSync(tokens) && !existsSync(place)) {
    writeFileAtomically(place, readRegularFile(tokens), 0o600);
    removeFile(tokens);
  }
  return true;
}
