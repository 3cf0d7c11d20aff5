/** Gives a number in [0, 1), another each time. Handed to the jobs that need it, so that tests can set it. */
export type Chance = () => number;

/** The machine's own. */
export const systemChance: Chance = () => Math.random();
