import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describeRun, findPeers, type Peer } from './machine.ts';
import {
  type BenchRow,
  compareRatios,
  recordedRatios,
  type SectionRow,
  tableOf,
  type Verdict,
} from './rows.ts';
import { SECTIONS, type SectionName } from './sections.ts';

// `npm run bench -- [NAME ...] [--short] [-- OPTION ...]`; USAGE says what that does.

const USAGE = `usage: npm run bench [-- [NAME ...] [--short] [NUMBER ...]]

Measures Broadsheet beside its peers on this machine and prints one table. Without a NAME it runs all
sections and writes bench/results.md. With --short it takes less than a minute, writes nothing, and
fails if a ratio is worse than half of the one in bench/results.md.

sections: ${Object.keys(SECTIONS).join(', ')}
numbers:  for a section alone: build POSTS, send MESSAGES, http SECONDS
`;

const RESULTS = join(import.meta.dirname, 'results.md');

interface Failure {
  readonly section: SectionName;
  readonly error: unknown;
}

/** Runs sections one after the other. A section that fails keeps the rows it has. */
async function runSections(
  names: readonly SectionName[],
  options: { readonly short: boolean; readonly numbers: readonly number[] },
): Promise<{ rows: readonly SectionRow[]; failures: readonly Failure[] }> {
  const rows: SectionRow[] = [];
  const failures: Failure[] = [];
  for (const section of names) {
    const begun = performance.now();
    const add = (row: BenchRow) => void rows.push({ section, ...row });
    try {
      await (await SECTIONS[section]())({ ...options, add });
    } catch (error) {
      failures.push({ section, error });
    }
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    process.stderr.write(`${section}: ${seconds} s\n`);
  }
  return { rows, failures };
}

async function main(args: readonly string[]): Promise<number> {
  const words = args.filter((word) => word !== '--short');
  const short = words.length < args.length;
  const names = words.filter((word): word is SectionName => word in SECTIONS);
  const numbers = words.filter((word) => /^\d+$/.test(word)).map(Number);
  if (names.length + numbers.length < words.length || (numbers.length > 0 && names.length !== 1)) {
    process.stderr.write(USAGE);
    return 64;
  }
  const begun = performance.now();
  const all = names.length > 0 ? names : (Object.keys(SECTIONS) as SectionName[]);
  const { rows, failures } = await runSections(all, { short, numbers });
  const peers = findPeers();
  const text = resultsOf(rows, failures, peers, (performance.now() - begun) / 1000);
  process.stdout.write(text);
  if (short) return (await reportWorse(rows)) || failures.length > 0 ? 1 : 0;
  if (names.length === 0) writeFileSync(RESULTS, HEADING + text);
  return failures.length > 0 ? 1 : 0;
}

const HEADING = `# What Broadsheet takes, and its peers

\`npm run bench\` wrote this file. Figures differ from machine to machine; a ratio (ours divided by the
peer's) differs less, because both took turns in the same run. All figures are medians.

`;

function resultsOf(
  rows: readonly SectionRow[],
  failures: readonly Failure[],
  peers: readonly Peer[],
  seconds: number,
): string {
  const failed = failures.map(
    ({ section, error }) => `\nThe section \`${section}\` failed: ${messageOf(error)}\n`,
  );
  return `${describeRun(peers, seconds)}\n${tableOf(rows)}${failed.join('')}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Prints what became worse than half as good as recorded, and whether anything did. A section with
 * such a row runs once more first: on a busy machine one run says little.
 */
async function reportWorse(rows: readonly SectionRow[]): Promise<boolean> {
  const recorded = recordedRatios(existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : '');
  const first = compareRatios(rows, recorded);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const results = relative(process.cwd(), RESULTS);
  if (first.every((verdict) => verdict.recorded === undefined)) {
    say(`${results} has none of these ratios; npm run bench writes it`);
    return true;
  }
  const doubtful = [...new Set(worseOf(first).map(({ row }) => row.section as SectionName))];
  const again = await runSections(doubtful, { short: true, numbers: [] });
  const second = worseOf(compareRatios(again.rows, recorded)).map(titleOf);
  const worse = worseOf(first).filter((verdict) => second.includes(titleOf(verdict)));
  for (const verdict of worse) {
    const { ratio, recorded } = verdict;
    say(
      `${titleOf(verdict)}: the ratio is ${ratio.toPrecision(2)}; in ${results} it is ${recorded}. ` +
        'This is less than half as good. Find what became slow, or run npm run bench on a quiet machine if it is meant.',
    );
  }
  const compared = first.filter((verdict) => verdict.recorded !== undefined).length;
  say(
    `${compared - worse.length} of ${compared} ratios are as recorded in ${results}, or better than half of it`,
  );
  return worse.length > 0 || again.failures.length > 0;
}

function worseOf(verdicts: readonly Verdict[]): readonly Verdict[] {
  return verdicts.filter((verdict) => verdict.isWorse);
}

function titleOf({ row }: Verdict): string {
  return `${row.section}, ${row.work}, against ${row.peer?.name}`;
}

process.exitCode = await main(process.argv.slice(2));
