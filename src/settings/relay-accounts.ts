import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import type { Config } from './config.ts';
import type { Environment } from './environment.ts';
import type { RelayLogin } from './relay-url.ts';
import { type ConfigFile, relayOptions } from './schema.ts';
import type { DomainSettings, RelayAccount } from './settings.ts';

type EmailOptions = ConfigFile['email'];

/** The content of a relay's environment variable. */
export type RelayVariable = 'URL' | 'USER' | 'PASSWORD';

/**
 * Returns the name of the environment variable with `what` of the relay `id` (one of `email.relays`):
 * `BROADSHEET_SMTP_URL_BACKUP_2` for `backup-2`.
 */
export function relayVariable(id: string, what: RelayVariable = 'URL'): string {
  return `BROADSHEET_SMTP_${what}_${id.toUpperCase().replaceAll('-', '_')}`;
}

/**
 * The relay accounts: those in `email.relays`, each with the URL of its environment variable (optional,
 * because not every command sends), else the one of `email.smtpUrl` or BROADSHEET_SMTP_URL. Throws a
 * config error for a duplicate id, and for a variable without a relay.
 */
export function relayAccounts(
  file: string,
  email: EmailOptions,
  { BROADSHEET_SMTP_URL: smtpUrl, smtpUrls, smtpLogins }: Environment,
  ehloName: string,
): readonly [RelayAccount, ...RelayAccount[]] {
  const [first, ...others] = email.relays.map(({ smtpUrl: written, ...account }) => {
    const url = smtpUrls.get(relayVariable(account.id)) ?? written;
    const login = loginOf(smtpLogins, relayVariable(account.id, 'USER'), url);
    return { ...account, ehloName, url, login };
  });
  const variables = [
    ...smtpUrls.keys(),
    ...[...smtpLogins.keys()].filter((suffix) => suffix !== '').map((suffix) => USER + suffix),
  ];
  refuseStrangers(file, email, variables);
  if (first === undefined) {
    const url = smtpUrl ?? email.smtpUrl;
    const login = loginOf(smtpLogins, USER, url);
    return [
      { ...optionsOfOneRelay(email), ehloName, id: new URL(url).host, url, weight: 1, login },
    ];
  }
  refuseVariableOfOne(file, email, smtpUrl === undefined ? undefined : 'URL');
  refuseVariableOfOne(file, email, smtpLogins.has('') ? 'USER' : undefined);
  return [first, ...others];
}

const USER = 'BROADSHEET_SMTP_USER';

/** The login from the variables of a relay. Throws a config error if its URL also has a login. */
function loginOf(
  logins: Environment['smtpLogins'],
  variable: string,
  url: string | undefined,
): RelayLogin | undefined {
  const login = logins.get(variable.slice(USER.length));
  if (login === undefined || url === undefined || new URL(url).username === '') return login;
  const fact = "is set, and the relay's URL has a name and a password too";
  throw new BroadsheetError(EXIT.config, `${variable}  ${fact}; leave one of them out`);
}

function refuseVariableOfOne(
  file: string,
  { relays }: EmailOptions,
  what: RelayVariable | undefined,
): void {
  if (what === undefined) return;
  const remedy = `set ${relays.map(({ id }) => relayVariable(id, what)).join(', ')}`;
  throw new BroadsheetError(
    EXIT.config,
    `BROADSHEET_SMTP_${what}  is for one relay, and ${file} lists several; ${remedy}`,
  );
}

/** Limits of destination domains, by the domain in lower case. */
export function domainSettings(email: EmailOptions): DomainSettings {
  return {
    connections: email.domainConnections,
    messagesPerSecond: email.domainMessagesPerSecond,
    of: new Map(email.domains.map(({ domain, ...limits }) => [domain.toLowerCase(), limits])),
  };
}

function refuseStrangers(
  file: string,
  { relays }: EmailOptions,
  variables: readonly string[],
): void {
  const ids = relays.map(({ id }) => relayVariable(id));
  const twice = relays.find(({ id }, at) => ids.indexOf(relayVariable(id)) !== at);
  if (twice !== undefined) {
    const fact = `email.relays has two with the id ${twice.id}`;
    throw new BroadsheetError(EXIT.config, `${file}  ${fact}; give each its own`);
  }
  const names = [...ids, ...relays.map(({ id }) => relayVariable(id, 'USER'))];
  const stranger = variables.find((name) => !names.includes(name));
  if (stranger === undefined) return;
  const fact = `is of a relay that ${file} does not list under email.relays`;
  throw new BroadsheetError(
    EXIT.config,
    `${stranger}  ${fact}; add it there, or unset the variable`,
  );
}

type RelayOption = keyof typeof relayOptions;

const RELAY_OPTIONS = Object.keys(relayOptions) as readonly RelayOption[];

/** Options of `email` for its single relay; with `email.relays` each relay has its own. */
export const ONE_RELAY_OPTIONS: readonly string[] = ['smtpUrl', ...RELAY_OPTIONS];

function optionsOfOneRelay(email: EmailOptions): Pick<EmailOptions, RelayOption> {
  const options = RELAY_OPTIONS.map((option) => [option, email[option]]);
  return Object.fromEntries(options) as Pick<EmailOptions, RelayOption>;
}

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
