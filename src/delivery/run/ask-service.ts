import { reasonOf } from '../../kernel/errors.ts';

/** What an address answers: the text of a 200, or what went wrong, as a phrase. */
export type ServiceAnswer = { readonly text: string } | { readonly trouble: string };

/** Asks for a URL as a reader's browser does. Never throws. */
export type AskService = (url: string) => Promise<ServiceAnswer>;

const TIMEOUT_MS = 10_000;

/** Asks over HTTP, for ten seconds at most. */
export const askService: AskService = (url) => askWithin(url, TIMEOUT_MS);

/** The same for `timeoutMs` at most. */
export async function askWithin(url: string, timeoutMs: number): Promise<ServiceAnswer> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    // RFC 8058 §3.1: who unsubscribes with one click follows no redirect.
    const response = await fetch(url, { redirect: 'manual', signal: timeout });
    if (response.status === 200) return { text: await response.text() };
    await response.body?.cancel();
    const isRedirect = response.status >= 300 && response.status < 400;
    return { trouble: `it answered ${response.status}${isRedirect ? ', a redirect' : ''}` };
  } catch (error) {
    if (timeout.aborted) return { trouble: `no answer within ${timeoutMs / 1000} seconds` };
    // What went wrong is in the cause; the error itself says "fetch failed".
    return { trouble: reasonOf((error as Error).cause ?? error) };
  }
}
