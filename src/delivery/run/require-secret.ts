import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import type { Config } from '../../settings/config.ts';
import { HOW_TO_MAKE_A_SECRET } from '../../settings/environment.ts';

/** Throws a config error if there is no secret to sign links with. */
export function requireSecret({ secrets }: Pick<Config, 'secrets'>): void {
  if (secrets.length > 0) return;
  const fact = 'is not set, and the links to unsubscribe are signed with it';
  throw new BroadsheetError(EXIT.config, `BROADSHEET_SECRET  ${fact}; ${HOW_TO_MAKE_A_SECRET}`);
}
