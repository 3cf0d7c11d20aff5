/** Lets several wait for the next change of something, each for so long at most. */
export interface ChangeSignal {
  /** Wakes all that wait. */
  notify(): void;
  /** Resolves at the next change, if there ever is one. */
  next(): Promise<void>;
  /** Resolves at the next change, or after `mostMs`. */
  wait(mostMs: number): Promise<void>;
}

/** A signal that nobody waits for yet. */
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
