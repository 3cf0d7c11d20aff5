import { resolve } from 'node:path';
import { BroadsheetError, EXIT } from '../base/errors.ts';
import { isSmtpUrl, isWebUrl } from './schema.ts';

/** What the environment says, over the config file. */
export interface Environment {
  readonly smtpUrl?: string;
  readonly databaseUrl?: string;
  /** Ends with `/`. */
  readonly publicUrl?: string;
  readonly secrets: readonly string[];
}

const LEAST_SECRET_LENGTH = 16;

/**
 * The BROADSHEET_* variables. An empty one counts as not set. Throws a config error for a value
 * that is none; never prints the value, since it may hold a password.
 */
export function readEnvironment(environment: NodeJS.ProcessEnv): Environment {
  const smtpUrl = environment.BROADSHEET_SMTP_URL?.trim() || undefined;
  const publicUrl = environment.BROADSHEET_PUBLIC_URL?.trim() || undefined;
  const databaseUrl = environment.BROADSHEET_DATABASE_URL?.trim() || undefined;
  if (smtpUrl !== undefined && !isSmtpUrl(smtpUrl)) {
    fail('BROADSHEET_SMTP_URL', 'is not a relay; write smtps://name:password@host:port');
  }
  if (publicUrl !== undefined && !isWebUrl(publicUrl)) {
    fail('BROADSHEET_PUBLIC_URL', 'is not a web address; write one like https://news.example.org/');
  }
  if (databaseUrl !== undefined && !databaseUrl.startsWith('sqlite:')) {
    fail('BROADSHEET_DATABASE_URL', 'is not a database; write sqlite: and a path');
  }
  return {
    ...(smtpUrl === undefined ? {} : { smtpUrl }),
    ...(publicUrl === undefined ? {} : { publicUrl: publicUrl.replace(/[?#].*$|\/*$/, '/') }),
    ...(databaseUrl === undefined
      ? {}
      : { databaseUrl: `sqlite:${resolve(databaseUrl.slice('sqlite:'.length))}` }),
    secrets: readSecrets(environment.BROADSHEET_SECRET ?? ''),
  };
}

function readSecrets(value: string): string[] {
  const secrets = value.split(/[\s,]+/).filter((secret) => secret !== '');
  if (secrets.some((secret) => secret.length < LEAST_SECRET_LENGTH)) {
    const fact = `has a key of fewer than ${LEAST_SECRET_LENGTH} characters, which can be guessed`;
    fail('BROADSHEET_SECRET', `${fact}; ${HOW_TO_MAKE_A_SECRET}`);
  }
  return secrets;
}

/** The remedy where BROADSHEET_SECRET is needed. */
export const HOW_TO_MAKE_A_SECRET =
  'make one with `openssl rand -hex 32` and keep it for as long as the newsletter lives';

function fail(name: string, message: string): never {
  throw new BroadsheetError(EXIT.config, `${name}  ${message}`);
}
