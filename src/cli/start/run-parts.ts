import type { EventLog } from '../../kernel/log.ts';

/** A part that works until `signal` is aborted. */
export type Part = (signal: AbortSignal) => Promise<void>;

/** How the parts ended: cleanly, one with an error, or some not at all. */
export type PartsEnd =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly part: string; readonly error: unknown }
  | { readonly kind: 'hung'; readonly parts: readonly string[] };

/**
 * Runs parts in parallel until `stop` is aborted, then waits for their end. A part that rejects has a
 * bug: the others are stopped cleanly too, and a supervisor can restart all of them. Parts that have not
 * ended `graceMs` after the stop are abandoned.
 */
export async function runParts(
  parts: ReadonlyMap<string, Part>,
  stop: AbortSignal,
  { graceMs, log }: { readonly graceMs: number; readonly log: EventLog },
): Promise<PartsEnd> {
  const controller = new AbortController();
  const signal = AbortSignal.any([stop, controller.signal]);
  const running = new Set(parts.keys());
  let end: PartsEnd = { kind: 'stopped' };
  const runs = [...parts].map(async ([name, part]) => {
    try {
      await part(signal);
      if (!signal.aborted) throw new Error(`${name} ended by itself`);
    } catch (error) {
      log.failure('a part of the service failed', error, { part: name });
      if (end.kind === 'stopped') end = { kind: 'failed', part: name, error };
      controller.abort();
    } finally {
      running.delete(name);
    }
  });
  const { promise: late, resolve } = Promise.withResolvers<'late'>();
  let timer: NodeJS.Timeout | undefined;
  const startTimer = () => {
    timer = setTimeout(() => resolve('late'), graceMs);
  };
  if (signal.aborted) startTimer();
  else signal.addEventListener('abort', startTimer, { once: true });
  const first = await Promise.race([Promise.all(runs), late]);
  clearTimeout(timer);
  return first === 'late' ? { kind: 'hung', parts: [...running] } : end;
}
