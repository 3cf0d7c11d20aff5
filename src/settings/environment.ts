import { resolve } from 'node:path';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { type RelayLogin, relayUrlFault } from './relay-url.ts';
import { isDatabaseUrl, isWebUrl, NO_SERVICE } from './schema-values.ts';

/** Values of the environment. They override the config file. */
export interface Environment {
  readonly smtpUrl?: string;
  /** For several relays, by the name of the variable: BROADSHEET_SMTP_URL_BACKUP. */
  readonly smtpUrls: ReadonlyMap<string, string>;
  /** Logins that are not in a URL, by the suffix of BROADSHEET_SMTP_USER: empty, or `_BACKUP`. */
  readonly smtpLogins: ReadonlyMap<string, RelayLogin>;
  /** `sqlite:` with an absolute path, or `postgres://...`. */
  readonly databaseUrl?: string;
  readonly machine?: string;
  /** Ends with `/`. */
  readonly publicUrl?: string;
  /** Ends with `/`, or `none`. */
  readonly serviceUrl?: string;
  readonly secrets: readonly string[];
  /** URLs of `alerts`; they often contain a secret. */
  readonly alerts: { readonly url?: string; readonly heartbeatUrl?: string };
}

const LEAST_SECRET_LENGTH = 16;

/** The environment of this program with additional `variables`, for a command that it runs. */
export function environmentWith(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...variables };
}

/** The environment of this program without the variables that begin with `prefix`. */
export function environmentWithout(prefix: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith(prefix));
  return Object.fromEntries(kept);
}

/**
 * Reads the BROADSHEET_* variables. An empty one counts as not set. Throws a config error for an invalid
 * value, without the value, because it may contain a password.
 */
export function readEnvironment(environment: NodeJS.ProcessEnv): Environment {
  const smtpUrl = environment.BROADSHEET_SMTP_URL?.trim() || undefined;
  const publicUrl = readFolderUrl(environment, 'BROADSHEET_PUBLIC_URL');
  const serviceUrl =
    environment.BROADSHEET_SERVICE_URL?.trim() === NO_SERVICE
      ? NO_SERVICE
      : readFolderUrl(environment, 'BROADSHEET_SERVICE_URL');
  const databaseUrl = environment.BROADSHEET_DATABASE_URL?.trim() || undefined;
  if (smtpUrl !== undefined) refuseFault('BROADSHEET_SMTP_URL', smtpUrl);
  if (databaseUrl !== undefined && !isDatabaseUrl(databaseUrl)) {
    const remedy = 'write sqlite: and a path, or postgres://name:password@host/database';
    fail('BROADSHEET_DATABASE_URL', `is not a database; ${remedy}`);
  }
  const machine = environment.BROADSHEET_MACHINE?.trim() || undefined;
  return {
    ...(smtpUrl === undefined ? {} : { smtpUrl }),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(serviceUrl === undefined ? {} : { serviceUrl }),
    ...(databaseUrl === undefined ? {} : { databaseUrl: absoluteDatabaseUrl(databaseUrl, '.') }),
    ...(machine === undefined ? {} : { machine }),
    smtpUrls: readSmtpUrls(environment),
    smtpLogins: readSmtpLogins(environment),
    secrets: readSecrets(environment.BROADSHEET_SECRET ?? ''),
    alerts: readAlerts(environment),
  };
}

function readFolderUrl(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  const url = environment[name]?.trim() || undefined;
  if (url !== undefined && !isWebUrl(url)) {
    fail(name, 'is not a web address; write one like https://news.example.org/');
  }
  return url?.replace(/[?#].*$|\/*$/, '/');
}

function readAlerts(environment: NodeJS.ProcessEnv): Environment['alerts'] {
  const read = (name: string) => {
    const url = environment[name]?.trim() || undefined;
    if (url !== undefined && !isWebUrl(url)) {
      fail(name, 'is not a web address; write one like https://alerts.example/hook');
    }
    return url;
  };
  const url = read('BROADSHEET_ALERT_URL');
  const heartbeatUrl = read('BROADSHEET_HEARTBEAT_URL');
  return {
    ...(url === undefined ? {} : { url }),
    ...(heartbeatUrl === undefined ? {} : { heartbeatUrl }),
  };
}

const SMTP_URL_OF = 'BROADSHEET_SMTP_URL_';

function readSmtpUrls(environment: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const urls = new Map<string, string>();
  for (const [name, value = ''] of Object.entries(environment)) {
    if (!name.startsWith(SMTP_URL_OF) || value.trim() === '') continue;
    refuseFault(name, value.trim());
    urls.set(name, value.trim());
  }
  return urls;
}

function refuseFault(name: string, url: string): void {
  const fault = relayUrlFault(url);
  if (fault !== undefined) fail(name, fault);
}

const USER = 'BROADSHEET_SMTP_USER';
const PASSWORD = 'BROADSHEET_SMTP_PASSWORD';

function readSmtpLogins(environment: NodeJS.ProcessEnv): ReadonlyMap<string, RelayLogin> {
  const suffixes = Object.keys(environment).flatMap((name) => {
    const [, suffix] = /^BROADSHEET_SMTP_(?:USER|PASSWORD)(_.+)?$/.exec(name) ?? [];
    return suffix === undefined && name !== USER && name !== PASSWORD ? [] : [suffix ?? ''];
  });
  const logins = new Map<string, RelayLogin>();
  for (const suffix of new Set(suffixes)) {
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

function readSecrets(value: string): string[] {
  const secrets = value.split(/[\s,]+/).filter((secret) => secret !== '');
  if (secrets.some((secret) => secret.length < LEAST_SECRET_LENGTH)) {
    const fact = `has a key of fewer than ${LEAST_SECRET_LENGTH} characters, which can be guessed`;
    fail('BROADSHEET_SECRET', `${fact}; ${HOW_TO_MAKE_A_SECRET}`);
  }
  return secrets;
}

/** The remedy if BROADSHEET_SECRET is needed. */
export const HOW_TO_MAKE_A_SECRET =
  'make one with `openssl rand -hex 32` and keep it for as long as the newsletter lives';

function fail(name: string, message: string): never {
  throw new BroadsheetError(EXIT.config, `${name}  ${message}`);
}
