import { sleep } from '../../kernel/sleep.ts';

const TIMEOUT_MS = 10_000;
const PAUSES_MS = [2000, 8000] as const;

/**
 * Calls `url` until it answers with success, after each of the pauses once more: a POST of `json`, or a GET
 * without one.
 * Undefined, or what went wrong, a phrase in which the URL is not: it may have a secret in it.
 */
export async function callUrl(
  url: string,
  json: object | undefined,
  signal: AbortSignal,
  pausesMs: readonly number[] = PAUSES_MS,
): Promise<string | undefined> {
  for (const pauseMs of [...pausesMs, undefined]) {
    const { trouble, isFinal } = await callOnce(url, json, signal);
    if (trouble === undefined || isFinal || pauseMs === undefined) return trouble;
    await sleep(pauseMs, signal);
    if (signal.aborted) return trouble;
  }
  return undefined;
}

async function callOnce(
  url: string,
  json: object | undefined,
  signal: AbortSignal,
): Promise<{ readonly trouble?: string; readonly isFinal?: boolean }> {
  try {
    const response = await fetch(url, {
      ...(json === undefined
        ? {}
        : {
            method: 'POST',
            // Followed, a 301 or 302 becomes a GET without the alert, whose 200 means nothing.
            redirect: 'manual',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(json),
          }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    const { ok, status } = response;
    // 408 and 429 ask to be tried again; what else is our fault stays so.
    const isFinal = status >= 300 && status < 500 && status !== 408 && status !== 429;
    return ok ? {} : { trouble: `it answered ${status}`, isFinal };
  } catch (error) {
    return { trouble: describe(error) };
  }
}

/** The kind of error alone: its text may have the URL. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be reached';
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} seconds`;
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return `it cannot be reached${code}`;
}
