import type { StoreDependencies } from '../database/dependencies.ts';
import { readIdentity } from '../database/identity.ts';
import { isProbe, proofOf } from '../delivery/message/signed-token.ts';

/** The proof that this database's service answers here. Undefined if `token` is not a probe. */
export async function answerProbe(
  { config, store, clock }: Pick<StoreDependencies, 'config' | 'store' | 'clock'>,
  token: string,
): Promise<string | undefined> {
  if (!isProbe(token, { secrets: config.secrets, now: clock() })) return undefined;
  return proofOf((await readIdentity(store.db)).id, token);
}
