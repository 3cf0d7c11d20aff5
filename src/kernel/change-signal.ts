/** Lets several callers wait for the next change, each up to its own limit. */
export interface ChangeSignal {
  /** Wakes all waiting callers. */
  notify(): void;
  /** Resolves at the next change, if there is one. */
  next(): Promise<void>;
  /** Resolves at the next change, or after `mostMs`. */
  wait(mostMs: number): Promise<void>;
}

/** A signal without waiting callers. */
export function openChangeSignal(): ChangeSignal {
  let next = Promise.withResolvers<void>();
  return {
    notify() {
      next.resolve();
      next = Promise.withResolvers<void>();
    },
    next: () => next.promise,
    async wait(mostMs) {
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, mostMs);
      });
      await Promise.race([next.promise, timeout]);
      clearTimeout(timer);
    },
  };
}
