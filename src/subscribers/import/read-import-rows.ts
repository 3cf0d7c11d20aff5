import { pipeline, Readable } from 'node:stream';
import { CsvError, type Options, parse } from 'csv-parse';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';

// Reads the bytes of an import file as records. The parser's own options are not enough for the text and
// the delimiter: it replaces bytes that are not UTF-8 silently, does not know big-endian UTF-16, splits at
// all of several delimiters, and guesses one only in ASCII text.

/** One record of an import file. */
export interface ImportRow {
  /** 1 is the first line. */
  readonly line: number;
  readonly cells: readonly string[];
}

const LONGEST_RECORD = 100_000;

/** The parser's limit counts the text in cells, not the number of cells. */
const LONGEST_LINE = 1_000_000;

/**
 * The records of a CSV file that are not empty. Any size needs little memory. Reads UTF-8, or UTF-16 with
 * a byte order mark. The delimiter is comma, semicolon, tab or pipe. Throws a data error that names
 * `source`, and the line if known, if the file can't be read to its end.
 */
export async function* readImportRows(
  bytes: AsyncIterable<Uint8Array>,
  source: string,
): AsyncGenerator<ImportRow, undefined> {
  const text = readText(bytes, source);
  const { value: first = '' } = await text.next();
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
    skip_records_with_empty_values: true,
    max_record_size: LONGEST_RECORD,
    trim: true,
  };
  // The parser's types expect objects as records if it has named the columns.
  const parser = parse(options as unknown as Options);
  parser.write(first);
  // An error of the text destroys the parser, and the loop throws it.
  pipeline(Readable.from(text), parser, () => undefined);
  try {
    yield* parser as AsyncIterable<ImportRow>;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw unreadable(`${source}:${lastLine + 1}`, explain(error), error);
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

function unreadable(place: string, explanation: string, cause?: unknown): BroadsheetError {
  const message = `${place}  ${explanation}; nothing was stored`;
  return new BroadsheetError(EXIT.data, message, { cause });
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

/**
 * The text of the file in pieces. The first one contains the whole first line. Throws if a line does not
 * end: a billion commas would fill the memory with empty cells.
 */
async function* readText(bytes: AsyncIterable<Uint8Array>, source: string): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let isFirst = true;
  let piece = '';
  let openLength = 0;
  try {
    for await (const chunk of bytes) {
      if (decoder === undefined) refuseOtherFiles(chunk, source);
      decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
      const text = decoder.decode(chunk, { stream: true });
      const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'));
      openLength = end < 0 ? openLength + text.length : text.length - end;
      if (openLength > LONGEST_LINE) {
        const fact = `has a line of more than ${LONGEST_LINE.toLocaleString('en')} characters`;
        throw unreadable(source, `${fact}; give it one subscriber a line`);
      }
      piece += text;
      if (isFirst && !/[\r\n]/.test(piece) && piece.length < LONGEST_RECORD) continue;
      yield piece;
      isFirst = false;
      piece = '';
    }
    yield piece + (decoder?.decode() ?? '');
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw unreadable(source, 'is not UTF-8 text; save it as "CSV UTF-8"', error);
  }
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return 'utf-8';
}

const SAVE_SHEET = 'open it and save the sheet as "CSV UTF-8"';
const EXPORT_PEOPLE = 'export the people as CSV';

/** Other kinds of files that users import by mistake: their first bytes, what they are, the remedy. */
const OTHER_FILES: readonly (readonly [begins: RegExp, fact: string, remedy: string])[] = [
  [
    /^PK\x03\x04[\s\S]*?(?:\[Content_Types\]\.xml|xl\/|mimetypeapplication\/vnd\.oasis)/,
    'is a workbook',
    SAVE_SHEET,
  ],
  [/^PK\x03\x04/, 'is a ZIP file or a workbook', 'unpack it, or save the sheet as "CSV UTF-8"'],
  [/^\xd0\xcf\x11\xe0/, 'is an old workbook of Excel', SAVE_SHEET],
  [/^\x1f\x8b/, 'is compressed by gzip', 'unpack it'],
  [/^(?:BZh|\xfd7zXZ|7z\xbc\xaf|Rar!|\x28\xb5\x2f\xfd)/, 'is compressed', 'unpack it'],
  [/^%PDF/, 'is a PDF', EXPORT_PEOPLE],
  [/^SQLite format 3/, 'is a database of SQLite', 'export the table as CSV'],
  [/^\s*[[{]/, 'is JSON', EXPORT_PEOPLE],
  [/^\s*BEGIN:VCARD/i, 'has vCards', 'export the contacts as CSV'],
  [/^\s*<(?:!doctype|html|\?xml|table)/i, 'is HTML or XML', EXPORT_PEOPLE],
  // Every second byte is zero.
  [
    /^(?:[^\0]\0){4}|^(?:\0[^\0]){4}/,
    'is UTF-16 without a byte order mark',
    'save it as "CSV UTF-8"',
  ],
];

/** Throws a data error if the first bytes of a file are not those of a CSV file. */
function refuseOtherFiles(chunk: Uint8Array, source: string): void {
  const text = Buffer.from(chunk.subarray(0, 1000))
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  const found = OTHER_FILES.find(([begins]) => begins.test(text));
  if (found === undefined) return;
  const [, fact, remedy] = found;
  throw unreadable(source, `${fact}; ${remedy}`);
}
