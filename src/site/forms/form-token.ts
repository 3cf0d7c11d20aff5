import { readToken, signToken } from '../../delivery/message/signed-token.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Config } from '../../settings/config.ts';

/** So long a form may lie open before it is sent. */
const GOOD_FOR_HOURS = 24;

type Dependencies = { readonly config: Config; readonly clock: Clock };

/** `over`: too old, or none that we made. `too-soon`: nobody fills in a form as fast as that. */
export type FormVerdict = 'good' | 'too-soon' | 'over';

/**
 * A token for a form that is shown now. It is good for a day and for any number of times; it keeps
 * away those who send forms without having asked for them. Nothing is kept about it.
 */
export function makeFormToken({ config, clock }: Dependencies): string {
  const now = clock();
  return signToken('form', [String(now.epochMilliseconds)], {
    secrets: config.secrets,
    expiresAt: now.add({ hours: GOOD_FOR_HOURS }),
  });
}

/** What the token of a form that came in is worth now. Never throws. */
export function judgeFormToken(token: string, { config, clock }: Dependencies): FormVerdict {
  const now = clock();
  const fields = readToken('form', token, { secrets: config.secrets, now });
  if (fields === undefined || fields === 'expired') return 'over';
  const age = now.epochMilliseconds - Number(fields[0]);
  return age < config.web.signUp.minimumSeconds * 1000 ? 'too-soon' : 'good';
}
