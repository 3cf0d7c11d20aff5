/** Gives a number in [0, 1), another each time. Handed to the jobs that need it, so that tests can set it. */
export type Random = () => number;

/** The machine's own. */
export const systemRandom: Random = () => Math.random();
