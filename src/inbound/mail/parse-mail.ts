import PostalMime, { decodeWords, type Email } from 'postal-mime';

/** A mail from outside, as far as we read it. */
export interface ParsedMail {
  /** The values of each header, by its name in lower case. */
  readonly headers: Headers;
  readonly text: string;
  /** Its other parts, in order. */
  readonly parts: readonly MailPart[];
}

/** The values of each header, by its name in lower case. */
export type Headers = ReadonlyMap<string, readonly string[]>;

export interface MailPart {
  /** In lower case: `message/delivery-status`. */
  readonly type: string;
  readonly text: string;
}

/** More bytes of a mail are not read: a report has a few thousand, and the returned message may be cut. */
export const MOST_BYTES = 1_048_576;

/** More lines of it are not read either: each costs its time. A megabyte of base64 has 14,000. */
const MOST_LINES = 20_000;
const MOST_TEXT = 262_144;
const MOST_SUBJECT = 4000;
const MOST_PARTS = 20;
/** Reports have three levels. */
const MOST_NESTING = 20;

/**
 * Parses a mail: any bytes, cut anywhere, in any charset. A mail with broken MIME is read as one text.
 * Messages inside it stay text. Never throws.
 */
export async function parseMail(bytes: Uint8Array): Promise<ParsedMail> {
  const cut = bytes.subarray(0, endOfLines(bytes.subarray(0, MOST_BYTES)));
  try {
    return fromEmail(
      await PostalMime.parse(cut, {
        forceRfc822Attachments: true,
        attachmentEncoding: 'arraybuffer',
        maxNestingDepth: MOST_NESTING,
        maxHeadersSize: MOST_TEXT,
      }),
    );
  } catch {
    const text = withNewlines(Buffer.from(cut).toString('latin1').slice(0, MOST_TEXT));
    return { headers: withSubject(readHeaders(text)), text, parts: [] };
  }
}

/** Where the last line ends that is read, with either end of a line. */
function endOfLines(bytes: Uint8Array): number {
  let end = -1;
  for (let line = 0; line < MOST_LINES; line += 1) {
    end = bytes.indexOf(10, end + 1);
    if (end < 0) return bytes.length;
  }
  return end;
}

function fromEmail({ headers, text, html, attachments }: Email): ParsedMail {
  const values = new Map<string, string[]>();
  for (const { key, value } of headers) values.set(key, [...(values.get(key) ?? []), value]);
  return {
    headers: withSubject(values),
    text: withNewlines((text ?? plainText(html ?? '')).slice(0, MOST_TEXT)),
    parts: attachments.slice(0, MOST_PARTS).map(({ mimeType, content }) => ({
      type: mimeType,
      text: decode(content as ArrayBuffer),
    })),
  };
}

/**
 * The subject without encoded words (RFC 2047): mail programs use them even for ASCII. Other headers stay
 * as they are: an encoded word in a name must not become an address.
 */
function withSubject(headers: Headers): Headers {
  const [subject] = headers.get('subject') ?? [];
  if (subject === undefined) return headers;
  return new Map([...headers, ['subject', [decodeWords(subject.slice(0, MOST_SUBJECT))]]]);
}

/** As UTF-8. Bytes of other charsets become `\uFFFD`: tokens, codes and addresses are ASCII. */
function decode(content: ArrayBuffer): string {
  return withNewlines(new TextDecoder().decode(content.slice(0, MOST_TEXT)));
}

function withNewlines(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

/** The text of HTML, well enough to find a reply in it. */
function plainText(html: string): string {
  return html
    .slice(0, MOST_TEXT)
    .replace(/<(br|p|div|tr)\b[^<>]*>/gi, '\n')
    .replace(/<[^<>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
}

/** The first block of fields in `text` (RFC 5322 §2.2), folded lines put together. */
export function readHeaders(text: string): Headers {
  return readFields(text.trimStart().split(/\n[ \t]*\n/, 1)[0] ?? '');
}

/** Fields of one block, as a header, or a block of a delivery status (RFC 3464 §2.1). */
export function readFields(block: string): Headers {
  const fields = new Map<string, string[]>();
  for (const line of block.replace(/\n[ \t]+/g, ' ').split(/\n+/)) {
    const colon = line.indexOf(':');
    if (colon < 1 || colon > 80) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    fields.set(name, [...(fields.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  return fields;
}
