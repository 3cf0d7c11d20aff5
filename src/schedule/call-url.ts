import { sleep } from '../kernel/sleep.ts';

const TIMEOUT_MS = 10_000;
const PAUSES_MS = [2000, 8000] as const;

/**
 * Calls `url`: a POST of `json`, or a GET without it. Tries again after each pause until a call succeeds.
 * Returns undefined, or the reason of the failure, a phrase. The phrase never contains the URL, because
 * it may contain a secret.
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
  const body = json && JSON.stringify(json);
  const { status, trouble } = await request(url, { body }, signal);
  // 408 and 429 ask for another try. Other 4xx answers are our fault: a retry does not help.
  const isFinal =
    status !== undefined && status >= 300 && status < 500 && status !== 408 && status !== 429;
  return trouble === undefined ? {} : { trouble, isFinal };
}

/**
 * Sends a POST of the JSON `body`, or a GET without it, once. Returns the status of the answer, if there was
 * one, and the reason if it is no success. Follows no redirect of a POST, and reads no answer.
 */
export async function request(
  url: string,
  {
    body,
    headers,
  }: { readonly body?: string | undefined; readonly headers?: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<{ readonly status?: number; readonly trouble?: string }> {
  try {
    const post: RequestInit = {
      method: 'POST',
      // fetch would follow a 301 or 302 with a GET without the alert, and a 200 for that means nothing.
      redirect: 'manual',
      headers: { 'content-type': 'application/json', ...headers },
      body: body ?? null,
    };
    const response = await fetch(url, {
      ...(body !== undefined && post),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    const { ok, status } = response;
    return ok ? { status } : { status, trouble: `it answered ${status}` };
  } catch (error) {
    return { trouble: describe(error) };
  }
}

/** Only the kind of the error: its text may contain the URL. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be reached';
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} seconds`;
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return `it cannot be reached${code}`;
}
