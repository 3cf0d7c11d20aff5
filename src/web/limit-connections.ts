import type { Server } from 'node:http';
import { clientNetwork, widerNetworks } from '../kernel/client-network.ts';

/**
 * Closes connections of one client beyond `most` at once, and of the networks around it beyond a few
 * times as many. A few clients with open connections must not block all others. `isProxy`: whether the
 * connections of an address are those of many clients.
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
    const client = { network: clientNetwork(remoteAddress), times: 1 };
    const networks = [client, ...widerNetworks(remoteAddress)];
    if (networks.some(({ network, times }) => (open.get(network) ?? 0) >= times * most)) {
      socket.destroy();
      return;
    }
    for (const { network } of networks) open.set(network, (open.get(network) ?? 0) + 1);
    socket.once('close', () => {
      for (const { network } of networks) {
        const left = (open.get(network) ?? 1) - 1;
        if (left === 0) open.delete(network);
        else open.set(network, left);
      }
    });
  });
}
