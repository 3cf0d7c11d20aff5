import type { ComposeDependencies } from './mail-dependencies.ts';
import type { SendPreparation } from './send-report.ts';

/**
 * Finds what `send` is to send: the edition called `edition`, else the one that is not finished,
 * else a new one. Stores nothing, so it is a dry run by itself.
 */
export async function prepareSend(
  _deps: ComposeDependencies,
  _options: { readonly newsletter: string; readonly edition?: string },
): Promise<SendPreparation> {
  throw new Error('not implemented yet');
}
