import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { relayVariable } from '../../settings/relay-variable.ts';
import type { RelayAccount } from '../../settings/settings.ts';

/**
 * The account with the URL that sending needs. Throws a config error if it has none. Commands that
 * send nothing (a build, for example) do not need the secrets of relays.
 */
export function requireUrl(account: RelayAccount): RelayAccount & { readonly url: string } {
  const { id, url } = account;
  if (url !== undefined) return { ...account, url };
  const remedy = `set ${relayVariable(id)}, or add its smtpUrl to email.relays`;
  throw new BroadsheetError(EXIT.config, `the relay ${id} has no URL; ${remedy}`);
}
