import { Readable } from 'node:stream';
import { CsvError, type Options, parse } from 'csv-parse';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { type FormWishes, type ImportForm, LIST_FORM, recogniseForm } from './import-form.ts';
import { refuseOthers } from './refuse-other-files.ts';

/** One record of an import file. */
export interface ImportRow {
  /** 1 is the first line. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** The form of a file's columns, and its records. */
export interface ImportFile {
  readonly form: ImportForm;
  readonly rows: AsyncIterable<ImportRow>;
}

const LONGEST_RECORD = 100_000;

/** The parser's limit counts the text in cells, not the number of cells. */
const LONGEST_LINE = 1_000_000;

/**
 * Opens a CSV file with a header row, or a list of addresses without one. Any size needs little memory.
 * Reads UTF-8, or UTF-16 with a byte order mark. The delimiter is comma, semicolon, tab or pipe. Throws a
 * data error that names `source` if the file can't be read, here or while the records are read. Also
 * throws if columns about consent are not understood.
 */
export async function openImport(
  bytes: AsyncIterable<Uint8Array>,
  source: string,
  options: FormWishes = {},
): Promise<ImportFile> {
  const rows = readRows(bytes, source);
  const first = await rows.next();
  if (first.done) return { form: LIST_FORM, rows };
  const { line, cells } = first.value;
  try {
    if (cells[0]?.includes('@')) return { form: LIST_FORM, rows: withFirst(first.value, rows) };
    const form = recogniseForm(cells, `${source}:${line}`, options);
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

async function* readRows(
  bytes: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<ImportRow, undefined> {
  const text = decode(bytes, source);
  const { value: first } = await text.next();
  if (first === undefined) return;
  let lastLine = 0;
  const options: Options<ImportRow, string[]> = {
    delimiter: delimiterOf(first),
    from_line: hasSeparatorLine(first) ? 2 : 1,
    // The record alone is faster than the record with all its parser information.
    on_record: (cells: string[], { lines }): ImportRow => {
      lastLine = lines;
      return { line: lines, cells };
    },
    // A nickname in quotes inside a cell is part of the name.
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
    trim: true,
  };
  // The parser's types expect objects as records if it has named the columns.
  const parser = parse(options as unknown as Options);
  const input = Readable.from(inLines(chain(first, text), source));
  // The reader of the records must get an error of the input (not UTF-8).
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  try {
    for await (const row of parser as AsyncIterable<ImportRow>) {
      if (row.cells.some((cell) => cell !== '')) yield row;
    }
  } catch (error) {
    if (error instanceof BroadsheetError || !(error instanceof CsvError)) throw error;
    const place = `${source}:${lastLine + 1}`;
    throw new BroadsheetError(EXIT.data, `${place}  ${explain(error)}; nothing was stored`, {
      cause: error,
    });
  } finally {
    input.destroy();
  }
}

function explain(error: CsvError): string {
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'has a quote here or after it that is never closed; close it or delete it';
    case 'CSV_MAX_RECORD_SIZE':
      return 'has a quote here or after it that is never closed, or is too long; close or shorten it';
    default:
      return `${error.message}; correct the line`;
  }
}

async function* withFirst(
  first: ImportRow,
  rest: AsyncIterable<ImportRow>,
): AsyncGenerator<ImportRow> {
  yield first;
  yield* rest;
}

/** Excel's first line, which names the delimiter: `sep=;`. */
const SEPARATOR_LINE = /^"?sep=(.)"?\r?$/im;

function hasSeparatorLine(text: string): boolean {
  return SEPARATOR_LINE.exec(text)?.index === 0;
}

/** The delimiter that the first line names, or the most frequent one outside quotes. Default: comma. */
function delimiterOf(text: string): string {
  if (hasSeparatorLine(text)) return SEPARATOR_LINE.exec(text)?.[1] ?? ',';
  const line = text.slice(0, text.search(/[\r\n]|$/)).replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => line.split(delimiter).length;
  return [',', ';', '\t', '|'].reduce((best, next) => (count(next) > count(best) ? next : best));
}

async function* chain(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}

/**
 * The same pieces. Throws if a line does not end: a billion commas would fill the memory with empty
 * cells.
 */
async function* inLines(pieces: AsyncIterable<string>, source: string): AsyncGenerator<string> {
  let open = 0;
  for await (const piece of pieces) {
    const end = Math.max(piece.lastIndexOf('\n'), piece.lastIndexOf('\r'));
    open = end < 0 ? open + piece.length : piece.length - end;
    if (open > LONGEST_LINE) {
      const fact = `has a line of more than ${LONGEST_LINE.toLocaleString('en')} characters`;
      const remedy = 'give it one subscriber a line; nothing was stored';
      throw new BroadsheetError(EXIT.data, `${source}  ${fact}; ${remedy}`);
    }
    yield piece;
  }
}

/** The text in pieces. The first one contains the whole first line. */
async function* decode(bytes: AsyncIterable<Uint8Array>, source: string): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let head: string | undefined = '';
  try {
    for await (const chunk of bytes) {
      if (decoder === undefined) refuseOthers(chunk, source);
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
