import type { Server } from 'node:http';
import { clientNetwork, type WiderNetwork, widerNetworks } from '../kernel/client-network.ts';

/** What limits count a client as: itself, and for IPv6 the networks around it. */
export function networksOf(ip: string): readonly WiderNetwork[] {
  return [{ network: clientNetwork(ip), times: 1 }, ...widerNetworks(ip)];
}

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
    const networks = networksOf(remoteAddress);
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
