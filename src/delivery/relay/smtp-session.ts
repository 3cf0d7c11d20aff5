import { Readable } from 'node:stream';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { CustomAuthenticationContext } from 'nodemailer/lib/smtp-connection';
import type { Reply } from '../delivery.ts';
import type { Message } from '../message/message.ts';
import { classifyReply, isLimit, parseReply } from './classify-reply.ts';
import { explainTrouble, isTokenRefused, type SmtpError } from './explain-trouble.ts';
import { MessageConnection } from './message-connection.ts';
import type { RelayAddress } from './parse-relay-url.ts';
import type { Outcome, RelaySettings, SmtpLogin } from './relay.ts';
import type { SmtpPhase } from './reply-table.ts';

/** One connection to a relay, connected and logged in; it sends one message at a time. */
export interface SmtpSession {
  /** Whether another message can be sent over it. */
  isUsable(): boolean;
  /** Messages sent over it so far. */
  messages(): number;
  /** As `Relay.send`; `broke` if the connection ended before the relay could know the message. */
  send(
    message: Message,
    beforeDot: () => Promise<boolean>,
  ): Promise<{ readonly outcome: Outcome; readonly broke: boolean }>;
  /** Says goodbye, and waits only for a short time. */
  end(): Promise<void>;
  /** Drops the connection at once, even with a message in flight. */
  drop(): void;
}

export interface SessionTimeouts {
  readonly connectMs: number;
  /** The longest silence; RFC 5321 §4.5.3.2.6 asks for ten minutes after the final dot. */
  readonly silenceMs: number;
}

const GOODBYE_MS = 2000;

type NamedAddress = RelayAddress & Pick<RelaySettings, 'ehloName'>;

/**
 * Connects, starts TLS and logs in, unless `signal` is aborted; usable for `mostMessages`. If the relay
 * refuses an access token, tries once more with another one. Throws an `SmtpError`.
 */
export async function openSession(
  address: NamedAddress,
  timeouts: SessionTimeouts,
  signal: AbortSignal,
  mostMessages = Number.POSITIVE_INFINITY,
): Promise<SmtpSession> {
  const { login } = address;
  const open = (token?: string) => openOnce(address, token, timeouts, signal, mostMessages);
  if (login === undefined || 'pass' in login) return open();
  const token = await unlessDropped(login.tokens.get(), signal);
  try {
    return await open(token);
  } catch (error) {
    if (!isTokenRefused(error as SmtpError)) throw error;
    return open(await unlessDropped(login.tokens.get(token), signal));
  }
}

/** The value, or an error as soon as `signal` is aborted. */
async function unlessDropped<T>(value: Promise<T>, signal: AbortSignal): Promise<T> {
  const dropped = Promise.withResolvers<never>();
  const drop = () => dropped.reject(closedEarly());
  signal.addEventListener('abort', drop);
  try {
    return await Promise.race([value, dropped.promise]);
  } finally {
    signal.removeEventListener('abort', drop);
  }
}

async function openOnce(
  address: NamedAddress,
  token: string | undefined,
  timeouts: SessionTimeouts,
  signal: AbortSignal,
  mostMessages: number,
): Promise<SmtpSession> {
  const connection = new MessageConnection({
    host: address.host,
    port: address.port,
    name: address.ehloName,
    secure: address.tls === 'always',
    requireTLS: address.tls === 'required',
    ignoreTLS: address.tls === 'off',
    tls: { rejectUnauthorized: !address.selfSigned },
    connectionTimeout: timeouts.connectMs,
    greetingTimeout: timeouts.connectMs,
    socketTimeout: timeouts.silenceMs,
    socketCloseTimeout: GOODBYE_MS,
    // A relay on this machine has a loopback address only.
    allowInternalNetworkInterfaces: true,
    customAuth: { XOAUTH2: sayToken },
  });
  // Later errors reach the message in flight; without a listener they would end the program.
  connection.on('error', () => {});
  const drop = () => connection.close();
  signal.addEventListener('abort', drop);
  let takesUtf8: boolean;
  try {
    await connect(connection);
    takesUtf8 = /[ -]SMTPUTF8\b/i.test(String(connection.lastServerResponse));
    if (address.login !== undefined) await logIn(connection, address.login, token);
  } finally {
    signal.removeEventListener('abort', drop);
  }
  let messages = 0;
  return {
    isUsable: () => !connection.destroyed && messages < mostMessages,
    messages: () => messages,
    async send(message, beforeDot) {
      messages += 1;
      if (!takesUtf8 && needsUtf8(message)) return { outcome: WITHOUT_UTF8, broke: false };
      connection.wireReady = message.wireReady === true;
      return sendOver(connection, message, beforeDot);
    },
    end: () => sayGoodbye(connection),
    drop,
  };
}

const WITHOUT_UTF8: Outcome = {
  kind: 'failed',
  replyClass: 'policy',
  reply: { code: 0, text: 'the relay takes no addresses beyond ASCII (SMTPUTF8, RFC 6531)' },
};

function needsUtf8({ envelope }: Message): boolean {
  return /[^\0-\x7f]/.test(envelope.from + envelope.to);
}

function connect(connection: SMTPConnection): Promise<void> {
  return opening(connection, (done) => connection.connect(done));
}

async function logIn(connection: SMTPConnection, login: SmtpLogin, token?: string): Promise<void> {
  const credentials =
    'pass' in login ? login : { user: login.user, pass: token, method: 'XOAUTH2' };
  try {
    await opening(connection, (done) => connection.login({ ...credentials }, done));
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * Logs in with an access token (https://developers.google.com/workspace/gmail/imap/xoauth2-protocol).
 * nodemailer's own way asks for another token in the middle, and hides what the server replied.
 */
async function sayToken({ auth, sendCommand }: CustomAuthenticationContext): Promise<void> {
  const { user, pass } = auth.credentials;
  const words = `user=${user}\x01auth=Bearer ${pass}\x01\x01`;
  let reply = await sendCommand(`AUTH XOAUTH2 ${Buffer.from(words).toString('base64')}`);
  // The reason as JSON, and the reply after an empty line.
  if (reply.status === 334) reply = await sendCommand('');
  if (reply.status !== 235) throw new Error('the access token is refused');
}

/** Does one step of opening the connection. Throws if it fails, or if the connection ends. */
function opening(
  connection: SMTPConnection,
  step: (done: (error?: Error | null) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.once('error', reject);
    connection.once('end', () => reject(closedEarly()));
    step((error) => (error == null ? resolve() : reject(error)));
  });
}

function closedEarly(): SmtpError {
  return Object.assign(new Error('Connection closed'), { code: 'ECONNECTION' });
}

/** How far a message got: `dot` once the relay may have all of it. */
interface Progress {
  reached: 'envelope' | 'body' | 'marking' | 'dot';
  withheld: boolean;
  /** The error of `beforeDot`. */
  thrown?: { readonly error: unknown };
}

async function sendOver(
  connection: SMTPConnection,
  message: Message,
  beforeDot: () => Promise<boolean>,
): Promise<{ outcome: Outcome; broke: boolean }> {
  const progress: Progress = { reached: 'envelope', withheld: false };
  const envelope = { ...message.envelope, to: [message.envelope.to], size: message.bytes.length };
  const result = await new Promise<{ response: string } | SmtpError>((resolve) => {
    // `close` drops the message in flight without an error. If there is an error, it comes first.
    const onEnd = () => setImmediate(() => resolve(closedEarly()));
    connection.once('end', onEnd);
    connection.send(envelope, bodyOf(message.bytes, beforeDot, progress), (error, info) => {
      connection.off('end', onEnd);
      resolve(error ?? info);
    });
  });
  if (progress.thrown !== undefined || progress.withheld) {
    connection.close();
    if (progress.thrown !== undefined) throw progress.thrown.error;
    return { outcome: { kind: 'withheld' }, broke: false };
  }
  return judge(connection, result, progress.reached);
}

/** The message as a stream that ends when `beforeDot` agrees. Its end makes nodemailer send the dot. */
function bodyOf(bytes: Buffer, beforeDot: () => Promise<boolean>, progress: Progress): Readable {
  const stop = (body: Readable) => body.destroy(new Error('not to be sent'));
  return new Readable({
    read() {
      // Nothing is read before the relay has agreed to take the body (354).
      if (progress.reached === 'envelope') {
        progress.reached = 'body';
        this.push(bytes);
        return;
      }
      if (progress.reached !== 'body') return;
      progress.reached = 'marking';
      beforeDot().then(
        (agreed) => {
          // The connection broke meanwhile: the dot can't be sent.
          if (this.destroyed) return;
          progress.withheld = !agreed;
          if (agreed) {
            progress.reached = 'dot';
            this.push(null);
          } else {
            stop(this);
          }
        },
        (error: unknown) => {
          progress.thrown = { error };
          stop(this);
        },
      );
    },
  });
}

async function judge(
  connection: SMTPConnection,
  result: { response: string } | SmtpError,
  reached: Progress['reached'],
): Promise<{ outcome: Outcome; broke: boolean }> {
  if (!(result instanceof Error)) {
    const reply = parseReply(result.response);
    if (reached === 'dot') return { outcome: { kind: 'accepted', reply }, broke: false };
    // It "accepts" a message that it has not got: it can't be a real relay.
    connection.close();
    const text = `says that it has a message which it has not: ${reply.code} ${reply.text}`;
    return { outcome: { kind: 'relayTrouble', reply: { ...reply, text } }, broke: false };
  }
  const phase = phaseOf(result, reached);
  const reply = parseReply(result.response ?? '');
  if (reply.code < 400 || phase === 'connect') {
    connection.close();
    // The relay ends the session instead of replying (RFC 5321 §3.8), perhaps for this one recipient.
    if (reply.code === 421) {
      return { outcome: outcomeOf(result, reply, 'rcpt'), broke: reached !== 'marking' };
    }
    const trouble = explainTrouble(result);
    if (reached === 'dot') return { outcome: { kind: 'inDoubt', reply: trouble }, broke: false };
    const outcome: Outcome = { kind: 'relayTrouble', reply: trouble };
    return { outcome, broke: reached !== 'marking' };
  }
  // A refusal before the dot leaves half a message on the wire.
  if (phase === 'dot' && reached !== 'dot') connection.close();
  else await reset(connection);
  const outcome = outcomeOf(result, reply, phase);
  const isOver = outcome.kind === 'limited' && outcome.limit === 'session';
  if (isOver) connection.close();
  // 421 to MAIL on a connection that had served others: it ended that session, and does not refuse us.
  return {
    outcome,
    broke: (isOver && reached === 'envelope') || (phase === 'mail' && reply.code === 421),
  };
}

/** The outcome of a message that was refused in `phase`, for now or for good. */
function outcomeOf(error: SmtpError, reply: Reply, phase: SmtpPhase): Outcome {
  const kind = classifyReply(reply, phase);
  if (isLimit(kind)) return { kind: 'limited', limit: kind, reply };
  if (kind !== 'relay') {
    return { kind: reply.code < 500 ? 'deferred' : 'failed', reply, replyClass: kind };
  }
  const trouble = { kind: 'relayTrouble', reply: explainTrouble(error, phase) } as const;
  return phase === 'mail' ? trouble : { ...trouble, recipientNamed: true };
}

function phaseOf(error: SmtpError, reached: Progress['reached']): SmtpPhase {
  if (reached === 'dot' || error.code === 'EMESSAGE') return 'dot';
  switch (error.command) {
    case 'MAIL FROM':
      return 'mail';
    case 'RCPT TO':
      return 'rcpt';
    case 'DATA':
      return 'data';
    default:
      return 'connect';
  }
}

/** After a refusal the transaction may still be open (RFC 5321 §4.1.1.5). */
function reset(connection: SMTPConnection): Promise<void> {
  return new Promise((resolve) => {
    if (connection.destroyed) return resolve();
    const onEnd = () => resolve();
    connection.once('end', onEnd);
    connection.reset((error) => {
      connection.off('end', onEnd);
      if (error !== null) connection.close();
      resolve();
    });
  });
}

function sayGoodbye(connection: SMTPConnection): Promise<void> {
  return new Promise((resolve) => {
    if (connection.destroyed) return resolve();
    const timer = setTimeout(() => connection.close(), GOODBYE_MS);
    connection.once('end', () => {
      clearTimeout(timer);
      resolve();
    });
    connection.quit();
  });
}
