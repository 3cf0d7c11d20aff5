import { type CheerioAPI, load } from 'cheerio/slim';
import PostalMime from 'postal-mime';

/** A message as a mail program reads it. */
export interface ReadMail {
  readonly bytes: Buffer;
  /** In their order; values unfolded, not decoded. */
  readonly headers: readonly { readonly key: string; readonly value: string }[];
  readonly subject: string;
  /** Empty if the message has no such part. */
  readonly html: string;
  readonly text: string;
  readonly document: CheerioAPI;
}

/** Parses a message (RFC 5322). */
export async function readMail(bytes: Buffer): Promise<ReadMail> {
  const { headers, subject = '', html = '', text = '' } = await PostalMime.parse(bytes);
  return { bytes, headers, subject, html, text, document: load(html) };
}

/** The value of the first header with this name, in lower case; undefined if there is none. */
export function headerOf({ headers }: Pick<ReadMail, 'headers'>, name: string): string | undefined {
  return headers.find(({ key }) => key === name)?.value;
}

/** Where its readers unsubscribe: the first URL of List-Unsubscribe (RFC 2369); undefined if there is none. */
export function wayOutIn(mail: Pick<ReadMail, 'headers'>): string | undefined {
  return /<([^>]+)>/.exec(headerOf(mail, 'list-unsubscribe') ?? '')?.[1];
}
