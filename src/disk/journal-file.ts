import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { JournalEntry } from '../model/departure.ts';

/**
 * Adds lines to the journal, and returns when they are on the disk. Makes folder and file, for the
 * owner alone, where there are none. Throws what the disk says.
 */
export function appendJournal(file: string, entries: readonly JournalEntry[]): void {
  if (entries.length === 0) return;
  mkdirSync(dirname(file), { recursive: true });
  const descriptor = openSync(file, 'a', 0o600);
  try {
    writeSync(descriptor, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Every whole line of the journal; none where there is no file. Throws what the disk says. */
export function readJournal(file: string): readonly JournalEntry[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return text.split('\n').flatMap(parseLine);
}

/** A line that was cut short by a crash is none: what it said was not done yet. */
function parseLine(line: string): JournalEntry[] {
  try {
    return [JSON.parse(line) as JournalEntry];
  } catch {
    return [];
  }
}
