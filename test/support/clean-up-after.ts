import { inTime } from './wait-for.ts';

/** What of a test's context is needed here. */
interface EndingTest {
  after(work: () => Promise<void>): void;
}

const stacks = new WeakMap<EndingTest, AsyncDisposableStack>();

/**
 * Calls `end` when the test `t` is over, however it ends: what was registered last is ended first,
 * unlike with `after` of `node:test`. All are called, also where one throws or takes longer
 * than tests wait; the test fails with what they threw. Register what has started at once, or a failed test leaves it
 * running and its file does not end.
 */
export function cleanUpAfter(t: EndingTest, end: () => unknown): void {
  let stack = stacks.get(t);
  if (stack === undefined) {
    stack = new AsyncDisposableStack();
    stacks.set(t, stack);
    t.after(stack[Symbol.asyncDispose].bind(stack));
  }
  stack.defer(async () => void (await inTime(`the end of ${end}`, Promise.try(end))));
}
