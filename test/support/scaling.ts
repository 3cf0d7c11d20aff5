/** A text of `length` characters or some more: one hostile kind. */
export type Shape = (length: number) => string;

/** `unit` again and again. */
export function repeated(unit: string): Shape {
  return (length) => unit.repeat(Math.ceil(length / unit.length));
}

const GROWTH = 8;
/** A step of linear time takes 8 times as long, one of quadratic time 64 times. */
const MOST_TIMES = 24;
/** Shorter than this is the noise of a garbage collector. */
const NOISE_MS = 120;
const TRIES = 3;

/**
 * What is wrong where `step` takes more than linear time for texts of a shape: it is given one of
 * `length` characters and one eight times as long. Counts the processor's time, so that a busy
 * machine changes nothing, and takes the best of three. What a step throws is an answer too.
 */
export function superlinear(
  step: (text: string) => unknown,
  shape: Shape,
  length: number,
): string | undefined {
  const [short, long] = [shape(length), shape(length * GROWTH)];
  let least = Number.POSITIVE_INFINITY;
  let said = '';
  cpuMs(step, shape(500));
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const before = cpuMs(step, short);
    const after = cpuMs(step, long);
    const times = after < NOISE_MS ? 0 : after / Math.max(before, NOISE_MS / MOST_TIMES);
    if (times <= MOST_TIMES) return undefined;
    if (times < least) said = `${before.toFixed(0)} ms became ${after.toFixed(0)} ms`;
    least = Math.min(least, times);
  }
  return said;
}

function cpuMs(step: (text: string) => unknown, text: string): number {
  const start = process.cpuUsage();
  try {
    step(text);
  } catch {
    // A text may be refused; how long that takes is the question.
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
