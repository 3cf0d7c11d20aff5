import { resolve } from 'node:path';
import { z } from 'zod';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import type { RelayLogin } from './relay-url.ts';
import { databaseUrl, folderUrl, relayUrl, serviceUrl, text, webUrl } from './schema-values.ts';
import { hookSecrets, webhookVariables } from './webhook-keys.ts';

const LEAST_SECRET_LENGTH = 16;

/** The remedy if BROADSHEET_SECRET is needed. */
export const HOW_TO_MAKE_A_SECRET =
  'make one with `openssl rand -hex 32` and keep it for as long as the newsletter lives';

const secrets = text
  .transform((value) => value.split(/[\s,]+/).filter((secret) => secret !== ''))
  .refine(
    (keys) => keys.every((key) => key.length >= LEAST_SECRET_LENGTH),
    `has a key of fewer than ${LEAST_SECRET_LENGTH} characters, which can be guessed; ${HOW_TO_MAKE_A_SECRET}`,
  );

/** The variables that the program reads, apart from those of single relays. */
const variables = z.object({
  BROADSHEET_SECRET: secrets
    .optional()
    .describe(
      'Keys that sign the links in messages, separated by spaces: the first key signs, all keys are valid. Needed to send.',
    ),
  BROADSHEET_SMTP_URL: relayUrl
    .optional()
    .describe(
      'The relay, with name and password, instead of `email.smtpUrl`: `smtps://name:password@relay.example:465`.',
    ),
  BROADSHEET_DATABASE_URL: databaseUrl('postgres://name:password@host/database')
    .optional()
    .describe(
      'The database, instead of `database.url`: `sqlite:.broadsheet/broadsheet.db`, `postgres://name:password@host/database`.',
    ),
  BROADSHEET_IMAP_PASSWORD: z.string().optional().describe('The password of `inbound.imap`.'),
  BROADSHEET_MACHINE: text
    .optional()
    .describe(
      'The name of this machine, if its own name changes at each start, as in a container.',
    ),
  BROADSHEET_PUBLIC_URL: folderUrl
    .optional()
    .describe('The URL of the output folder, instead of `publicUrl`.'),
  BROADSHEET_SERVICE_URL: serviceUrl
    .optional()
    .describe('The URL of `broadsheet start`, or `none`, instead of `serviceUrl`.'),
  BROADSHEET_ALERT_URL: webUrl
    .optional()
    .describe('Instead of `alerts.url`, which often contains a secret.'),
  BROADSHEET_HEARTBEAT_URL: webUrl
    .optional()
    .describe('Instead of `alerts.heartbeatUrl`, which often contains a secret.'),
  BROADSHEET_HOOK_SECRET: hookSecrets.describe(
    'Keys that sign the requests to `hooks` (`whsec_...`), separated by spaces. Needed for hooks.',
  ),
  ...webhookVariables,
});

/** What the variables of single relays mean; `ID` is the id of a relay. */
const relayVariables = {
  BROADSHEET_SMTP_URL_ID:
    'The same for the relay with this id in `email.relays` (capital letters, `_` for `-`).',
  'BROADSHEET_SMTP_USER`, `BROADSHEET_SMTP_PASSWORD':
    'The login at the relay, instead of name and password in its URL. No character has to be encoded.',
  'BROADSHEET_SMTP_CLIENT_SECRET`, `BROADSHEET_SMTP_REFRESH_TOKEN`, `BROADSHEET_SMTP_PRIVATE_KEY':
    'For `email.oauth`: the secret of the application, a refresh token if a person allowed it, the private key (PEM) of a service account of Google.',
  'BROADSHEET_SMTP_USER_ID`, `BROADSHEET_SMTP_PASSWORD_ID`, ...':
    'The same for the relay with this id in `email.relays`.',
};

/** The variables and their meanings, for the documentation. */
export function describeEnvironment(): readonly (readonly [name: string, meaning: string])[] {
  const all = Object.entries(variables.shape).map(
    ([name, { description = '' }]) => [name, description] as const,
  );
  return [...all, ...Object.entries(relayVariables)];
}

/** Values of the environment. They override the config file. */
export type Environment = z.output<typeof variables> & {
  /** URLs of several relays, by the name of the variable: BROADSHEET_SMTP_URL_BACKUP. */
  readonly smtpUrls: ReadonlyMap<string, string>;
  /** Logins that are not in a URL, by the suffix of BROADSHEET_SMTP_USER: empty, or `_BACKUP`. */
  readonly smtpLogins: ReadonlyMap<string, RelayLogin>;
  /** What access tokens are requested with, by the same suffix. */
  readonly smtpSecrets: ReadonlyMap<string, OAuthSecrets>;
};

/** At least one of them. */
export interface OAuthSecrets {
  readonly clientSecret?: string;
  readonly refreshToken?: string;
  /** PEM. */
  readonly privateKey?: string;
}

const SMTP_URL_OF = 'BROADSHEET_SMTP_URL_';
const USER = 'BROADSHEET_SMTP_USER';
const PASSWORD = 'BROADSHEET_SMTP_PASSWORD';

/**
 * Reads the BROADSHEET_* variables. An empty one counts as not set; a relative path to a database starts
 * at the working folder. Throws a config error with a line for each invalid value, without the value,
 * because it may contain a password.
 */
export function readEnvironment(environment: NodeJS.ProcessEnv): Environment {
  const set = Object.entries(environment).filter(([, value]) => value?.trim());
  const urls = Object.fromEntries(set.filter(([name]) => name.startsWith(SMTP_URL_OF)));
  const common = variables.safeParse(Object.fromEntries(set));
  const ofRelays = z.record(z.string(), relayUrl).safeParse(urls);
  if (!common.success || !ofRelays.success) {
    const issues = [...(common.error?.issues ?? []), ...(ofRelays.error?.issues ?? [])];
    const problems = issues.map(({ path, message }) => `${String(path[0])}  ${message}`);
    throw new BroadsheetError(EXIT.config, problems.join('\n'));
  }
  const { BROADSHEET_DATABASE_URL: database, ...rest } = common.data;
  return {
    ...rest,
    BROADSHEET_DATABASE_URL: database && absoluteDatabaseUrl(database, '.'),
    smtpUrls: new Map(Object.entries(ofRelays.data)),
    smtpLogins: readSmtpLogins(environment),
    smtpSecrets: readSmtpSecrets(environment),
  };
}

/** What follows the names in `pattern` after BROADSHEET_SMTP_: nothing, or `_ID`. */
function suffixesOf(environment: NodeJS.ProcessEnv, pattern: string): ReadonlySet<string> {
  const variable = new RegExp(`^BROADSHEET_SMTP_(?:${pattern})(_.+)?$`);
  const found = Object.keys(environment).map((name) => variable.exec(name));
  return new Set(found.flatMap((match) => (match === null ? [] : [match[1] ?? ''])));
}

function readSmtpSecrets(environment: NodeJS.ProcessEnv): ReadonlyMap<string, OAuthSecrets> {
  const secrets = new Map<string, OAuthSecrets>();
  for (const suffix of suffixesOf(environment, 'CLIENT_SECRET|REFRESH_TOKEN|PRIVATE_KEY')) {
    const read = (what: string) => environment[`BROADSHEET_SMTP_${what}${suffix}`]?.trim() ?? '';
    const clientSecret = read('CLIENT_SECRET');
    const refreshToken = read('REFRESH_TOKEN');
    // The key file of Google is JSON, where `\n` is the end of a line.
    const privateKey = read('PRIVATE_KEY').replaceAll('\\n', '\n');
    if (clientSecret + refreshToken + privateKey === '') continue;
    secrets.set(suffix, {
      ...(clientSecret !== '' && { clientSecret }),
      ...(refreshToken !== '' && { refreshToken }),
      ...(privateKey !== '' && { privateKey }),
    });
  }
  return secrets;
}

function readSmtpLogins(environment: NodeJS.ProcessEnv): ReadonlyMap<string, RelayLogin> {
  const logins = new Map<string, RelayLogin>();
  for (const suffix of suffixesOf(environment, 'USER|PASSWORD')) {
    const user = environment[USER + suffix]?.trim() ?? '';
    // A password may begin or end with a space.
    const pass = environment[PASSWORD + suffix] ?? '';
    if (user === '' && pass === '') continue;
    if (user === '') fail(PASSWORD + suffix, `is set without ${USER}${suffix}; set both`);
    if (pass === '') fail(USER + suffix, `is set without ${PASSWORD}${suffix}; set both`);
    logins.set(suffix, { user, pass });
  }
  return logins;
}

/** `url` with an absolute path to the SQLite file. Relative paths start at `folder`. */
export function absoluteDatabaseUrl(url: string, folder: string): string {
  if (!url.startsWith('sqlite:') || url === 'sqlite::memory:') return url;
  return `sqlite:${resolve(folder, url.slice('sqlite:'.length))}`;
}

/** The environment of this program with additional `variables`, for a command that it runs. */
export function environmentWith(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...variables };
}

/** The environment of this program without the variables that begin with `prefix`. */
export function environmentWithout(prefix: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith(prefix));
  return Object.fromEntries(kept);
}

function fail(name: string, message: string): never {
  throw new BroadsheetError(EXIT.config, `${name}  ${message}`);
}
