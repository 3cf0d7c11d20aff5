import { Transform } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';

/** nodemailer's callback for a connection's replies to DATA and the final dot. */
type Sent = (error: Error | null, reply?: string) => void;

/**
 * The stream between a message and the socket: it doubles dots, fixes ends of lines, and ends with
 * the dot.
 */
interface DataStream extends Transform {
  lastByte: number | false;
  outByteCount: number;
}

/** Internals of nodemailer that its types leave out. */
interface Inside {
  /** Makes the stream and connects it to the socket. */
  _createSendStream(done: Sent): DataStream;
  /** Replies that have arrived and are not processed yet; the last may be incomplete. */
  _responseQueue: readonly string[];
  /** Processes the first of them. */
  _processResponse(): unknown;
  /** Ends the connection, and what is in flight, with an error. */
  _onError(error: Error, code: string, reply: false, command: string): void;
}

const Connection = SMTPConnection as unknown as new (
  ...options: ConstructorParameters<typeof SMTPConnection>
) => SMTPConnection & Inside;

const LINE_FEED = 0x0a;

/**
 * A connection of nodemailer's that passes a message on unchanged if it is marked `wireReady`
 * (`Message.wireReady`). nodemailer checks each byte of a message in JavaScript, which takes half
 * of the time of sending, and finds nothing to change in such a message.
 *
 * It also rejects a reply whose lines have different codes. nodemailer believes the first code,
 * others the last (RFC 5321 §4.2.1 wants them equal).
 *
 * This depends on nodemailer's internals (`Inside`). If a version does not have them, or makes
 * another stream, messages go the ordinary way; tests then report it.
 */
export class MessageConnection extends Connection {
  /** For the next message. */
  wireReady = false;

  override _createSendStream(done: Sent): DataStream {
    const stream = super._createSendStream(done);
    if (this.wireReady && stream instanceof Transform) {
      stream._transform = (chunk: Buffer, _encoding, passOn) => {
        // The stream's end depends on the last byte it has seen.
        stream.lastByte = LINE_FEED;
        stream.outByteCount += chunk.length;
        passOn(null, chunk);
      };
    }
    return stream;
  }

  override _processResponse(): unknown {
    const [reply = ''] = this._responseQueue ?? [];
    const codes = new Set(Array.from(reply.matchAll(/^\d{3}(?=[ -])/gm), ([code]) => code));
    if (codes.size < 2) return super._processResponse();
    const said = reply.replace(/\s+/g, ' ').slice(0, 200);
    this._onError(new Error(`it contradicts itself: ${said}`), 'EPROTOCOL', false, 'CONN');
    return undefined;
  }
}
