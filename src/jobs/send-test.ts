import type { EmailAddress } from '../model/email-address.ts';
import type { SendDependencies } from './mail-dependencies.ts';
import type { ReadySend, TestReport } from './send-report.ts';

/** Sends what `prepareSend` found to `to` only, marked as a test, outside the ledger. */
export async function sendTest(
  _deps: SendDependencies,
  _send: Pick<ReadySend, 'edition'>,
  _to: readonly EmailAddress[],
): Promise<TestReport> {
  throw new Error('not implemented yet');
}
