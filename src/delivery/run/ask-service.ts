import { reasonOf } from '../../kernel/errors.ts';

/** The answer of a URL: the text of a 200, or what went wrong, as a phrase. */
export type ServiceAnswer = { readonly text: string } | { readonly trouble: string };

/**
 * Requests a URL as a reader's browser does; with a `form`, by a POST as mail programs do it. Never
 * throws.
 */
export type AskService = (url: string, form?: URLSearchParams) => Promise<ServiceAnswer>;

const TIMEOUT_MS = 10_000;

/** Requests over HTTP, with a timeout of ten seconds. */
export const askService: AskService = (url, form) => askWithin(url, TIMEOUT_MS, form);

/** Requests over HTTP, with a timeout of `timeoutMs`. */
export async function askWithin(
  url: string,
  timeoutMs: number,
  form?: URLSearchParams,
): Promise<ServiceAnswer> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    // RFC 8058 §3.1: a one-click unsubscribe request follows no redirect.
    const post = form === undefined ? {} : { method: 'POST', body: form };
    const response = await fetch(url, { ...post, redirect: 'manual', signal: timeout });
    if (response.status === 200) return { text: await response.text() };
    await response.body?.cancel();
    const isRedirect = response.status >= 300 && response.status < 400;
    return { trouble: `it answered ${response.status}${isRedirect ? ', a redirect' : ''}` };
  } catch (error) {
    if (timeout.aborted) return { trouble: `no answer within ${timeoutMs / 1000} seconds` };
    // The reason is in the cause; the error itself only says "fetch failed".
    return { trouble: reasonOf((error as Error).cause ?? error) };
  }
}
