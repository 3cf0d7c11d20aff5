import { BroadsheetError, EXIT } from '../../kernel/errors.ts';

interface Kind {
  readonly begins: RegExp;
  readonly fact: string;
  readonly remedy: string;
}

const SHEET = 'open it and save the sheet as "CSV UTF-8"';

/** Other kinds of files that users import by mistake, by their first bytes. */
const KINDS: readonly Kind[] = [
  {
    begins: /^PK\x03\x04[\s\S]*?(?:\[Content_Types\]\.xml|xl\/|mimetypeapplication\/vnd\.oasis)/,
    fact: 'is a workbook',
    remedy: SHEET,
  },
  {
    begins: /^PK\x03\x04/,
    fact: 'is a ZIP file or a workbook',
    remedy: 'unpack it, or save the sheet as "CSV UTF-8"',
  },
  { begins: /^\xd0\xcf\x11\xe0/, fact: 'is an old workbook of Excel', remedy: SHEET },
  { begins: /^\x1f\x8b/, fact: 'is compressed by gzip', remedy: 'unpack it' },
  {
    begins: /^(?:BZh|\xfd7zXZ|7z\xbc\xaf|Rar!|\x28\xb5\x2f\xfd)/,
    fact: 'is compressed',
    remedy: 'unpack it',
  },
  { begins: /^%PDF/, fact: 'is a PDF', remedy: 'export the people as CSV' },
  {
    begins: /^SQLite format 3/,
    fact: 'is a database of SQLite',
    remedy: 'export the table as CSV',
  },
  { begins: /^\s*[[{]/, fact: 'is JSON', remedy: 'export the people as CSV' },
  { begins: /^\s*BEGIN:VCARD/i, fact: 'has vCards', remedy: 'export the contacts as CSV' },
  {
    begins: /^\s*<(?:!doctype|html|\?xml|table)/i,
    fact: 'is HTML or XML',
    remedy: 'export the people as CSV',
  },
  // Every second byte is zero.
  {
    begins: /^(?:[^\0]\0){4}|^(?:\0[^\0]){4}/,
    fact: 'is UTF-16 without a byte order mark',
    remedy: 'save it as "CSV UTF-8"',
  },
];

/** Throws a data error that names `source` if the first bytes are not those of a CSV file. */
export function refuseOthers(chunk: Uint8Array, source: string): void {
  const text = Buffer.from(chunk.subarray(0, 1000))
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  const kind = KINDS.find(({ begins }) => begins.test(text));
  if (kind === undefined) return;
  throw new BroadsheetError(
    EXIT.data,
    `${source}  ${kind.fact}; ${kind.remedy}; nothing was stored`,
  );
}
