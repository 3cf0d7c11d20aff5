/**
 * Resolves after `mostMs`, or as soon as `signal` is aborted or one of `wakers` resolves. Never rejects.
 */
export async function sleep(
  mostMs: number,
  signal: AbortSignal,
  wakers: readonly Promise<void>[] = [],
): Promise<void> {
  if (signal.aborted) return;
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, mostMs);
  const onAbort = () => over.resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  await Promise.race([over.promise, ...wakers]).catch(() => {});
  clearTimeout(timer);
  signal.removeEventListener('abort', onAbort);
}
