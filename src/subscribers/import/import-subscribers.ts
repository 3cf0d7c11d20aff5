import type { StoreDependencies } from '../../database/dependencies.ts';
import { storedInstant } from '../../database/instants.ts';
import type { SubscriptionStatus } from '../../database/states.ts';
import { findNewsletter } from '../../settings/find-newsletter.ts';
import { MOST_AT_ONCE } from '../queries/subscribers.ts';
import { foldWords } from './columns/fold-words.ts';
import type { Meaning } from './columns/meanings.ts';
import { type Importer, openImporter } from './import-batch.ts';
import { type ImportCounts, noCounts } from './import-counts.ts';
import { checkFileName } from './import-file-name.ts';
import type { FormWishes, ImportForm } from './import-form.ts';
import { type ImportedPerson, parseImportRow } from './parse-import-row.ts';
import { openImport } from './read-import-rows.ts';

export interface ImportOptions {
  readonly newsletter?: string;
  /** The file's path: the source in the record of consent and in messages. */
  readonly source: string;
  /** A file stream, or standard input. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** For the progress bar, if known. */
  readonly sizeBytes?: number;
  /** The highest status that a person can get. Default: active. */
  readonly status?: SubscriptionStatus;
  /** The meanings of columns, by their names. */
  readonly columns?: ReadonlyMap<string, Meaning>;
  /** Names of columns to ignore. */
  readonly ignoredColumns?: readonly string[];
  /** The meanings of words in the columns. Case, accents and punctuation are ignored. */
  readonly values?: ReadonlyMap<string, SubscriptionStatus>;
  /** Reads and counts, but stores nothing. */
  readonly dryRun?: boolean;
  /** Imports the other lines if some are refused. */
  readonly skipRefused?: boolean;
}

export interface RefusedLine {
  readonly line: number;
  readonly reason: string;
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
  readonly refusedLines: readonly RefusedLine[];
  /** False: nothing from the file was stored. */
  readonly stored: boolean;
}

/** How many refused lines are kept to name them. If there are more, the whole file is wrong. */
const MOST_NAMED = 100_000;

/** Thrown to roll back the transaction. */
const TAKE_BACK = Symbol('take back');

/**
 * Reads a CSV file (with a header row) or a list of addresses, one on each line. Stores all people in one
 * transaction. If a line is refused, it stores nobody (with `skipRefused`: all others). A million lines
 * need no more memory than a thousand. Never activates people who left.
 */
export async function importSubscribers(
  { config, store, clock, log }: StoreDependencies,
  options: ImportOptions,
): Promise<ImportReport> {
  const { id: newsletter, name } = findNewsletter(config, options.newsletter);
  const at = storedInstant(clock());
  const counts = noCounts();
  let read = 0;
  let refused = 0;
  const refusedLines: RefusedLine[] = [];
  const bytes = withProgress(options, (done, total) => log.progress('kB read', done, total));
  const { form, rows } = await openImport(bytes, options.source, {
    ...wishesOf(options),
    newsletter: [newsletter, name],
  });
  const source = `import ${options.source}${form.provider ? ` (${form.provider})` : ''}`;
  const status = checkFileName(options.source, form, options.status);
  const purpose = { newsletter, now: at, status };

  async function importAll(importer: Importer): Promise<void> {
    let people: ImportedPerson[] = [];
    for await (const { line, cells } of rows) {
      read += 1;
      const person = parseImportRow(cells, form, purpose);
      if ('reason' in person) {
        refused += 1;
        if (refused <= MOST_NAMED) refusedLines.push({ line, reason: person.reason });
      } else people.push(person);
      if (people.length < MOST_AT_ONCE) continue;
      await importer.store(people, counts);
      people = [];
    }
    await importer.store(people, counts);
  }

  const isRefused = () => refused > 0 && options.skipRefused !== true;
  await store
    .transaction(async (db) => {
      const importer = await openImporter(db, { newsletter, status, source, at }, config);
      await importAll(importer);
      if (options.dryRun || isRefused()) throw TAKE_BACK;
      await importer.close();
    })
    .catch((error: unknown) => {
      if (error !== TAKE_BACK) throw error;
    });
  return {
    newsletter,
    ...(form.provider === undefined ? {} : { provider: form.provider }),
    columns: reportColumns(form),
    ...{ read, ...counts, refused, refusedLines },
    stored: options.dryRun !== true && !isRefused(),
  };
}

function wishesOf({ columns, ignoredColumns, values, status }: ImportOptions): FormWishes {
  return {
    ...(columns === undefined ? {} : { columns }),
    ...(ignoredColumns === undefined ? {} : { ignored: ignoredColumns }),
    words: new Map([...(values ?? [])].map(([word, meaning]) => [foldWords(word), meaning])),
    ...(status === undefined ? {} : { status }),
  };
}

function reportColumns({ columns }: ImportForm): ImportReport['columns'] {
  return {
    used: columns.flatMap(({ name, as }) => (as === undefined ? [] : [{ name, as }])),
    unused: columns
      .filter(({ as, name }) => as === undefined && name !== '')
      .map(({ name }) => name),
  };
}

async function* withProgress(
  { bytes, sizeBytes }: ImportOptions,
  tell: (done: number, total: number) => void,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of bytes) {
    done += chunk.length;
    yield chunk;
    if (sizeBytes) tell(Math.round(done / 1000), Math.round(sizeBytes / 1000));
  }
}
