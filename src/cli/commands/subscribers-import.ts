import { once } from 'node:events';
import { createReadStream, statSync } from 'node:fs';
import type { Command } from 'commander';
import type { SubscriptionStatus } from '../../database/states.ts';
import { BroadsheetError, EXIT, reasonOf } from '../../kernel/errors.ts';
import { formatTable } from '../../kernel/format-table.ts';
import { isMeaning, MEANINGS, type Meaning } from '../../subscribers/import/columns/meanings.ts';
import type { ImportReport } from '../../subscribers/import/import-subscribers.ts';
import { chooseStatus, STATUSES } from '../arguments.ts';
import { withMail } from '../context.ts';
import { formatCount, plural } from '../format.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';

/** The options of `subscribers import`. */
export interface ImportOptions {
  readonly newsletter?: string;
  readonly status?: string;
  readonly column?: readonly string[];
  readonly ignoreColumn?: readonly string[];
  readonly value?: readonly string[];
  readonly dryRun?: true;
  readonly skipRefused?: true;
}

/** How many refused lines are printed one by one. */
const MOST_PRINTED = 100;

/**
 * `subscribers import FILE`. Exit code 65 if lines were refused and nothing was stored. Exit code 0 with
 * `--skip-refused`, because the user asked to skip them.
 */
export async function importFile(
  file: string,
  options: ImportOptions,
  command: Command,
  shell: Shell,
): Promise<void> {
  const { newsletter, ignoreColumn: ignoredColumns, dryRun, skipRefused } = options;
  const status = chooseStatus(options.status);
  const columns = new Map(options.column?.map(parseColumn));
  const values = new Map(options.value?.map(parseValue));
  const how = { newsletter, status, columns, values, ignoredColumns, dryRun, skipRefused };
  const source = file === '-' ? 'standard input' : file;
  const input = await openInput(file);
  await withMail(command, shell, { readOnly: dryRun === true }, async (context) => {
    const { importSubscribers } = await import('../../subscribers/import/import-subscribers.ts');
    const report = await importSubscribers(context, { ...how, source, ...input });
    if (report.refused > 0 && !skipRefused) shell.setExitCode(EXIT.data);
    context.print(report, () => describeImport(source, report, options, shell.terminal));
  });
}

/** `NAME=MEANING`; the name may contain an equals sign. */
function parseColumn(text: string): [string, Meaning] {
  const [name, meaning] = splitLast(text);
  if (name !== '' && isMeaning(meaning)) return [name, meaning];
  const known = Object.entries(MEANINGS).map(([word, what]) => `  ${word.padEnd(18)}  ${what}`);
  throw new BroadsheetError(
    EXIT.usage,
    `"${text}" is not a column with its meaning (--column); write NAME=MEANING with one of\n${known.join('\n')}`,
  );
}

/** `WORD=STATUS`; an empty cell is an empty word. */
function parseValue(text: string): [string, SubscriptionStatus] {
  const [word, status] = splitLast(text);
  const found = STATUSES.find((some) => some === status);
  if (found !== undefined) return [word, found];
  throw new BroadsheetError(
    EXIT.usage,
    `"${text}" is not a word with its status (--value); write WORD=STATUS with one of ${STATUSES.join(', ')}`,
  );
}

function splitLast(text: string): [string, string] {
  const at = text.lastIndexOf('=');
  return at < 0 ? ['', text] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

async function openInput(file: string) {
  if (file === '-') return { bytes: process.stdin };
  const bytes = createReadStream(file, { highWaterMark: 256 * 1024 });
  try {
    // On some systems an unreadable path (a folder) can be opened, and fails at the first byte.
    await once(bytes, 'readable');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const facts = new Map([
      ['ENOENT', 'does not exist'],
      ['EISDIR', 'is a folder'],
    ]);
    const fact = facts.get(code ?? '') ?? `cannot be read: ${reasonOf(cause)}`;
    const remedy = 'name a CSV file or a list of addresses';
    throw new BroadsheetError(EXIT.usage, `${file}  ${fact}; ${remedy}`, { cause });
  }
  return { bytes, sizeBytes: statSync(file).size };
}

function* describeImport(
  source: string,
  report: ImportReport,
  { dryRun, skipRefused }: ImportOptions,
  terminal: Terminal,
): Generator<string> {
  for (const { line, reason } of report.refusedLines.slice(0, MOST_PRINTED)) {
    terminal.err(`${terminal.paintErr('red', 'refused')}  ${source}:${line}  ${reason}`);
  }
  if (report.refused > MOST_PRINTED) {
    const more = plural(report.refused - MOST_PRINTED, 'more line');
    terminal.err(`and ${more} refused; --json lists them`);
  }
  if (report.provider !== undefined) yield `Read as an export of ${report.provider}.`;
  const { used, unused } = report.columns;
  if (used.length > 0) yield 'Columns used:';
  yield* formatTable(used.map(({ name, as }) => [`  ${name}`, `as ${as}`]));
  if (unused.length > 0) yield `Columns not used: ${unused.join(', ')}`;
  yield formatCounts(report);
  if (report.refused > 0 && !skipRefused) {
    const remedy = 'correct the file, or import the other lines with --skip-refused';
    const lines = dryRun
      ? `Dry run: nothing was stored, and nothing will be, because ${plural(report.refused, 'line is', 'lines are')}`
      : `Nothing was stored, because ${plural(report.refused, 'line was', 'lines were')}`;
    yield `${lines} refused: ${remedy}.`;
  } else if (dryRun) {
    yield 'Dry run: nothing was stored.';
  } else if (report.pending > 0) {
    yield 'People who have to confirm get nothing until they do. The mail that asks them is sent when there is a site to confirm on.';
  }
}

/** `1,000 lines read: 990 subscribed, 10 there already`: zero counts are left out. */
function formatCounts({ read, stored, ...counts }: ImportReport): string {
  const parts: readonly (readonly [number, string])[] = [
    [counts.added, stored ? 'subscribed' : 'to be subscribed'],
    [counts.pending, 'to be asked to confirm'],
    [counts.left, 'kept as people who left or never agreed'],
    [counts.already, 'already there'],
    [counts.kept, 'not added because they left earlier'],
    [counts.ended, `whose subscription ${stored ? 'ended' : 'ends'}`],
    [counts.duplicates, 'twice in the file'],
    [counts.refused, 'refused'],
  ];
  const some = parts.filter(([count]) => count > 0);
  const list = some.map(([count, what]) => `${formatCount(count)} ${what}`).join(', ');
  return `${plural(read, 'line')} read${list === '' ? '' : `: ${list}`}`;
}
