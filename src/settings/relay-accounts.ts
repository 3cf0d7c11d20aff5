import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import type { Config } from './config.ts';
import type { Environment } from './environment.ts';
import { publishedLimits } from './mail-providers.ts';
import { presetHost, RELAY_PRESETS, type RelayPreset } from './relay-presets.ts';
import type { RelayLogin } from './relay-url.ts';
import { type ConfigFile, relayOptions } from './schema.ts';
import type { DomainSettings, OAuthAccount, RelayAccount } from './settings.ts';

type EmailOptions = ConfigFile['email'];

/** The content of a relay's environment variable. */
export type RelayVariable = 'URL' | 'USER' | 'PASSWORD' | 'CLIENT_SECRET';

/**
 * Returns the name of the environment variable with `what` of the relay `id` (one of `email.relays`):
 * `BROADSHEET_SMTP_URL_BACKUP_2` for `backup-2`.
 */
export function relayVariable(id: string, what: RelayVariable = 'URL'): string {
  return `BROADSHEET_SMTP_${what}_${id.toUpperCase().replaceAll('-', '_')}`;
}

/**
 * The relay accounts: those in `email.relays`, each with the URL of its environment variable (optional,
 * because not every command sends), else the one of `email.smtpUrl` or BROADSHEET_SMTP_URL. What the
 * config leaves open is filled in from the preset of the provider. Throws a config error for a duplicate
 * id, for a variable without a relay, and for two logins.
 */
export function relayAccounts(
  file: string,
  email: EmailOptions,
  environment: Environment,
  ehloName: string,
): readonly [RelayAccount, ...RelayAccount[]] {
  const { BROADSHEET_SMTP_URL: smtpUrl, smtpUrls, smtpLogins, smtpSecrets } = environment;
  const place = { file, environment, ehloName };
  const [first, ...others] = email.relays.map(
    ({ smtpUrl: written, id, weight, ...options }, at) => {
      const name = `email.relays[${at}]`;
      const suffix = relayVariable(id, 'USER').slice(USER.length);
      const url = smtpUrls.get(relayVariable(id)) ?? written;
      return { ...accountOf({ ...place, name, suffix }, options, { id, url }), weight };
    },
  );
  const suffixes = new Set([...smtpLogins.keys(), ...smtpSecrets.keys()].filter((each) => each));
  refuseStrangers(file, email, [...smtpUrls.keys(), ...[...suffixes].map((each) => USER + each)]);
  if (first === undefined) {
    const options = optionsOfOneRelay(email);
    const url = smtpUrl ?? email.smtpUrl;
    return [{ ...accountOf({ ...place, name: 'email', suffix: '' }, options, { url }), weight: 1 }];
  }
  refuseVariableOfOne(file, email, smtpUrl === undefined ? undefined : 'URL');
  refuseVariableOfOne(file, email, smtpLogins.has('') ? 'USER' : undefined);
  refuseVariableOfOne(file, email, smtpSecrets.has('') ? 'CLIENT_SECRET' : undefined);
  return [first, ...others];
}

const USER = 'BROADSHEET_SMTP_USER';
const STANDARD_URL = 'smtp://localhost:25';
const STANDARD_CONNECTIONS = 5;

/** Where an account is configured. */
interface AccountPlace {
  readonly file: string;
  /** The group of its options. */
  readonly name: string;
  readonly environment: Environment;
  /** What the names of its variables end with. */
  readonly suffix: string;
  readonly ehloName: string;
}

/** One account. The only relay has no `id`, so it is its host. */
function accountOf(
  place: AccountPlace,
  { region, oauth, ...options }: Pick<EmailOptions, RelayOption>,
  written: { readonly id?: string; readonly url: string | undefined },
): Omit<RelayAccount, 'weight'> {
  const preset: RelayPreset | undefined = options.relay && RELAY_PRESETS[options.relay];
  const standard = written.id === undefined ? STANDARD_URL : undefined;
  const url = written.url ?? presetUrl(place, preset, region) ?? standard;
  const id = written.id ?? new URL(url ?? STANDARD_URL).host;
  const limits = { ...preset, ...publishedLimits(URL.parse(url ?? '')?.hostname ?? '') };
  return {
    ...options,
    ...{ id, url, ehloName: place.ehloName },
    connections: options.connections ?? limits.connections ?? STANDARD_CONNECTIONS,
    messagesPerSecond: options.messagesPerSecond ?? limits.messagesPerSecond,
    messagesPerHour: options.messagesPerHour ?? limits.messagesPerHour,
    messagesPerDay: options.messagesPerDay ?? limits.messagesPerDay,
    messagesPerConnection: options.messagesPerConnection ?? limits.messagesPerConnection,
    // No provider keeps it.
    keepsSender: options.keepsSender ?? preset === undefined,
    presetHeaders: preset?.headers,
    editionHeaders: preset?.editionHeaders,
    login: loginOf(place, url),
    oauth: oauthOf(place, oauth, preset, id),
  };
}

function presetUrl(
  place: AccountPlace,
  preset: RelayPreset | undefined,
  region: string | undefined,
): string | undefined {
  if (preset === undefined) {
    if (region !== undefined) fail(place, 'region', 'is of a provider; add relay, or leave it out');
    return undefined;
  }
  const found = presetHost(preset, region);
  if ('reason' in found) fail(place, 'relay', found.reason);
  const { port } = preset;
  return port === 465 ? `smtps://${found.host}:465` : `smtp://${found.host}:587?tls=required`;
}

/** The login from the variables of a relay. Throws a config error if its URL also has a login. */
function loginOf(
  { environment, suffix }: AccountPlace,
  url: string | undefined,
): RelayLogin | undefined {
  const login = environment.smtpLogins.get(suffix);
  if (login === undefined || url === undefined || new URL(url).username === '') return login;
  const fact = "is set, and the relay's URL has a name and a password too";
  throw new BroadsheetError(EXIT.config, `${USER}${suffix}  ${fact}; leave one of them out`);
}

function oauthOf(
  place: AccountPlace,
  oauth: EmailOptions['oauth'],
  preset: RelayPreset | undefined,
  relay: string,
): OAuthAccount | undefined {
  const { environment, suffix } = place;
  const secrets = environment.smtpSecrets.get(suffix);
  if (oauth === undefined) {
    if (secrets === undefined) return undefined;
    return fail(place, 'oauth', 'is missing, and there are secrets for it; add it, or unset them');
  }
  if (environment.smtpLogins.has(suffix)) {
    fail(place, 'oauth', `is instead of a password; leave it out, or unset ${USER}${suffix}`);
  }
  const { tenant, tokenUrl = preset?.oauth?.tokenUrl, scope, ...account } = oauth;
  if (tokenUrl === undefined) {
    return fail(place, 'oauth', 'has no tokenUrl; add it, or relay: gmail or microsoft365');
  }
  if (tokenUrl.includes('{tenant}') && tenant === undefined) {
    fail(place, 'oauth', 'has no tenant; add the id or the domain of your directory at Microsoft');
  }
  return {
    ...{ ...account, ...secrets, relay, scope, suffix },
    tokenUrl: tokenUrl.replace('{tenant}', tenant ?? ''),
    applicationScope: scope ?? preset?.oauth?.scope,
  };
}

function fail({ file, name }: AccountPlace, option: string, fact: string): never {
  throw new BroadsheetError(EXIT.config, `${file}  ${name}.${option} ${fact}`);
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
