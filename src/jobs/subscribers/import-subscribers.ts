import { basename } from 'node:path';
import { BroadsheetError, EXIT } from '../../base/errors.ts';
import type { SubscriptionStatus } from '../../model/subscriber.ts';
import { storedInstant } from '../../store/instants.ts';
import { MOST_AT_ONCE } from '../../store/subscribers.ts';
import { findNewsletter } from '../find-newsletter.ts';
import type { StoreDependencies } from '../mail-dependencies.ts';
import { type Importer, openImporter } from './import-batch.ts';
import { type ImportCounts, noCounts } from './import-counts.ts';
import type { ImportForm } from './import-form.ts';
import { type ImportedPerson, parseImportRow, stricterStatus } from './parse-import-row.ts';
import { openImport } from './read-import-rows.ts';

export interface ImportOptions {
  readonly newsletter?: string;
  /** Name of the source for the record of consent and for messages: the file's path. */
  readonly source: string;
  /** A file stream, or standard input. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** For the progress bar, where it is known. */
  readonly sizeBytes?: number;
  /** Nobody comes in as more than this. Default: active. */
  readonly status?: SubscriptionStatus;
  /** Reads and counts, stores nothing. */
  readonly dryRun?: boolean;
  /** Takes the other lines even when some are refused. */
  readonly skipRefused?: boolean;
}

export interface RefusedLine {
  readonly line: number;
  readonly reason: string;
}

export interface ImportReport extends Readonly<ImportCounts> {
  readonly newsletter: string;
  /** Whose export it is, where the columns tell. */
  readonly provider?: string;
  /** Lines with something on them, the header not counted. */
  readonly read: number;
  /** Lines refused. */
  readonly refused: number;
  /** The first `MOST_NAMED` of them. */
  readonly refusedLines: readonly RefusedLine[];
  /** False: nothing of the file was stored. */
  readonly stored: boolean;
}

/** How many refused lines are kept to be named: in a file with more, it is the file that is wrong. */
const MOST_NAMED = 100_000;

/** Thrown to take back what was written. */
const TAKE_BACK = Symbol('take back');

/**
 * Reads a CSV file (with a header row) or a list of addresses, one a line, and stores the people in
 * one transaction: all of them, or, when a line is refused, nobody (`skipRefused` takes the others).
 * A million lines need no more memory than a thousand. Nobody who left is made active by it.
 */
export async function importSubscribers(
  { config, store, clock, log }: StoreDependencies,
  options: ImportOptions,
): Promise<ImportReport> {
  const newsletter = findNewsletter(config, options.newsletter).id;
  const at = storedInstant(clock());
  const counts = noCounts();
  let read = 0;
  let refused = 0;
  const refusedLines: RefusedLine[] = [];
  const bytes = withProgress(options, (done, total) => log.progress('kB read', done, total));
  const { form, rows } = await openImport(bytes, options.source);
  const source = `import ${options.source}${form.provider ? ` (${form.provider})` : ''}`;
  const status = startingStatus(options, form);

  async function importAll(importer: Importer): Promise<void> {
    let people: ImportedPerson[] = [];
    for await (const { line, cells } of rows) {
      read += 1;
      const person = parseImportRow(cells, form, { newsletter, now: at });
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
    ...{ read, ...counts, refused, refusedLines },
    stored: options.dryRun !== true && !isRefused(),
  };
}

/**
 * Mailchimp tells who left by the file's name too, and gives those who never subscribed a file that
 * looks like that of subscribers.
 */
function startingStatus(
  { status = 'active', source }: ImportOptions,
  { provider }: ImportForm,
): SubscriptionStatus {
  if (provider !== 'Mailchimp') return status;
  const [kind] = /^(nonsubscribed|archived|unsubscribed|cleaned)(?=_)/.exec(basename(source)) ?? [];
  switch (kind) {
    case 'unsubscribed':
      return stricterStatus(status, 'unsubscribed');
    case 'cleaned':
      return stricterStatus(status, 'bounced');
    case undefined:
      return status;
    default:
      throw new BroadsheetError(
        EXIT.data,
        `${source}  has people who do not get your mail at Mailchimp (${kind}); leave it out, nothing was stored`,
      );
  }
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
