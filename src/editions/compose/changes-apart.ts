import type { StoreDependencies } from '../../database/dependencies.ts';
import { runApart } from '../../kernel/apart/run-apart.ts';
import type { Config } from '../../settings/config.ts';
import type { Edition } from '../edition.ts';
import type { PostChange } from '../post-change.ts';

const PROGRAM = new URL('./changes-process', import.meta.url);

export interface ChangesOrder {
  readonly config: Config;
  /** ISO 8601 instant. */
  readonly now: string;
  readonly edition: Edition;
}

/** 20,000 posts take seconds. */
const LIMIT_MS = 300_000;

/**
 * Runs `findPostChanges` in its own process. Throws the errors of `findPostChanges` and of
 * `runApart`.
 */
export async function changesApart(
  { config, clock }: Pick<StoreDependencies, 'config' | 'clock'>,
  edition: Edition,
  signal: AbortSignal,
): Promise<readonly PostChange[]> {
  const order: ChangesOrder = { config, now: clock().toString(), edition };
  const name = 'looking for changes of posts';
  return runApart(order, { program: PROGRAM, name, signal, limitMs: LIMIT_MS });
}
