import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { hashOf, isMissing, isSettled, namesOf, type Observation, stampOf } from '../file-trace.ts';
import { readRegularFile } from '../regular-file.ts';

/** How to look at a path again, in each way. */
const LOOK: Readonly<Record<Observation[0], (path: string) => string>> = {
  stat: (path) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats === undefined ? '' : stampOf(stats);
  },
  exists: (path) => String(existsSync(path)),
  real: (path) => realpathSync(path),
  bytes: (path) => hashOf(readRegularFile(path, Number.POSITIVE_INFINITY)),
  names: (path) => hashOf(namesOf(readdirSync(path, { withFileTypes: true }))),
  tree: (path) => hashOf(readdirSync(path, { recursive: true, encoding: 'utf8' })),
};

/**
 * Returns `observations` if all of them are still true, otherwise undefined. Those of files whose stamps will
 * change with them become stamps, which are faster to compare. `nowMs`: the time of this machine. Never throws.
 */
export function recheckObservations(
  observations: readonly Observation[],
  nowMs: number,
): readonly Observation[] | undefined {
  const now: Observation[] = [];
  for (const observation of observations) {
    const [way, path, answer] = observation;
    try {
      const isContent = way === 'bytes' || way === 'names';
      const stats = isContent ? statSync(path) : undefined;
      if (LOOK[way](path) !== answer) return undefined;
      now.push(stats && isSettled(stats, nowMs) ? ['stat', path, stampOf(stats)] : observation);
    } catch (error) {
      if (answer !== '' || !isMissing(error)) return undefined;
      now.push(observation);
    }
  }
  return now;
}
