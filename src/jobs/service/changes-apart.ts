import type { Config } from '../../config/config.ts';
import type { Edition } from '../../model/edition.ts';
import type { PostChange } from '../../model/post-change.ts';
import type { StoreDependencies } from '../../store/dependencies.ts';
import { runApart } from './run-apart.ts';

const PROGRAM = new URL('./changes-process', import.meta.url);

export interface ChangesOrder {
  readonly config: Config;
  /** ISO 8601 instant. */
  readonly now: string;
  readonly edition: Edition;
}

/** 20,000 posts take seconds. */
const LIMIT_MS = 300_000;

/** `findPostChanges` in a process of its own. Throws what that throws, and what `runApart` throws. */
export async function changesApart(
  { config, clock }: Pick<StoreDependencies, 'config' | 'clock'>,
  edition: Edition,
  signal: AbortSignal,
): Promise<readonly PostChange[]> {
  const order: ChangesOrder = { config, now: clock().toString(), edition };
  const name = 'looking for changes of posts';
  return runApart(order, { program: PROGRAM, name, signal, limitMs: LIMIT_MS });
}
