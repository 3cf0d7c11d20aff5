import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JournalEntry } from '../../src/subscribers/departure.ts';
import {
  appendJournal,
  readEndOfJournal,
  readJournal,
} from '../../src/subscribers/journal/journal-file.ts';
import { newFolder } from '../support/desk.ts';

test('lines of the journal are read in order, and only its owner can read the file', (t) => {
  const file = join(newFolder(t), 'new', 'folder', 'journal.jsonl');
  assert.deepEqual([...readJournal(file)], []);
  assert.deepEqual(readEndOfJournal(file), []);
  appendJournal(file, [entry(1), entry(2)]);
  appendJournal(file, [entry(3)]);
  assert.deepEqual([...readJournal(file)], [entry(1), entry(2), entry(3)]);
  assert.deepEqual(readEndOfJournal(file), [entry(1), entry(2), entry(3)]);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('a line that a crash cut off is skipped, and no other line', (t) => {
  const file = join(newFolder(t), 'journal.jsonl');
  appendJournal(file, [entry(1)]);
  const whole = readFileSync(file, 'utf8');
  appendFileSync(file, whole.slice(0, 20));
  assert.deepEqual([...readJournal(file)], [entry(1)]);
  appendJournal(file, [entry(2)]);
  assert.deepEqual([...readJournal(file)], [entry(1), entry(2)]);
});

test('lines that are no entries are skipped', (t) => {
  const file = join(newFolder(t), 'journal.jsonl');
  writeFileSync(file, 'null\n[]\n{"id":1}\n\n"text"\n');
  appendJournal(file, [entry(1)]);
  assert.deepEqual([...readJournal(file)], [entry(1)]);
});

test('a long journal is read in pieces, and its end without the rest', (t) => {
  const file = join(newFolder(t), 'journal.jsonl');
  const entries = Array.from({ length: 20_000 }, (_, index) => entry(index));
  appendJournal(file, entries);
  assert.ok(statSync(file).size > 3 << 20);
  assert.deepEqual([...readJournal(file)], entries);
  const end = readEndOfJournal(file);
  assert.ok(end.length > 100 && end.length < 1000, `${end.length} lines`);
  assert.deepEqual(end, entries.slice(-end.length));
});

test('a journal that cannot be read or written is reported', (t) => {
  const folder = newFolder(t);
  assert.throws(() => [...readJournal(folder)], /cannot be read: .*; make it readable/);
  assert.throws(() => appendJournal(folder, [entry(1)]), /cannot be written: .*; make room/);
});

function entry(number: number): JournalEntry {
  return {
    id: `line ${number}`,
    database: 'd',
    kind: 'departure',
    newsletter: 'politics-essential',
    addressHash: `Grüße ${number} ${'x'.repeat(40)}`,
    status: 'unsubscribed',
    at: '2026-03-20T07:00:00.000Z',
  };
}
