import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';

// It waits 100 ms for clients that talk before they are greeted. Ours does not, and hundreds of tests
// would wait with it.
SMTPConnection.prototype.init = function (this: SMTPConnection) {
  this._setListeners(() => this.connectionReady());
};

/** A message as a relay got it. */
export interface ReceivedMessage {
  readonly from: string;
  readonly to: string;
  readonly raw: Buffer;
  /** Whether it came over TLS. */
  readonly secure: boolean;
  /** Which connection it came over, 1 for the first. */
  readonly connection: number;
  /** Which message it is, refused ones too, 1 for the first: each number comes once, also when several arrive together. */
  readonly number: number;
}

/** A reply other than the usual one (`text` may start with an enhanced code); `hangUp` closes the connection instead of replying. */
export type ScriptedReply = { readonly code: number; readonly text: string } | 'hangUp' | undefined;

export interface InboxOptions {
  /** What RCPT is answered with, by address. */
  readonly onRecipient?: (address: string) => ScriptedReply;
  /** What MAIL is answered with; `connection` counts from 1. */
  readonly onSender?: (address: string, connection: number) => ScriptedReply;
  /** What the end of a message is answered with, after it was kept (or not, for a refusal). */
  readonly onMessage?: (message: ReceivedMessage) => ScriptedReply | Promise<ScriptedReply>;
  /** What a new connection is answered with; counts from 1. */
  readonly onConnection?: (connection: number) => ScriptedReply;
  /** Name and password that it asks for. */
  readonly login?: { readonly user: string; readonly pass: string };
  /** Whether it offers STARTTLS, by a self-signed certificate. */
  readonly tls?: boolean;
  readonly port?: number;
  /** Anything else of smtp-server. */
  readonly server?: SMTPServerOptions;
}

/** A real SMTP server on a free port of this machine that keeps what it accepts. */
export interface Inbox {
  readonly port: number;
  /** `smtp://127.0.0.1:port`. */
  readonly url: string;
  /** What it accepted, in order. A message whose reply was `hangUp` is here too. */
  readonly messages: readonly ReceivedMessage[];
  messagesTo(address: string): readonly ReceivedMessage[];
  /** Connections that were ever made. */
  connections(): number;
  close(): Promise<void>;
}

/** Starts an inbox. Close it, or the test does not end. */
export async function openInbox(options: InboxOptions = {}): Promise<Inbox> {
  const messages: ReceivedMessage[] = [];
  const numbers = new Map<string, number>();
  let arrived = 0;
  const numberOf = (id: string) => {
    const known = numbers.get(id) ?? numbers.size + 1;
    numbers.set(id, known);
    return known;
  };
  const server: SMTPServer = new SMTPServer({
    ...(options.login === undefined ? { authOptional: true } : {}),
    disabledCommands: options.tls === true ? [] : ['STARTTLS'],
    disableReverseLookup: true,
    // Scripted replies say their own.
    hideENHANCEDSTATUSCODES: true,
    logger: false,
    onAuth({ username, password }, _session, done) {
      const right = username === options.login?.user && password === options.login?.pass;
      if (right) done(null, { user: username });
      else done(replyError({ code: 535, text: 'Authentication credentials invalid' }));
    },
    onConnect: (session, done) => {
      const number = numberOf(session.id);
      answer(server, session.id, options.onConnection?.(number), done);
    },
    onMailFrom: ({ address }, session, done) => {
      answer(server, session.id, options.onSender?.(address, numberOf(session.id)), done);
    },
    onRcptTo: ({ address }, session, done) => {
      answer(server, session.id, options.onRecipient?.(address), done);
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.once('end', async () => {
        const { mailFrom, rcptTo } = session.envelope;
        const message: ReceivedMessage = {
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo[0]?.address ?? '',
          raw: Buffer.concat(chunks),
          secure: session.secure,
          connection: numberOf(session.id),
          number: ++arrived,
        };
        const reply = await options.onMessage?.(message);
        if (reply === undefined || reply === 'hangUp' || reply.code < 300) messages.push(message);
        if (typeof reply === 'object' && reply.code < 300) done(null, reply.text);
        else answer(server, session.id, reply, done);
      });
    },
    ...options.server,
  });
  // A client that drops its connection in the middle is what some tests are about.
  server.on('error', () => {});
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    url: `smtp://127.0.0.1:${port}`,
    messages,
    messagesTo: (address) => messages.filter(({ to }) => to === address),
    connections: () => numbers.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const connection of server.connections) connection._socket.destroy();
      }),
  };
}

/**
 * A port on which nothing listens: assigned to no service, and of those that a system gives to no
 * program that asks for any. One that was free a moment ago may be another test's by now.
 */
export function closedPort(): number {
  return 4;
}

/** The message's own `Message-ID`, with its angle brackets. */
export function messageIdOf({ raw }: ReceivedMessage): string {
  return /^Message-ID: *(\S+)/im.exec(raw.toString())?.[1] ?? '';
}

function answer(
  server: SMTPServer,
  session: string,
  reply: ScriptedReply,
  done: (error?: Error | null) => void,
): void {
  if (reply === 'hangUp') {
    for (const connection of server.connections) {
      if (connection.session.id === session) connection._socket.destroy();
    }
    return;
  }
  done(reply === undefined ? null : replyError(reply));
}

function replyError({ code, text }: { code: number; text: string }): Error {
  return Object.assign(new Error(text), { responseCode: code });
}
