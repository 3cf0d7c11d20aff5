import { request } from 'node:https';
import type { Dns } from '../../kernel/dns.ts';
import type { FetchPolicy } from './receiving.ts';
import { addressesOf } from './receiving.ts';

const TIMEOUT_MS = 8000;
/** RFC 8461 §3.2 suggests 64 KB. */
const MOST_BYTES = 65_536;

/**
 * Fetches a policy as RFC 8461 §3.3 has it: over HTTPS only, without redirects, from a host whose
 * certificate is valid. `place` is for tests: another port, and an authority of their own.
 */
export function policyFetcher(
  place: { readonly port?: number; readonly ca?: string } = {},
): FetchPolicy {
  return async (dns: Dns, host: string, path: string) => {
    const [address] = await addressesOf(dns, host);
    if (address === undefined) throw new Error(`${host} has no address`);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const options = {
      host: address,
      servername: host,
      headers: { host },
      path,
      agent: false,
      signal,
      ...place,
    };
    const asked = request(options, (response) => {
      if (response.statusCode !== 200) {
        asked.destroy(new Error(`it answered ${response.statusCode}`));
        return;
      }
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        if (text.length > MOST_BYTES) asked.destroy(new Error('it is longer than 64 KB'));
      });
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    asked.on('error', (error) => {
      reject(signal.aborted ? new Error('no answer within 8 seconds') : error);
    });
    asked.end();
    return promise;
  };
}
