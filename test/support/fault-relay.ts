import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { CERTIFICATE, KEY } from './certificates.ts';
import { cleanUpAfter } from './clean-up-after.ts';

/** Where a relay can go wrong; `handshake` is TLS after STARTTLS, `body` the first bytes after DATA. */
export type FaultPhase =
  | 'banner'
  | 'ehlo'
  | 'helo'
  | 'starttls'
  | 'handshake'
  | 'auth'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'body'
  | 'dot'
  | 'rset'
  | 'quit';

export interface Moment {
  readonly phase: FaultPhase;
  /** Counts from 1. */
  readonly connection: number;
  /** Of the message under way; empty before RCPT. */
  readonly recipient: string;
  /** How often this phase has come, over all connections; 1 for the first time. */
  readonly time: number;
}

/** What the relay does in place of what is right. Nothing of it: it hangs. */
export interface Act {
  /** As it goes out, ends of lines and all. */
  readonly say?: string;
  /** Closes the connection, after `say`. */
  readonly close?: boolean;
  /** At the dot: whether it keeps the message. Default: when `say` starts with 2. */
  readonly keep?: boolean;
}

/** What the relay does at a moment; undefined: what is right. */
export type Script = (moment: Moment) => Act | undefined;

/** `act` whenever a phase comes; of the first `times` times only where given. */
export function at(phase: FaultPhase, act: Act, times = Number.POSITIVE_INFINITY): Script {
  return (moment) => (moment.phase === phase && moment.time <= times ? act : undefined);
}

export interface FaultRelayOptions {
  /** Lines of the reply to EHLO after the first. Default: PIPELINING, SMTPUTF8, 8BITMIME. */
  readonly extensions?: readonly string[];
  /** PEM, for STARTTLS (which has to be among the extensions). */
  readonly certificate?: string;
  /** Everything it says goes out byte by byte. */
  readonly inPieces?: boolean;
}

/** A message that it kept. */
export interface KeptMessage {
  readonly from: string;
  readonly to: string;
  /** As it was before SMTP doubled its dots. */
  readonly raw: Buffer;
  /** As it came, with the final dot. */
  readonly wire: Buffer;
  readonly connection: number;
}

/** An SMTP server that does what its script says, on a free port of this machine. */
export interface FaultRelay {
  /** `smtp://127.0.0.1:port`. */
  readonly url: string;
  readonly kept: readonly KeptMessage[];
  /** Every line that it was sent, messages left out. */
  readonly commands: readonly string[];
  connections(): number;
  /** From now on it does what is right. */
  mend(): void;
}

interface Book {
  readonly kept: KeptMessage[];
  readonly commands: string[];
  readonly sockets: Set<Socket>;
  connections: number;
  /** Gives what to do at a moment, and counts it. */
  act(moment: Omit<Moment, 'time'>): Act | undefined;
  readonly options: FaultRelayOptions;
}

/** Starts a relay; it ends with the test. */
export async function openFaultRelay(
  t: TestContext,
  script: Script = () => undefined,
  options: FaultRelayOptions = {},
): Promise<FaultRelay> {
  let current = script;
  const times = new Map<FaultPhase, number>();
  const book: Book = {
    ...{ kept: [], commands: [], sockets: new Set(), connections: 0, options },
    act(moment) {
      const time = (times.get(moment.phase) ?? 0) + 1;
      times.set(moment.phase, time);
      return current({ ...moment, time });
    },
  };
  const server = createServer((socket) => {
    book.connections += 1;
    book.sockets.add(socket);
    socket.setNoDelay(true);
    // Clients that go away are what some tests are about.
    socket.on('error', () => {});
    serve(socket, book, book.connections).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUpAfter(t, () => {
    for (const socket of book.sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `smtp://127.0.0.1:${port}`, kept: book.kept, commands: book.commands },
    connections: () => book.connections,
    mend() {
      current = () => undefined;
    },
  };
}

/** One connection, from its banner to its end. */
async function serve(plain: Socket, book: Book, connection: number): Promise<void> {
  let socket = plain;
  let input = openInput(socket);
  /** What was agreed to; `recipient` also while it is not. */
  const envelope = { from: '', to: '', recipient: '' };

  const perform = (act: Act) => performAct(socket, act, book.options.inPieces);

  /** Says what the script has, or what is right; gives that. */
  async function reply(phase: FaultPhase, right: string): Promise<string> {
    const act = book.act({ phase, connection, recipient: envelope.recipient });
    await perform(act ?? { say: `${right}\r\n` });
    return act === undefined ? right : (act.say ?? '');
  }

  async function receive(): Promise<void> {
    const { from, to, recipient } = envelope;
    const body = book.act({ phase: 'body', connection, recipient });
    if (body !== undefined) {
      await input.some();
      await perform(body);
    }
    const wire = await input.message();
    const raw = Buffer.from(wire.subarray(0, -3).toString('latin1').replace(/^\./gm, ''), 'latin1');
    const act = book.act({ phase: 'dot', connection, recipient }) ?? { say: '250 kept\r\n' };
    // Before the reply: whoever has read the reply finds the message here.
    if (act.keep ?? act.say?.startsWith('2')) book.kept.push({ from, to, raw, wire, connection });
    await perform(act);
    Object.assign(envelope, { from: '', to: '', recipient: '' });
  }

  /** Whether TLS is there; else the connection is left to its fate. */
  async function secure(): Promise<boolean> {
    const handshake = book.act({ phase: 'handshake', connection, recipient: '' });
    if (handshake !== undefined) {
      await input.some();
      await perform(handshake);
      return false;
    }
    socket = await startTls(socket, input, book);
    input = openInput(socket);
    return true;
  }

  await reply('banner', '220 faults');
  for (;;) {
    const line = await input.line();
    book.commands.push(line);
    const [, path = ''] = /<(.*)>/.exec(line) ?? [];
    switch (/^\w+/.exec(line)?.[0].toUpperCase()) {
      case 'EHLO':
        await reply('ehlo', helloOf(book.options));
        break;
      case 'HELO':
        await reply('helo', '250 faults');
        break;
      case 'STARTTLS':
        if ((await reply('starttls', '220 go on')).startsWith('2') && !(await secure())) return;
        break;
      case 'AUTH':
        await reply('auth', '235 welcome');
        break;
      case 'MAIL':
        Object.assign(envelope, { from: '', to: '', recipient: '' });
        if ((await reply('mail', '250 sender ok')).startsWith('2')) envelope.from = path;
        break;
      case 'RCPT': {
        envelope.recipient = path;
        const right = envelope.from === '' ? '503 MAIL first' : '250 recipient ok';
        if ((await reply('rcpt', right)).startsWith('2')) envelope.to = path;
        break;
      }
      case 'DATA': {
        const right = envelope.to === '' ? '503 RCPT first' : '354 go on';
        if ((await reply('data', right)).startsWith('3')) await receive();
        break;
      }
      case 'RSET':
        await reply('rset', '250 forgotten');
        break;
      case 'QUIT':
        await reply('quit', '221 bye');
        socket.end();
        break;
      default:
        await perform({ say: '500 what?\r\n' });
    }
  }
}

function helloOf({ extensions = ['PIPELINING', 'SMTPUTF8', '8BITMIME'] }: FaultRelayOptions) {
  const lines = ['faults', ...extensions];
  return lines
    .map((line, index) => `250${index === lines.length - 1 ? ' ' : '-'}${line}`)
    .join('\r\n');
}

async function startTls(plain: Socket, input: Input, book: Book): Promise<Socket> {
  input.stop();
  const cert = book.options.certificate ?? CERTIFICATE;
  const socket = new TLSSocket(plain, { isServer: true, key: KEY, cert });
  book.sockets.add(socket);
  socket.on('error', () => {});
  await once(socket, 'secure');
  return socket;
}

/** Throws where the connection is at its end. */
async function performAct(
  socket: Socket,
  { say = '', close }: Act,
  inPieces = false,
): Promise<void> {
  const bytes = Buffer.from(say);
  const step = inPieces ? 1 : 65_536;
  for (let from = 0; from < bytes.length; from += step) {
    if (socket.destroyed) throw new Error('gone');
    const free = socket.write(bytes.subarray(from, from + step));
    if (!free) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
    if (inPieces) await setImmediate();
  }
  if (!close) return;
  socket.end();
  throw new Error('closed');
}

/** What a client has sent, taken in parts. */
interface Input {
  /** The next line, without its end. */
  line(): Promise<string>;
  /** The next bytes, to the line of one dot and with it. */
  message(): Promise<Buffer>;
  /** Waits until there is something; it stays. */
  some(): Promise<void>;
  /** Leaves the socket alone. */
  stop(): void;
}

function openInput(socket: Socket): Input {
  let chunks: Buffer[] = [];
  let wake = () => {};
  let over = false;
  const onData = (chunk: Buffer) => {
    chunks.push(chunk);
    wake();
  };
  const onClose = () => {
    over = true;
    wake();
  };
  socket.on('data', onData);
  socket.on('close', onClose);

  async function more(): Promise<void> {
    const { length } = chunks;
    while (chunks.length === length) {
      if (over) throw new Error('gone');
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  /** Everything up to the end of `mark`. */
  async function upTo(mark: string, sooner?: string): Promise<Buffer> {
    for (;;) {
      const all = Buffer.concat(chunks);
      const start = sooner !== undefined && all.indexOf(sooner) === 0 ? sooner.length : -1;
      const found = start >= 0 ? start : all.indexOf(mark) + mark.length;
      if (found >= mark.length || start >= 0) {
        chunks = [all.subarray(found)].filter(({ length }) => length > 0);
        return all.subarray(0, found);
      }
      chunks = all.length > 0 ? [all] : [];
      await more();
    }
  }

  return {
    line: async () => (await upTo('\r\n')).toString().slice(0, -2),
    message: () => upTo('\r\n.\r\n', '.\r\n'),
    async some() {
      if (chunks.length === 0) await more();
    },
    stop() {
      socket.off('data', onData);
      socket.off('close', onClose);
      socket.pause();
    },
  };
}
