import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port of the loopback that nothing listened on a moment ago, for programs that are told theirs. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
