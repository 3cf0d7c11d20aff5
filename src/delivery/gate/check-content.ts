import { quotedPrintable } from '../../kernel/quoted-printable.ts';
import { type GateFinding, listed } from './finding.ts';
import type { ReadMail } from './read-mail.ts';

/** Gmail cuts off longer HTML; its end, with the link to unsubscribe, is lost. */
const LARGEST_HTML_BYTES = 102_000;
const LARGEST_MESSAGE_BYTES = 500_000;
/** Inboxes show less. */
const LONGEST_SUBJECT = 150;
/** A text with fewer letters besides its links says nothing. */
const FEWEST_LETTERS = 20;

/** The size of the message and of its HTML. */
export function checkSize({ bytes, html }: ReadMail): readonly GateFinding[] {
  const sizeBytes = quotedPrintable(html).length;
  const kilobytes = (size: number) => `${Math.ceil(size / 1000)} KB`;
  if (sizeBytes > LARGEST_HTML_BYTES) {
    const fact = `the HTML takes ${kilobytes(sizeBytes)}, and Gmail cuts it off at about 102 KB`;
    const remedy = 'shorten the template of the digest, or show fewer stories';
    return [{ check: 'size', level: 'error', fact, remedy }];
  }
  if (bytes.length <= LARGEST_MESSAGE_BYTES) return [];
  const fact = `the message takes ${kilobytes(bytes.length)}, and filters like large messages less`;
  return [{ check: 'size', level: 'warning', fact, remedy: 'shorten the template of the text' }];
}

export function checkSubject({ subject }: ReadMail): readonly GateFinding[] {
  const { length } = subject.trim();
  const remedy = 'change subject of the newsletter, or the title of the first story';
  if (length === 0) {
    return [{ check: 'subject', level: 'error', fact: 'the subject is empty', remedy }];
  }
  if (length <= LONGEST_SUBJECT) return [];
  const fact = `the subject has ${length} characters, and inboxes show far fewer`;
  return [{ check: 'subject', level: 'warning', fact, remedy }];
}

/** Whether both parts are there, for readers and filters that use only one of them. */
export function checkText({ html, text }: ReadMail): readonly GateFinding[] {
  const missing = (fact: string, file: string): GateFinding => {
    const remedy = `correct ${file} in the folder of the templates, or delete it to use Broadsheet's own`;
    return { check: 'text', level: 'error', fact, remedy };
  };
  if (html.trim() === '') return [missing('the message has no HTML part', 'digest.mjml')];
  if (text.trim() === '') return [missing('the message has no text part', 'digest.txt')];
  const words = text.replaceAll(/\b(?:https?:|mailto:)\S+/g, '');
  const letters = words.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  return letters < FEWEST_LETTERS
    ? [missing('the text part has nothing but links', 'digest.txt')]
    : [];
}

/** Liquid, the merge tags of other programs, and the marks that each message replaces. */
const PLACEHOLDER =
  /\{\{[^{}]{0,80}\}?\}?|\{%[^{}]{0,80}%?\}?|\*\|\w{1,40}\|\*|[\w/:@-]{0,80}\b(?:slot|placeholder)\.invalid\b/;

/** What should have been replaced. What an author quotes as code stays. */
export function checkPlaceholders({ subject, html, text }: ReadMail): readonly GateFinding[] {
  const bodies = [
    subject,
    html.replaceAll(/<style\b[\s\S]*?<\/style>|<(code|pre)\b[\s\S]*?<\/\1>|<!--[\s\S]*?-->/gi, ''),
    text.replaceAll(/`[^`]*`/g, ''),
  ];
  const left = new Set(bodies.flatMap((body) => PLACEHOLDER.exec(body)?.[0] ?? []));
  if (left.size === 0) return [];
  const fact = `readers would see ${listed([...left])}, which should have been replaced`;
  const remedy = 'correct the template, or the post that contains it';
  return [{ check: 'placeholders', level: 'error', fact, remedy }];
}
