import type { Config } from './config.ts';
import { relayVariable } from './relay-variable.ts';

interface RelayWarning {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/**
 * A warning for each relay without a URL in the config and the environment. It becomes an error only at a
 * send.
 */
export function relaysWithoutUrl({ file, relays }: Config): RelayWarning[] {
  return relays
    .filter(({ url }) => url === undefined)
    .map(({ id }) => {
      const remedy = `set ${relayVariable(id)} where you send, or add its smtpUrl`;
      return { file, line: 1, message: `the relay ${id} has no URL; ${remedy}` };
    });
}
