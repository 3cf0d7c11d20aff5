import type { StoreDependencies } from '../../database/dependencies.ts';
import { storedInstant } from '../../database/instants.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import { changeSubscriptions } from '../change-subscriptions.ts';
import { MOST_AT_ONCE } from '../queries/subscribers.ts';
import type { Meaning } from './columns/meanings.ts';
import {
  type FormOptions,
  highestStatus,
  type ImportForm,
  listForm,
  recogniseForm,
} from './import-form.ts';
import { type ImportedPerson, parseImportRow, type Refusal } from './parse-import-row.ts';
import { type ImportRow, readImportRows } from './read-import-rows.ts';
import { type ImportCounts, NO_COUNTS, storePeople } from './store-people.ts';

export interface ImportOptions extends FormOptions {
  readonly newsletter?: string;
  /** The file's path: the source in the record of consent and in messages. */
  readonly source: string;
  /** A file stream, or standard input. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** For the progress bar, if known. */
  readonly sizeBytes?: number;
  /** Reads and counts, but stores nothing. */
  readonly dryRun?: boolean;
  /** Imports the other lines if some are refused. */
  readonly skipRefused?: boolean;
}

export interface ImportReport extends Readonly<ImportCounts> {
  readonly newsletter: string;
  /** The program that exported the file, if the columns identify one. */
  readonly provider?: string;
  /** The columns of the file, in its order; empty for a list of addresses. */
  readonly columns: {
    readonly used: readonly { readonly name: string; readonly as: Meaning }[];
    readonly unused: readonly string[];
  };
  /** Lines that are not empty, without the header. */
  readonly read: number;
  readonly refused: number;
  /** The first `MOST_NAMED` refused lines. */
  readonly refusedLines: readonly (Refusal & { readonly line: number })[];
  /** False: nothing from the file was stored. */
  readonly stored: boolean;
}

/** How many refused lines are kept to name them. If there are more, the whole file is wrong. */
const MOST_NAMED = 100_000;

/** Thrown to roll back the transaction. */
const ROLL_BACK = Symbol('roll back');

/**
 * Reads a CSV file (with a header row) or a list of addresses, one on each line. Stores all people in one
 * transaction. If a line is refused, it stores nobody (with `skipRefused`: all others). A million lines
 * need no more memory than a thousand. Never activates people who left. Throws a data error if the file
 * can't be read, or if columns about consent are not understood.
 */
export async function importSubscribers(
  { config, store, clock, log }: StoreDependencies,
  options: ImportOptions,
): Promise<ImportReport> {
  const { id: newsletter, name } = findNewsletter(config, options.newsletter);
  const at = storedInstant(clock());
  const bytes = withProgress(options, (done, total) => log.progress('kB read', done, total));
  const { form, rows } = await openFile(bytes, options, [newsletter, name]);
  const source = `import ${options.source}${form.provider ? ` (${form.provider})` : ''}`;
  const status = highestStatus(options.source, form, options.status);
  let read = 0;
  let refused = 0;
  const refusedLines: (Refusal & { line: number })[] = [];

  async function* batches(): AsyncGenerator<readonly ImportedPerson[]> {
    let people: ImportedPerson[] = [];
    for await (const { line, cells } of rows) {
      read += 1;
      const person = parseImportRow(cells, form, { newsletter, now: at, status });
      if ('reason' in person) {
        refused += 1;
        if (refused <= MOST_NAMED) refusedLines.push({ line, reason: person.reason });
      } else people.push(person);
      if (people.length < MOST_AT_ONCE) continue;
      yield people;
      people = [];
    }
    if (people.length > 0) yield people;
  }

  let counts = NO_COUNTS;
  const isRefused = () => refused > 0 && options.skipRefused !== true;
  await store
    .transaction((db) =>
      changeSubscriptions(db, config, async (writer) => {
        const defaults = { newsletter, status, source, at };
        counts = await storePeople(db, writer, batches(), defaults);
        if (options.dryRun || isRefused()) throw ROLL_BACK;
      }),
    )
    .catch((error: unknown) => {
      if (error !== ROLL_BACK) throw error;
    });
  return {
    newsletter,
    provider: form.provider,
    columns: {
      used: form.columns.flatMap(({ name, as }) => (as === undefined ? [] : [{ name, as }])),
      unused: form.columns.flatMap(({ name, as }) => (as === undefined && name ? [name] : [])),
    },
    read,
    ...counts,
    refused,
    refusedLines,
    stored: options.dryRun !== true && !isRefused(),
  };
}

/** The form of a file, from its first record, and the records of its people. */
async function openFile(
  bytes: AsyncIterable<Uint8Array>,
  options: ImportOptions,
  newsletterNames: readonly string[],
): Promise<{ readonly form: ImportForm; readonly rows: AsyncIterable<ImportRow> }> {
  const { source } = options;
  const rows = readImportRows(bytes, source);
  const first = await rows.next();
  if (first.done) return { form: listForm(), rows };
  const { line, cells } = first.value;
  if (cells[0]?.includes('@')) return { form: listForm(), rows: withFirst(first.value, rows) };
  try {
    const form = recogniseForm(cells, `${source}:${line}`, options, newsletterNames);
    if (form !== undefined) return { form, rows };
    const fact = cells.some((cell) => cell.includes('@'))
      ? 'has no header row'
      : 'has no column of addresses';
    const remedy =
      'give it a header row with a column "email", name the column with --column "NAME=email", or write one address a line';
    throw new BroadsheetError(EXIT.data, `${source}:${line}  ${fact}; ${remedy}`);
  } catch (error) {
    await rows.return(undefined);
    throw error;
  }
}

async function* withFirst(
  first: ImportRow,
  rest: AsyncIterable<ImportRow>,
): AsyncGenerator<ImportRow> {
  yield first;
  yield* rest;
}

async function* withProgress(
  { bytes, sizeBytes }: ImportOptions,
  report: (done: number, total: number) => void,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of bytes) {
    done += chunk.length;
    yield chunk;
    if (sizeBytes) report(Math.round(done / 1000), Math.round(sizeBytes / 1000));
  }
}
