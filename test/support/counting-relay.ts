import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A message that the relay took: from then on it is somebody's, whatever becomes of the reply. */
export interface TakenMessage {
  readonly to: string;
  readonly messageId: string;
}

/** A plain, fast SMTP server on a free port of this machine that keeps who got what. */
export interface CountingRelay {
  /** `smtp://127.0.0.1:port`. */
  readonly url: string;
  readonly taken: readonly TakenMessage[];
  /** Calls `work` once, as soon as `count` messages were taken in all. */
  at(count: number, work: () => void): void;
  close(): Promise<void>;
}

const END = '\r\n.\r\n';

/**
 * Starts it. `delayMs` gives how long it takes to reply after a message: what a sender that is
 * killed meanwhile can't know.
 */
export async function openCountingRelay(delayMs: () => number): Promise<CountingRelay> {
  const taken: TakenMessage[] = [];
  const sockets = new Set<Socket>();
  let timer: { readonly count: number; readonly work: () => void } | undefined;
  const take = (message: TakenMessage) => {
    taken.push(message);
    if (timer === undefined || taken.length < timer.count) return;
    const { work } = timer;
    timer = undefined;
    work();
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(socket, take, delayMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    taken,
    at(count, work) {
      timer = { count, work };
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function serve(socket: Socket, take: (message: TakenMessage) => void, delayMs: () => number): void {
  let to = '';
  let isBody = false;
  let rest = '';
  // Of a sender that was killed: there is nobody to tell.
  socket.on('error', () => {});
  const say = (line: string) => void (socket.writable && socket.write(`${line}\r\n`));
  say('220 counting');
  socket.on('data', (chunk: Buffer) => {
    rest += chunk.toString('latin1');
    for (;;) {
      const end = rest.indexOf(isBody ? END : '\r\n');
      if (end < 0) return;
      const line = rest.slice(0, end);
      rest = rest.slice(end + (isBody ? END.length : 2));
      if (isBody) {
        isBody = false;
        take({ to, messageId: /^Message-ID: (\S+)/im.exec(line)?.[1] ?? '' });
        setTimeout(say, delayMs(), '250 2.0.0 taken');
        continue;
      }
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'RCPT') to = /<(.*)>/.exec(line)?.[1] ?? '';
      isBody = verb === 'DATA';
      if (verb === 'QUIT') socket.end('221 bye\r\n');
      else if (verb === 'EHLO') say('250-counting\r\n250 PIPELINING');
      else say(isBody ? '354 go on' : '250 2.0.0 ok');
    }
  });
}
