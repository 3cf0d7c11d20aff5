import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkRatios } from './check-ratios.ts';
import { describeRun } from './machine.ts';
import { recordedRatios, tableOf } from './rows.ts';
import { runSections, type SectionRun } from './run-sections.ts';
import { SECTIONS } from './sections.ts';

const NAMES = Object.keys(SECTIONS);

const USAGE = `usage: npm run bench [-- [SECTION ...] [NUMBER ...] [--short]]

Measures Broadsheet and its peers in turn, on this machine, and prints one table. Without a SECTION
it runs all of them, in less than ten minutes, and writes bench/results.md. With --short it takes less
than a minute, writes nothing, and fails if a ratio to a peer is less than half as good as in
bench/results.md.

sections: ${NAMES.join(', ')}
numbers:  with one section: posts for build, messages for send and senders, subscribers and messages for
          million, seconds for http
`;

const RESULTS = join(import.meta.dirname, 'results.md');

const HEADING = `# Broadsheet and its peers, measured

\`npm run bench\` wrote this file. "Its" is the peer's figure. The ratio is ours divided by the peer's:
of times, CPU and sizes less is better, of figures with "/s" more. Figures differ from machine to
machine; ratios differ less, because the two took turns in the same run. All are medians. Memory is
the most at a moment, of a program and all that it started.

`;

process.exitCode = await main(process.argv.slice(2));

/** Returns the exit code: 1 if a section failed or a ratio is worse, 64 for arguments that it can't read. */
async function main(args: readonly string[]): Promise<number> {
  const words = args.filter((word) => word !== '--short');
  const short = words.length < args.length;
  const names = words.filter((word) => NAMES.includes(word));
  const numbers = words.filter((word) => /^\d+$/.test(word)).map(Number);
  if (names.length + numbers.length < words.length || (numbers.length > 0 && names.length !== 1)) {
    process.stderr.write(USAGE);
    return 64;
  }
  const run = (wanted: readonly string[]) =>
    runSections(
      Object.fromEntries(Object.entries(SECTIONS).filter(([name]) => wanted.includes(name))),
      { short, rounds: short ? 2 : 3, numbers },
      (line) => process.stderr.write(`${line}\n`),
    );
  const begun = performance.now();
  const result = await run(names.length > 0 ? names : NAMES);
  const text = describe(result, (performance.now() - begun) / 1000);
  process.stdout.write(text);
  if (!short && names.length === 0) writeFileSync(RESULTS, HEADING + text);
  const failed = result.failures.length > 0;
  if (!short) return failed ? 1 : 0;
  const recorded = recordedRatios(existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : '');
  const { ok, lines } = await checkRatios(result.rows, recorded, run);
  process.stdout.write(`\n${lines.join('\n')}\n`);
  return failed || !ok ? 1 : 0;
}

function describe({ rows, failures }: SectionRun, seconds: number): string {
  const failed = failures.map(
    ({ section, reason }) => `\nThe section ${section} failed: ${reason}\n`,
  );
  return `${describeRun(seconds)}\n${tableOf(rows)}${failed.join('')}`;
}
