import type { Server } from 'node:http';
import { clientNetwork } from '../model/client-network.ts';

/**
 * Closes connections of one client beyond `most` at once, so that a few clients that hold theirs
 * open don't keep out all others. `isProxy` says of an address that its connections are those of many.
 */
export function limitConnections(
  server: Server,
  most: number,
  isProxy: (address: string) => boolean,
): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || isProxy(remoteAddress)) return;
    const client = clientNetwork(remoteAddress);
    const count = (open.get(client) ?? 0) + 1;
    if (count > most) {
      socket.destroy();
      return;
    }
    open.set(client, count);
    socket.once('close', () => {
      const left = (open.get(client) ?? 1) - 1;
      if (left === 0) open.delete(client);
      else open.set(client, left);
    });
  });
}
