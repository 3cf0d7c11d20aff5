import { Readable } from 'node:stream';
import { type Info, parse } from 'csv-parse';
import { BroadsheetError, EXIT, reasonOf } from '../base/errors.ts';

/** One record of a file of subscribers. */
export interface ImportRow {
  /** 1 is the first line. */
  readonly line: number;
  /** By the column's name in lower case; a list of addresses has the column `email` only. */
  readonly cells: ReadonlyMap<string, string>;
  /** Cells beyond the columns. */
  readonly rest: readonly string[];
}

const LONGEST_RECORD = 100_000;

/**
 * The records of a CSV file with a header row, or of a list of addresses without one, as they are
 * read: any size, in little memory. UTF-8, or UTF-16 with a byte order mark; cells are divided by
 * comma, semicolon or tab. Throws a data error that names `source` where it can't be read so.
 */
export async function* readImportRows(
  bytes: AsyncIterable<Uint8Array>,
  source: string,
  emailColumns: readonly string[],
): AsyncGenerator<ImportRow> {
  const text = decode(bytes, source);
  const { value: first } = await text.next();
  if (first === undefined) return;
  const parser = parse({
    delimiter: delimiterOf(first),
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
    trim: true,
  });
  const input = Readable.from(chain(first, text));
  // An error of the input (not UTF-8) has to reach whoever reads the records.
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  try {
    let columns: readonly string[] | undefined;
    for await (const item of parser) {
      const { record, info } = item as { record: string[]; info: Info };
      if (record.every((cell) => cell === '')) continue;
      if (columns === undefined) {
        columns = columnsOf(record, source, emailColumns);
        if (columns !== LIST_COLUMNS) continue;
      }
      const cells = new Map(columns.map((name, index) => [name, record[index] ?? '']));
      yield { line: info.lines, cells, rest: record.slice(columns.length) };
    }
  } catch (error) {
    if (error instanceof BroadsheetError) throw error;
    const remedy = 'correct the line; nothing was stored';
    const line = parser.info.lines;
    throw new BroadsheetError(EXIT.data, `${source}:${line}  ${reasonOf(error)}; ${remedy}`, {
      cause: error,
    });
  } finally {
    input.destroy();
  }
}

const LIST_COLUMNS: readonly string[] = ['email'];

function columnsOf(
  first: readonly string[],
  source: string,
  emailColumns: readonly string[],
): readonly string[] {
  const names = first.map((name) =>
    name
      .toLowerCase()
      .replace(/[\s_-]+/g, ' ')
      .trim(),
  );
  if (names.some((name) => emailColumns.includes(name))) return names;
  if (first[0]?.includes('@')) return LIST_COLUMNS;
  throw new BroadsheetError(
    EXIT.data,
    `${source}:1  has no column of addresses; give it a header row with a column "email", or one address a line`,
  );
}

/** The divider that the first line has most of; a comma where it has none. */
function delimiterOf(text: string): string {
  const line = text.slice(0, text.search(/[\r\n]|$/));
  const count = (delimiter: string) => line.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, next) => (count(next) > count(best) ? next : best));
}

async function* chain(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}

/** The text in pieces, the first of them with the whole first line. */
async function* decode(bytes: AsyncIterable<Uint8Array>, source: string): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let head: string | undefined = '';
  try {
    for await (const chunk of bytes) {
      decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
      const text = decoder.decode(chunk, { stream: true });
      if (head === undefined) {
        yield text;
        continue;
      }
      head += text;
      if (!/[\r\n]/.test(head) && head.length < LONGEST_RECORD) continue;
      yield head;
      head = undefined;
    }
    yield (head ?? '') + (decoder?.decode() ?? '');
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const remedy = 'save it as "CSV UTF-8"; nothing was stored';
    throw new BroadsheetError(EXIT.data, `${source}  is not UTF-8 text; ${remedy}`, {
      cause: error,
    });
  }
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return 'utf-8';
}
