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
    entries.map(([way], at) => [way, eachFigure(measures[at] ?? [], median)]),
  ) as Readonly<Record<Way, Measure>>;
}

function eachFigure<Measure extends object>(
  measures: readonly Measure[],
  combine: (values: readonly number[]) => number,
): Measure {
  const figures = Object.keys(measures[0] ?? {}) as (keyof Measure)[];
  return Object.fromEntries(
    figures.map((figure) => [figure, combine(measures.map((measure) => Number(measure[figure])))]),
  ) as Measure;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return (at((sorted.length - 1) >> 1) + at(sorted.length >> 1)) / 2;
}

/** Runs it so many times. Returns the mean of each figure; for what is too short for the clock of CPU. */
export async function meanOf<Measure extends object>(
  times: number,
  run: () => Promise<Measure>,
): Promise<Measure> {
  const measures: Measure[] = [];
  for (let time = 0; time < times; time += 1) measures.push(await run());
  return eachFigure(measures, (values) => values.reduce((sum, value) => sum + value, 0) / times);
}
