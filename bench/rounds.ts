/** Runs all ways once in each round, one after the other. Returns the median of each of their figures. */
export async function takeTurns<Measure extends object, Way extends string>(
  rounds: number,
  ways: Readonly<Record<Way, () => Promise<Measure>>>,
): Promise<Readonly<Record<Way, Measure>>> {
  const entries = Object.entries(ways) as [Way, () => Promise<Measure>][];
  const measures = entries.map((): Measure[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, [, run]] of entries.entries()) measures[at]?.push(await run());
  }
  return Object.fromEntries(
    entries.map(([way], at) => [way, medians(measures[at] ?? [])]),
  ) as Readonly<Record<Way, Measure>>;
}

/** For each figure its median, the better of the two middle ones... */
function medians<Measure extends object>(measures: readonly Measure[]): Measure {
  const figures = Object.keys(measures[0] ?? {}) as (keyof Measure)[];
  return Object.fromEntries(
    figures.map((figure) => [figure, median(measures.map((measure) => Number(measure[figure])))]),
  ) as Measure;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
