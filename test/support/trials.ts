/** `npm run test:long` tries so many times as much as `npm test`, where it is 1. */
const FACTOR = Number(process.env.BROADSHEET_TEST_TRIALS ?? 1);

/** How often a test tries something: `few` times in `npm test`, many times as often in `npm run test:long`. */
export function trials(few: number): number {
  return few * FACTOR;
}

/** Of many steps, each so many-th is tried in `npm test`, and each in `npm run test:long`. */
export function stride(steps: number): number {
  return Math.max(1, Math.round(steps / FACTOR));
}
