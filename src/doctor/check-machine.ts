import { existsSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Fault, failure, type Result, resultOf, warning } from './finding.ts';

/**
 * Checks the time-zone data of Node: `release` as `2026c`, the offset of Asunción in July 2025. Paraguay
 * kept its summer time for good in October 2024 (release 2024b).
 */
export function zoneDataResult(release: string, asuncion: string, now: Temporal.Instant): Result {
  const age = now.toZonedDateTimeISO('UTC').year - Number(release.slice(0, 4));
  const remedy = 'update Node; with Debian or Red Hat, update ICU and tzdata as well';
  if (asuncion !== '-03:00') {
    const fact = `they are of before October 2024 (${release}): editions may go out an hour early or late`;
    return { ...failure(fact), remedy };
  }
  const fact = `they are of ${release}; rules that changed since are missing`;
  return resultOf(age > 1 ? [warning(fact)] : [], `they are of ${release}`, { remedy });
}

/** Checks the time-zone data of this program. */
export function checkZoneData(now: Temporal.Instant): Result {
  const { offset } =
    Temporal.Instant.from('2025-07-01T00:00Z').toZonedDateTimeISO('America/Asuncion');
  return zoneDataResult(process.versions.tz ?? 'unknown', offset, now);
}

/** Free room of a file system, in bytes, and the share of its files that can still be made. */
export interface Room {
  readonly freeBytes: number;
  readonly freeFiles: number;
}

const MEGABYTE = 1024 ** 2;
const LEAST_MEGABYTES = 100;
const GOOD_MEGABYTES = 1024;

/** The room where `path` is or will be. */
export async function roomAt(path: string): Promise<Room> {
  const place = existsSync(path) ? path : dirname(path);
  if (place !== path && !existsSync(place)) return roomAt(place);
  const { bavail, bsize, files, ffree } = await statfs(place);
  return { freeBytes: bavail * bsize, freeFiles: files === 0 ? 1 : ffree / files };
}

/** Judges the room of several places, by what is there. */
export function roomResult(places: ReadonlyMap<string, Room>): Result {
  const faults: Fault[] = [];
  for (const [what, { freeBytes, freeFiles }] of places) {
    const free = freeBytes / MEGABYTE;
    const fact = `there are ${formatMegabytes(free)} left for ${what}`;
    if (free < LEAST_MEGABYTES) faults.push(failure(fact));
    else if (free < GOOD_MEGABYTES) faults.push(warning(fact));
    else if (freeFiles < 0.02)
      faults.push(warning(`almost no more files fit on the disk of ${what}`));
  }
  const least = Math.min(...[...places.values()].map(({ freeBytes }) => freeBytes));
  return resultOf(
    faults,
    `at least ${formatMegabytes(least / MEGABYTE)} are free for ${[...places.keys()].join(', ')}`,
  );
}

function formatMegabytes(megabytes: number): string {
  if (megabytes < 1024) return `${Math.floor(megabytes)} MB`;
  return `${Math.floor(megabytes / 1024).toLocaleString('en')} GB`;
}

/** A file that nobody else should read. */
export interface PrivateFile {
  readonly path: string;
  /** As a user would type it. */
  readonly name: string;
  /** What is in it: `the people`. */
  readonly holds: string;
}

/** Checks who can read the files, as far as the system has modes. Files that do not exist are left out. */
export async function checkModes(files: readonly PrivateFile[]): Promise<Result> {
  const faults: Fault[] = [];
  const open: string[] = [];
  const there = files.filter(({ path }) => existsSync(path));
  for (const { path, name, holds } of process.platform === 'win32' ? [] : there) {
    const { mode } = await stat(path);
    const folder = await stat(dirname(path));
    // A folder that others cannot enter protects what is in it.
    const readable = (bit: number) => (mode & bit) !== 0 && (folder.mode & (bit >> 2)) !== 0;
    if (readable(0o004))
      faults.push(failure(`every user of this machine can read ${name}, ${holds}`));
    else if (readable(0o040)) faults.push(warning(`the group of ${name}, ${holds}, can read it`));
    else continue;
    open.push(name);
  }
  const names = there.map(({ name }) => name).join(', ');
  return resultOf(
    faults,
    names === '' ? 'there are no such files yet' : `only their owner can read ${names}`,
    {
      remedy: `chmod 600 ${open.join(' ')}`,
    },
  );
}
