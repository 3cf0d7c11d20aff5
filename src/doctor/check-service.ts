import { readIdentity } from '../database/identity.ts';
import type { Store } from '../database/open-store.ts';
import type { AskService } from '../delivery/run/ask-service.ts';
import { troubleOfLinks } from '../delivery/run/check-service.ts';
import type { Clock } from '../kernel/clock.ts';
import { reasonOf } from '../kernel/errors.ts';
import type { Config } from '../settings/config.ts';
import { HOW_TO_MAKE_A_SECRET } from '../settings/environment.ts';
import { failure, ok, type Result, resultOf, warning } from './finding.ts';

/** Checks that readers can unsubscribe: over https, by the link and by one click (RFC 8058). */
export async function checkLinks(
  deps: { readonly config: Config; readonly clock: Clock; readonly askService: AskService },
  store: Store | undefined,
): Promise<Result> {
  const { serviceUrl, secrets } = deps.config;
  if (serviceUrl === undefined) {
    const fact = 'serviceUrl is none, so people unsubscribe by mail only';
    const remedy =
      'run `broadsheet start`: Gmail and Yahoo require one-click unsubscribing of larger lists';
    return { ...warning(fact), remedy };
  }
  if (secrets.length === 0) {
    const fact = 'BROADSHEET_SECRET is not set, and the links are signed with it';
    return { ...failure(fact), remedy: HOW_TO_MAKE_A_SECRET };
  }
  const { protocol, hostname } = new URL(serviceUrl);
  if (protocol !== 'https:' && !/^(localhost|127\.|\[::1)/.test(hostname)) {
    const fact = `${serviceUrl} is not https, which one-click unsubscribing requires (RFC 8058)`;
    return { ...failure(fact), remedy: 'let a web server in front do TLS (docs/running.md)' };
  }
  if (store === undefined) {
    return warning('not checked, because there is no database to answer for');
  }
  const trouble = await troubleOfLinks(deps, serviceUrl, (await readIdentity(store.db)).id);
  const fact = `${serviceUrl} does not answer unsubscribe links (${trouble})`;
  return resultOf(
    trouble === undefined ? [] : [failure(fact)],
    `${serviceUrl} answers a link, and the POST of one-click unsubscribing`,
    { remedy: 'run `broadsheet start` there, or set serviceUrl to where it runs' },
  );
}

const TIMEOUT_MS = 8000;
const GOOD_SECONDS = 60;
/** Signatures and tokens have times: from here on, receivers and our own forms refuse them. */
const BAD_SECONDS = 300;

/** Compares the clock with the one of the web server at `url` (RFC 9110 §6.6.1). */
export async function checkClock(url: string, clock: Clock): Promise<Result> {
  let headers: Headers;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, {
      method: 'HEAD',
      redirect: 'manual',
      cache: 'no-store',
      signal,
    });
    headers = response.headers;
  } catch (error) {
    const fact = `${url} does not answer (${reasonOf((error as Error).cause ?? error)}), so there is nothing to compare it with`;
    return warning(fact);
  }
  const written = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(written)) return ok(`${url} does not say what time it is`);
  // A cache answers with the date of its copy.
  const theirs = written + Number(headers.get('age') ?? 0) * 1000;
  return clockResult((clock().epochMilliseconds - theirs) / 1000, new URL(url).host);
}

/** `seconds`: how far our clock is ahead of that of `other`. */
export function clockResult(seconds: number, other: string): Result {
  const off = Math.round(Math.abs(seconds));
  const fact = `it is ${off} seconds ${seconds > 0 ? 'ahead of' : 'behind'} that of ${other}`;
  const remedy = 'let the system set its clock (NTP)';
  if (off >= BAD_SECONDS) return { ...failure(fact), remedy };
  if (off >= GOOD_SECONDS) return { ...warning(fact), remedy };
  return ok(`it agrees with that of ${other}`);
}
