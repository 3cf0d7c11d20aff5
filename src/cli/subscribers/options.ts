import type { SubscriptionStatus } from '../../database/states.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';

/** The options of most commands about subscribers. */
export interface NewsletterOptions {
  readonly newsletter?: string;
  readonly name?: string;
  readonly status?: string;
  readonly json?: true;
}

export const STATUSES: readonly SubscriptionStatus[] = [
  'pending',
  'active',
  'unsubscribed',
  'bounced',
  'complained',
];

/** The value of `--status`. Throws a usage error that lists the statuses. */
export function chooseStatus(
  text: string | undefined,
  allowed: readonly SubscriptionStatus[],
): SubscriptionStatus | undefined {
  const found = allowed.find((status) => status === text);
  if (found !== undefined || text === undefined) return found;
  const remedy = `write ${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1)}`;
  throw new BroadsheetError(EXIT.usage, `"${text}" is no status (--status); ${remedy}`);
}
