import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { readRegularFile } from '../regular-file.ts';
import { hashOf, isMissing, isSettled, namesOf, type Sight, stampOf } from '../seen.ts';

/** What is seen in each way now. */
const LOOK: Readonly<Record<Sight[0], (path: string) => string>> = {
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
 * Returns `sights` if all of it is still there, those of files that will change their stamps as stamps: they
 * are faster to look at. Otherwise undefined. `nowMs`: the time of this machine. Never throws.
 */
export function stillSeen(sights: readonly Sight[], nowMs: number): readonly Sight[] | undefined {
  const now: Sight[] = [];
  for (const sight of sights) {
    const [way, path, answer] = sight;
    try {
      const isContent = way === 'bytes' || way === 'names';
      const stats = isContent ? statSync(path) : undefined;
      if (LOOK[way](path) !== answer) return undefined;
      now.push(stats && isSettled(stats, nowMs) ? ['stat', path, stampOf(stats)] : sight);
    } catch (error) {
      if (answer !== '' || !isMissing(error)) return undefined;
      now.push(sight);
    }
  }
  return now;
}
