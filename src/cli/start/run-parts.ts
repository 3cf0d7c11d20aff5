import type { EventLog } from '../../kernel/log.ts';

/** Something that works until `signal` is aborted. */
export type Part = (signal: AbortSignal) => Promise<void>;

/** How parts ended: in order, one by an error, or some not at all. */
export type PartsEnd =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly part: string; readonly error: unknown }
  | { readonly kind: 'hung'; readonly parts: readonly string[] };

/**
 * Runs parts side by side until `stop` is aborted, and lets them end in order. One that rejects
 * has a bug: the others are stopped in order too, so that a supervisor starts all of them afresh.
 * What has not ended `graceMs` after it was asked to is given up.
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
