import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { relayVariable } from '../../settings/relay-accounts.ts';
import type { RelayAccount } from '../../settings/settings.ts';
import type { OpenRelay, Relay, RelaySettings } from './relay.ts';

// All mail goes over relays that this file opens: editions, test sends, mails to editors and to
// subscribers. So every relay gets our name, its login and its limits. A test asserts this.

/** One relay of the config, ready to send. */
export interface OpenedRelay {
  readonly account: RelayAccount;
  readonly relay: Relay;
}

interface Dependencies {
  readonly config: { readonly relays: readonly RelayAccount[] };
  readonly openRelay: OpenRelay;
}

interface Options {
  /** The most connections to each relay; the config may allow fewer. */
  readonly connections?: number;
  readonly timeouts?: RelaySettings['timeouts'];
}

/**
 * Opens the relays of the config, in its order; connects to nothing yet. Throws a config error for
 * an invalid or missing URL.
 */
export function openRelays(deps: Dependencies, options?: Options): readonly OpenedRelay[] {
  return deps.config.relays.map((account) => openAccount(deps, account, options));
}

/** Opens one relay; otherwise as `openRelays`. */
export function openAccount(
  { openRelay }: Pick<Dependencies, 'openRelay'>,
  { connections, ...account }: RelayAccount,
  { connections: most = Infinity, timeouts }: Options = {},
): OpenedRelay {
  const limited = { ...account, connections: Math.min(connections, most) };
  const url = requireUrl(limited);
  requireSecret(limited);
  return { account: limited, relay: openRelay({ ...limited, url, timeouts }) };
}

/**
 * The URL that sending needs. Throws a config error if there is none. Commands that send nothing (a
 * build, for example) do not need the secrets of relays.
 */
export function requireUrl({ id, url }: RelayAccount): string {
  if (url !== undefined) return url;
  const remedy = `set ${relayVariable(id)}, or add its smtpUrl to email.relays`;
  throw new BroadsheetError(EXIT.config, `the relay ${id} has no URL; ${remedy}`);
}

/** Throws a config error if access tokens are to be requested, and there is nothing to do so with. */
function requireSecret({ id, oauth }: RelayAccount): void {
  if (oauth === undefined) return;
  const { clientSecret, refreshToken, privateKey, suffix } = oauth;
  if ((clientSecret ?? refreshToken ?? privateKey) !== undefined) return;
  const names = ['CLIENT_SECRET', 'REFRESH_TOKEN', 'PRIVATE_KEY'].map(
    (name) => `BROADSHEET_SMTP_${name}${suffix}`,
  );
  const fact = `the relay ${id} has oauth and no secret`;
  throw new BroadsheetError(EXIT.config, `${fact}; set ${names.join(' or ')} (docs/relays.md)`);
}
