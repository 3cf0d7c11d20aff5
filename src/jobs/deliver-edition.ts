import type { SendDependencies } from './mail-dependencies.ts';
import type { ReadySend, SendReport } from './send-report.ts';

/**
 * Stores the edition where it is new, plans one delivery for each active subscriber, and sends
 * what is not sent yet. When `signal` is aborted: finishes what is in flight, gives back the rest.
 */
export async function deliverEdition(
  _deps: SendDependencies,
  _send: ReadySend,
  _signal?: AbortSignal,
): Promise<SendReport> {
  throw new Error('not implemented yet');
}
