/** Returns a random number in [0, 1). A parameter of the jobs that need it: tests can set it. */
export type Random = () => number;

export const systemRandom: Random = () => Math.random();
