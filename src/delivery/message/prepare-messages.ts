import { createHash } from 'node:crypto';
import type { Edition, Placeholder } from '../../editions/edition.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import type { DkimSettings, NewsletterSettings } from '../../settings/settings.ts';
import { composeMime, dateLine, headerLine, toLine } from './compose-mime.ts';
import { readKeysFor } from './dkim-keys.ts';
import {
  type CanonicalHeaders,
  canonicalBody,
  canonicalHeaders,
  canonicalLines,
  type DkimKey,
  dkimSignatures,
} from './dkim-signature.ts';
import { encodeBody, encodeWithPlaceholders } from './encode-body.ts';
import { editionHeaders, listHeaders, listUnsubscribe, tokenHeaders } from './list-headers.ts';
import { type Message, messageIdOf } from './message.ts';
import { deliveryToken, envelopeOf, TOKEN_HEADER } from './message-token.ts';
import { escapeHtml } from './personalise.ts';
import { unsubscribeToken, wayOutOf } from './unsubscribe-link.ts';

export interface PrepareMessagesInput {
  readonly edition: Edition;
  readonly newsletter: NewsletterSettings;
  /** Where the archive is, ends with `/`. */
  readonly publicUrl: string;
  /** Where people unsubscribe, ends with `/`; absent if they do so by mail. */
  readonly serviceUrl?: string | undefined;
  /** For the unsubscribe links; the first signs. */
  readonly secrets: readonly string[];
  /** The keys that sign, if one is of the sender's domain. */
  readonly dkim: readonly DkimSettings[];
  /**
   * A test send: marked in the subject and by a header, with a new Message-ID each time, and an
   * unsubscribe link that is valid but belongs to nobody.
   */
  readonly test?: boolean;
  /** The mark in the subject of a test; default `Test`. */
  readonly mark?: string;
}

/** The recipient of a message. */
export interface MessageRecipient {
  readonly id: string;
  /** The id of the delivery (`deliveries.id`); absent in a preview. */
  readonly delivery?: number;
  readonly address: EmailAddress;
  readonly name?: string;
}

/** One edition as bytes with placeholders. */
export interface MessageTemplate {
  /**
   * Returns the message of one subscriber (RFC 5322), dated `date`: the bytes with the placeholders
   * filled. The same subscriber and date result in the same bytes. Rejects if a header can't contain
   * the subscriber's own values.
   */
  fill(subscriber: MessageRecipient, date: Temporal.Instant): Promise<Message>;
}

/** No subscriber has this id: ids in the store are random. */
const NOBODY = 'test-send';

/** No delivery has this id. */
const NO_DELIVERY = 0;

/** The date of the frame, in place of the date of each message. */
const FRAME_DATE = Temporal.Instant.fromEpochMilliseconds(0);

/** Lines in the frame for what differs per subscriber; `text` and `html` for the bodies. */
const FRAME = {
  to: 'To: placeholder-to@placeholder.invalid',
  messageId: 'Message-ID: placeholder-message-id',
  listUnsubscribe: 'List-Unsubscribe: placeholder-list-unsubscribe',
  date: dateLine(FRAME_DATE),
  delivery: `${TOKEN_HEADER}: placeholder-delivery`,
  // As nodemailer writes the name.
  feedbackId: 'Cfbl-Feedback-ID: placeholder-delivery',
  text: 'placeholder-text',
  html: 'placeholder-html',
} as const;

const FRAME_NAMES = Object.keys(FRAME) as readonly (keyof typeof FRAME)[];

const FRAME_PLACEHOLDER = new RegExp(
  `(?<=\r\n)(${Object.values(FRAME).map(RegExp.escape).join('|')})(?=\r\n)`,
);

/** What goes between the bytes that all messages share. */
type MessagePlaceholder =
  | Exclude<keyof typeof FRAME, 'text' | 'html'>
  | `${'text' | 'html'}.${Placeholder}`;

/** Text of every message, or a placeholder. */
type Part = string | { readonly placeholder: MessagePlaceholder };

type Values = Readonly<Record<MessagePlaceholder, string>>;

/**
 * Makes the message of an edition once, for all its subscribers. The shared parts are encoded here,
 * and `fill` only copies and signs them. Throws a `BroadsheetError` (config) if there is no secret to
 * sign links with, or a key to sign messages with cannot be read.
 */
export async function prepareMessages(input: PrepareMessagesInput): Promise<MessageTemplate> {
  const { edition, newsletter, serviceUrl, secrets, test = false } = input;
  const from = newsletter.from.address;
  const keys = readKeysFor(from, input.dkim);
  const parts = await prepareParts(input);
  const bytesOf = copier(parts);
  const signaturesOf = signer(parts, keys);
  const tokenOf = (subscriberId: string) =>
    unsubscribeToken({ newsletter: newsletter.id, subscriberId }, secrets);
  // A missing secret must throw now, not at the first message.
  tokenOf(NOBODY);
  return {
    async fill(subscriber, date) {
      const { id, address, delivery = NO_DELIVERY } = subscriber;
      const name = test ? undefined : deliveryToken({ id: delivery, subscriber: id }, secrets);
      const token = tokenOf(test ? NOBODY : id);
      const link = wayOutOf(newsletter, serviceUrl, token);
      const messageId = test
        ? messageIdOf(edition.id, address, from, `test ${date}`)
        : messageIdOf(edition.id, id, from);
      const values: Values = {
        to: toLine(subscriber),
        messageId: headerLine('Message-ID', messageId),
        listUnsubscribe: headerLine('List-Unsubscribe', listUnsubscribe(newsletter, link, token)),
        date: dateLine(date),
        delivery: headerLine(TOKEN_HEADER, name ?? ''),
        feedbackId: headerLine('CFBL-Feedback-ID', name ?? ''),
        'text.address': encodeBody(address),
        'text.unsubscribeUrl': encodeBody(link),
        'html.address': encodeBody(escapeHtml(address)),
        'html.unsubscribeUrl': encodeBody(escapeHtml(link)),
      };
      return {
        messageId,
        ...envelopeOf(newsletter, address, name),
        ...(name !== undefined && { token: name }),
        bytes: Buffer.concat([await signaturesOf(values, date), ...bytesOf(values)]),
        edition: { id: edition.id, newsletter: newsletter.id, headers: newsletter.headers },
        wireReady: true,
      };
    },
  };
}

/** Returns what fills the placeholders between bytes that are encoded once. */
function copier(parts: readonly Part[]): (values: Values) => readonly Buffer[] {
  const encoded = parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
  return (values) =>
    encoded.map((part) => ('placeholder' in part ? Buffer.from(values[part.placeholder]) : part));
}

/**
 * Returns what signs a message. What all messages share is made canonical once, and the beginning of the
 * body is hashed once: up to the first placeholder. The remaining body has to be hashed for each reader.
 */
function signer(
  parts: readonly Part[],
  keys: readonly DkimKey[],
): (values: Values, date: Temporal.Instant) => Promise<Buffer> {
  if (keys.length === 0) return async () => Buffer.alloc(0);
  const at = parts.findIndex((part) => typeof part === 'string' && part.includes('\r\n\r\n'));
  const [lastHeaders = '', ...body] = String(parts[at]).split('\r\n\r\n');
  const headers = [...parts.slice(0, at), lastHeaders].map((part) =>
    typeof part === 'string' ? canonicalHeaders(part) : part,
  );
  const pieces = [body.join('\r\n\r\n'), ...parts.slice(at + 1)];
  const last = pieces.length - 1;
  const [first = '', ...others] = pieces.map((piece, index) => {
    // `encodeWithPlaceholders` cuts between lines, so each piece is canonical by itself.
    if (typeof piece !== 'string') return piece;
    return Buffer.from(index === last ? canonicalBody(piece) : canonicalLines(piece));
  });
  const begun = createHash('sha256').update(first as Buffer);
  return async (values, date) => {
    const hash = begun.copy();
    for (const piece of others) {
      hash.update('placeholder' in piece ? canonicalLines(values[piece.placeholder]) : piece);
    }
    const fields = headers.map((part) =>
      'placeholder' in part ? canonicalHeaders(values[part.placeholder]) : part,
    );
    const content = { headers: joined(fields), bodyHash: hash.digest('base64'), date };
    return Buffer.from(await dkimSignatures(keys, content));
  };
}

function joined(fields: readonly CanonicalHeaders[]): CanonicalHeaders {
  return {
    names: fields.flatMap(({ names }) => names),
    text: fields.map(({ text }) => text).join(''),
  };
}

/** The whole message, cut where subscribers differ. */
async function prepareParts(input: PrepareMessagesInput): Promise<readonly Part[]> {
  const { edition } = input;
  const frame = (await composeFrame(input)).toString();
  const pieces = frame.split(FRAME_PLACEHOLDER).flatMap((piece): readonly Part[] => {
    const name = FRAME_NAMES.find((each) => FRAME[each] === piece);
    if (name === undefined) return [piece];
    return name === 'text' || name === 'html'
      ? bodyParts(name, edition[name])
      : [{ placeholder: name }];
  });
  assertWireReady(pieces);
  return pieces;
}

/** The message with a line of `FRAME` wherever subscribers differ, and in place of the bodies. */
function composeFrame(input: PrepareMessagesInput): Promise<Buffer> {
  const { edition, newsletter, test = false, mark = 'Test' } = input;
  const { publicUrl, serviceUrl } = input;
  const own = (line: string) => line.slice(line.indexOf(':') + 2);
  const unsubscribe = own(FRAME.listUnsubscribe);
  return composeMime({
    from: newsletter.from,
    to: { address: own(FRAME.to) as EmailAddress },
    replyTo: { address: newsletter.replyTo ?? newsletter.from.address },
    subject: test ? `[${mark}] ${edition.subject}` : edition.subject,
    date: FRAME_DATE,
    headers: {
      ...editionHeaders(edition, newsletter, publicUrl),
      ...listHeaders({ newsletter, publicUrl, serviceUrl, edition: edition.id, unsubscribe }),
      ...(test ? { 'X-Broadsheet-Test': 'yes' } : tokenHeaders(newsletter, own(FRAME.delivery))),
      'Message-ID': own(FRAME.messageId),
    },
    html: FRAME.html,
    text: FRAME.text,
    seed: edition.id,
  });
}

function bodyParts(body: 'text' | 'html', content: string): readonly Part[] {
  return encodeWithPlaceholders(content).map((piece) =>
    typeof piece === 'string' ? piece : { placeholder: `${body}.${piece.placeholder}` },
  );
}

/** Checks the lines again, although their writers guarantee them. */
function assertWireReady(parts: readonly Part[]): void {
  const text = parts.map((part) => (typeof part === 'string' ? part : 'placeholder')).join('');
  if (/^\.|\n\.|[^\r]\n|\r(?!\n)/.test(text) || !text.endsWith('\r\n')) {
    throw new Error('the message has lines that SMTP would have to change');
  }
}

export type BuildMessageInput = PrepareMessagesInput & {
  readonly subscriber: MessageRecipient;
  readonly date: Temporal.Instant;
};

/** One message, if only one is needed: `prepareMessages`, filled for `subscriber`. */
export async function buildMessage(input: BuildMessageInput): Promise<Message> {
  return (await prepareMessages(input)).fill(input.subscriber, input.date);
}
