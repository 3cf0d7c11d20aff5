import { keyOf, type Ratios, ratioOf, type SectionRow } from './rows.ts';
import type { SectionRun } from './run-sections.ts';

const MOST_AGAIN = 2;

export interface CheckedRatios {
  readonly ok: boolean;
  /** What to print. */
  readonly lines: readonly string[];
}

/**
 * Compares the ratio of each row with the recorded one, and fails if one is less than half as good,
 * or if none is recorded. The sections of such rows run again first, up to `MOST_AGAIN` times: on a busy
 * machine one run alone says little.
 */
export async function checkRatios(
  rows: readonly SectionRow[],
  recorded: Ratios,
  runAgain: (sections: readonly string[]) => Promise<SectionRun>,
): Promise<CheckedRatios> {
  const known = rows.filter((row) => ratioOf(row) !== undefined && recorded.has(keyOf(row)));
  if (known.length === 0) {
    return {
      ok: false,
      lines: ['None of these ratios is recorded. Run npm run bench, which records them.'],
    };
  }
  let worse = known.filter((row) => isWorse(row, recorded));
  let failures: readonly string[] = [];
  for (let time = 0; time < MOST_AGAIN && worse.length > 0; time += 1) {
    const doubtful = new Set(worse.map(keyOf));
    const again = await runAgain([...new Set(worse.map(({ section }) => section))]);
    worse = again.rows.filter((row) => isWorse(row, recorded) && doubtful.has(keyOf(row)));
    failures = again.failures.map(({ section, reason }) => `${section} failed: ${reason}`);
  }
  return {
    ok: worse.length + failures.length === 0,
    lines: [
      ...worse.map((row) => complaintOf(row, recorded)),
      ...failures,
      `${known.length - worse.length} of ${known.length} ratios are at least half as good as recorded.`,
    ],
  };
}

function isWorse(row: SectionRow, recorded: Ratios): boolean {
  const before = recorded.get(keyOf(row));
  if (before === undefined) return false;
  const ratio = ratioOf(row) ?? Number.NaN;
  // A ratio that is no number is worse, too.
  return row.unit.endsWith('/s') ? !(ratio >= before / 2) : !(ratio <= before * 2);
}

function complaintOf(row: SectionRow, recorded: Ratios): string {
  const { section, work, peer } = row;
  const now = ratioOf(row)?.toPrecision(2);
  return (
    `${section}, ${work}: the ratio to ${peer?.name} is ${now} and was ${recorded.get(keyOf(row))}. ` +
    'That is less than half as good. Find what became slow; if it is meant, run npm run bench on a quiet machine.'
  );
}
