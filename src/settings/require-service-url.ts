import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import type { Config } from './config.ts';

/** The URL of the service. Throws a config error if `serviceUrl` is `none`. */
export function requireServiceUrl({ serviceUrl }: Pick<Config, 'serviceUrl'>): string {
  if (serviceUrl !== undefined) return serviceUrl;
  const fact = 'serviceUrl is none, and pages and mails of sign-ups need an address';
  const remedy = 'set it, or leave out the parts that need it: `--only feeds,schedule,delivery`';
  throw new BroadsheetError(EXIT.config, `${fact}; ${remedy}`);
}
