import { BroadsheetError, EXIT } from '../base/errors.ts';
import { relayVariable } from '../model/relay-variable.ts';
import type { DomainSettings, RelayAccount } from '../model/settings.ts';
import type { Environment } from './environment.ts';
import type { ConfigFile } from './schema.ts';

type EmailOptions = ConfigFile['email'];

/**
 * The accounts at relays: those that `email.relays` lists, each with the URL of its variable of
 * the environment (or none: not everything sends), else the one of `email.smtpUrl` or
 * BROADSHEET_SMTP_URL. Throws a config error for an id that is there twice, and for a variable that
 * is nobody's.
 */
export function relayAccounts(
  file: string,
  email: EmailOptions,
  { smtpUrl, smtpUrls }: Environment,
): readonly [RelayAccount, ...RelayAccount[]] {
  const [first, ...others] = email.relays.map((relay) => {
    const { smtpUrl: written, ...account } = relay;
    const url = smtpUrls.get(relayVariable(relay.id)) ?? written;
    return url === undefined ? account : { ...account, url };
  });
  refuseStrangers(file, email, smtpUrls);
  if (first === undefined) {
    const url = smtpUrl ?? email.smtpUrl;
    return [{ ...limitsOf(email), id: new URL(url).host, url, weight: 1 }];
  }
  if (smtpUrl !== undefined) {
    const remedy = `set ${email.relays.map(({ id }) => relayVariable(id)).join(', ')}`;
    throw new BroadsheetError(
      EXIT.config,
      `BROADSHEET_SMTP_URL  is for one relay, and ${file} lists several; ${remedy}`,
    );
  }
  return [first, ...others];
}

/** Limits of destination domains, by the domain in lower case. */
export function domainSettings(email: EmailOptions): DomainSettings {
  const { domainConnections: connections, domainMessagesPerSecond: messagesPerSecond } = email;
  return {
    connections,
    ...(messagesPerSecond === undefined ? {} : { messagesPerSecond }),
    of: new Map(email.domains.map(({ domain, ...limits }) => [domain.toLowerCase(), limits])),
  };
}

function refuseStrangers(
  file: string,
  { relays }: EmailOptions,
  smtpUrls: ReadonlyMap<string, string>,
): void {
  const names = relays.map(({ id }) => relayVariable(id));
  const twice = relays.find(({ id }, at) => names.indexOf(relayVariable(id)) !== at);
  if (twice !== undefined) {
    const fact = `email.relays has two with the id ${twice.id}`;
    throw new BroadsheetError(EXIT.config, `${file}  ${fact}; give each its own`);
  }
  const stranger = [...smtpUrls.keys()].find((name) => !names.includes(name));
  if (stranger === undefined) return;
  const fact = `is of a relay that ${file} does not list under email.relays`;
  throw new BroadsheetError(
    EXIT.config,
    `${stranger}  ${fact}; add it there, or unset the variable`,
  );
}

/** Options of `email` that are of its one relay; with `email.relays` each relay has its own. */
export const ONE_RELAY_OPTIONS = [
  'smtpUrl',
  'connections',
  'messagesPerSecond',
  'messagesPerHour',
  'messagesPerDay',
  'messagesPerConnection',
  'warmUp',
] as const satisfies readonly (keyof EmailOptions)[];

function limitsOf(email: EmailOptions) {
  const { connections, messagesPerSecond, messagesPerHour, messagesPerDay } = email;
  const { messagesPerConnection, warmUp } = email;
  return {
    connections,
    ...(messagesPerSecond === undefined ? {} : { messagesPerSecond }),
    ...(messagesPerHour === undefined ? {} : { messagesPerHour }),
    ...(messagesPerDay === undefined ? {} : { messagesPerDay }),
    ...(messagesPerConnection === undefined ? {} : { messagesPerConnection }),
    ...(warmUp === undefined ? {} : { warmUp }),
  };
}
