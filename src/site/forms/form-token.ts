import { readToken, signToken } from '../../delivery/message/signed-token.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Config } from '../../settings/config.ts';

/** How long a form may stay open before it is submitted. */
const GOOD_FOR_HOURS = 24;

type Dependencies = { readonly config: Config; readonly clock: Clock };

/** `over`: too old, or not made by us. `too-soon`: no person fills in a form that fast. */
export type FormVerdict = 'good' | 'too-soon' | 'over';

/**
 * A token for a form that is shown now. It is valid for a day and can be used many times. It stops
 * programs that submit a form without loading it. Nothing is stored about it.
 */
export function makeFormToken({ config, clock }: Dependencies): string {
  const now = clock();
  return signToken('form', [String(now.epochMilliseconds)], {
    secrets: config.secrets,
    expiresAt: now.add({ hours: GOOD_FOR_HOURS }),
  });
}

/** Judges the token of a submitted form. Never throws. */
export function judgeFormToken(token: string, { config, clock }: Dependencies): FormVerdict {
  const now = clock();
  const fields = readToken('form', token, { secrets: config.secrets, now });
  if (fields === undefined || fields === 'expired') return 'over';
  const age = now.epochMilliseconds - Number(fields[0]);
  return age < config.web.signUp.minimumSeconds * 1000 ? 'too-soon' : 'good';
}
