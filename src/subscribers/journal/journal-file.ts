import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeFileSync } from 'node:fs';
import { BroadsheetError, EXIT, reasonOf } from '../../kernel/errors.ts';
import { removeFile } from '../../kernel/files/move-file.ts';
import { makeStateFolder } from '../../kernel/files/state-folder.ts';
import type { JournalEntry } from '../departure.ts';

/**
 * Adds lines to the journal. Returns when they are on the disk. Creates the folder and the file if
 * needed, for the owner only. Without lines, it only creates them. Throws a `BroadsheetError` on a disk
 * error.
 */
export function appendJournal(file: string, entries: readonly JournalEntry[]): void {
  try {
    makeStateFolder(file);
    append(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  } catch (error) {
    const remedy = 'make room, or make the file writable';
    const message = `${file}  cannot be written: ${reasonOf(error)}; ${remedy}`;
    throw new BroadsheetError(EXIT.disk, message, { cause: error });
  }
}

/**
 * Adds missing lines from the journal `from` to the journal `to`. Removes `from` when they are on the
 * disk. Returns how many lines it added. After an interruption it can run again. Throws as
 * `appendJournal` does.
 */
export function mergeJournals(from: string, to: string): number {
  const known = new Set<string>();
  for (const { id } of readJournal(to)) known.add(id);
  let added = 0;
  let page: JournalEntry[] = [];
  const write = () => {
    appendJournal(to, page);
    added += page.length;
    page = [];
  };
  for (const entry of readJournal(from)) {
    if (!known.has(entry.id)) page.push(entry);
    if (page.length >= PAGE_LINES) write();
  }
  write();
  removeFile(from);
  return added;
}

const PAGE_LINES = 500;

function append(file: string, lines: string): void {
  const descriptor = openSync(file, 'a+', 0o600);
  try {
    if (lines === '') return;
    // If a crash cut off the last line, the next one must not join it.
    writeFileSync(descriptor, endsWithLine(descriptor) ? lines : `\n${lines}`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function endsWithLine(descriptor: number): boolean {
  const { size } = fstatSync(descriptor);
  const last = Buffer.alloc(1);
  return size === 0 || (readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] === NEWLINE);
}

const NEWLINE = 10;
const CHUNK_BYTES = 1 << 20;

/**
 * All complete lines of the journal, in order, with little memory. Without a file, there are no lines.
 * Skips a line that a crash cut off: its transaction was not committed. Throws a `BroadsheetError` on a
 * disk error.
 */
export function* readJournal(file: string): Generator<JournalEntry> {
  yield* parseLines(readChunks(file, 0));
}

/** The last lines of the journal, up to 64 KB. Throws as `readJournal` does. */
export function readEndOfJournal(file: string): readonly JournalEntry[] {
  return [...parseLines(readChunks(file, 64 << 10))];
}

/** The bytes of the file. With `last`, only the complete lines in that many bytes at its end. */
function* readChunks(file: string, last: number): Generator<Buffer> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const { size } = fstatSync(descriptor);
    let position = last === 0 ? 0 : Math.max(0, size - last);
    let isInLine = position > 0;
    for (;;) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const length = readSync(descriptor, chunk, 0, CHUNK_BYTES, position);
      if (length === 0) return;
      position += length;
      const read = chunk.subarray(0, length);
      yield isInLine ? read.subarray(read.indexOf(NEWLINE) + 1) : read;
      isInLine = false;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    const remedy = 'make it readable: it says who left since a backup was made';
    const message = `${file}  cannot be read: ${reasonOf(error)}; ${remedy}`;
    throw new BroadsheetError(EXIT.disk, message, { cause: error });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function* parseLines(chunks: Iterable<Buffer>): Generator<JournalEntry> {
  let rest = Buffer.alloc(0);
  for (const chunk of chunks) {
    let bytes = Buffer.concat([rest, chunk]);
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE)) {
      const entry = parseLine(bytes.toString('utf8', 0, end));
      if (entry !== undefined) yield entry;
      bytes = bytes.subarray(end + 1);
    }
    rest = bytes;
  }
}

function parseLine(line: string): JournalEntry | undefined {
  try {
    const entry = JSON.parse(line) as Partial<JournalEntry> | null;
    const isEntry = [entry?.id, entry?.database, entry?.at].every((id) => typeof id === 'string');
    return isEntry ? (entry as JournalEntry) : undefined;
  } catch {
    return undefined;
  }
}
