import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { cleanUpAfter } from './clean-up-after.ts';

/** A line between a program and a server, which a test can cut. */
export interface TcpProxy {
  readonly port: number;
  /** Loses the answer to the next bytes that have `text` in them, and their connection. */
  loseAnswerTo(text: string): void;
  /** Breaks every connection that there is. */
  cut(): void;
  /** Breaks them, and every new one, until it is told otherwise. */
  setAway(isAway: boolean): void;
  /** From then on it passes nothing on, and says nothing: as a network that is cut in the middle. */
  fallSilent(): void;
}

/** Opens a proxy to a port of this machine; it is closed when the test ends. */
export async function openProxy(t: TestContext, targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let fatal: string | undefined;
  let away = false;
  let isSilent = false;
  const server = createServer((client) => {
    if (away) {
      client.destroy();
      return;
    }
    const target = connect(targetPort, '127.0.0.1');
    let isLost = false;
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        if (isSilent && !away) return;
        client.destroy();
        target.destroy();
      });
    }
    client.on('data', (bytes) => {
      if (isSilent) return;
      if (fatal !== undefined && bytes.includes(fatal)) {
        isLost = true;
        fatal = undefined;
      }
      target.write(bytes);
    });
    target.on('data', (bytes) => {
      if (isSilent) return;
      if (isLost) client.destroy();
      else client.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  cleanUpAfter(t, () => {
    cut();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    ...{ port, cut },
    setAway(isAway) {
      away = isAway;
      if (isAway) cut();
    },
    fallSilent() {
      isSilent = true;
    },
    loseAnswerTo(text) {
      fatal = text;
    },
  };
}
