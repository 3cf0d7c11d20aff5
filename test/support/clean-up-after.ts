/** What of a test's context is needed here. */
interface EndingTest {
  after(work: () => Promise<void>): void;
}

/** How long one of them may take: then the others are not kept waiting any longer. */
const LONGEST_MS = 30_000;

const stacks = new WeakMap<EndingTest, AsyncDisposableStack>();

/**
 * Calls `end` when the test `t` is over, however it ends: what was registered last is ended first,
 * unlike with `after` of `node:test`. All are called, also where one throws or does not return; the
 * test fails with what they threw. Register what has started at once, or a failed test leaves it
 * running and its file does not end.
 */
export function cleanUpAfter(t: EndingTest, end: () => unknown): void {
  let stack = stacks.get(t);
  if (stack === undefined) {
    stack = new AsyncDisposableStack();
    stacks.set(t, stack);
    t.after(stack[Symbol.asyncDispose].bind(stack));
  }
  stack.defer(() => endInTime(end));
}

async function endInTime(end: () => unknown): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error(`not over within ${LONGEST_MS / 1000} s after the test: ${end}`));
  }, LONGEST_MS);
  try {
    await Promise.race([end(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
