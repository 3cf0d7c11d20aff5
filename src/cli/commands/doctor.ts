import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { DoctorReport, FoundDatabase } from '../../doctor/examine.ts';
import { type Finding, GROUPS, type Level } from '../../doctor/finding.ts';
import { EXIT, reasonOf } from '../../kernel/errors.ts';
import type { Config } from '../../settings/config.ts';
import { JSON_OPTION } from '../arguments.ts';
import { withContext } from '../context.ts';
import { plural, shortPath } from '../format.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';

const EXAMPLES = `
Asks the DNS, connects to the relay and to your site, and reads the database. Sends no mail and changes
nothing. Exit code 0: nothing prevents mail from arriving, although there may be warnings. 78: something
does.

Examples:
  $ broadsheet doctor
  $ broadsheet doctor --newsletter daily
  $ broadsheet doctor --json | jq '.findings[] | select(.level != "ok")'
`;

/** `broadsheet doctor`: says what prevents mail from arriving, and which records to set. */
export function addDoctor(program: Command, shell: Shell): void {
  program
    .command('doctor')
    .description('check DNS, relay, site, database and keys; say what to set')
    .option('--newsletter <id>', 'only what this newsletter needs')
    .option(...JSON_OPTION)
    .addHelpText('after', EXAMPLES)
    .action((options: { newsletter?: string }, command: Command) =>
      withContext(command, shell, async ({ config, clock, print }) => {
        const { examine } = await import('../../doctor/examine.ts');
        const { policyFetcher } = await import('../../doctor/dns/fetch-policy.ts');
        const { askService } = await import('../../delivery/run/ask-service.ts');
        const { relayOpener } = await import('../../delivery/relay/open-relay.ts');
        const { tokensBeside } = await import('../../settings/state-place.ts');
        const { openDns } = await import('../../kernel/dns.ts');
        const { findNewsletter } = await import('../../settings/find-newsletter.ts');
        const { newsletter } = options;
        const chosen =
          newsletter === undefined ? config.newsletters : [findNewsletter(config, newsletter)];
        const database = await findDatabase(config);
        try {
          const dns = openDns(config.dnsServers);
          const openRelay = relayOpener(tokensBeside(config.journalFile), clock);
          const deps = { config, clock, database, dns, askService, openRelay };
          const report = await examine(
            { ...deps, fetchPolicy: policyFetcher(), nameOf: shortPath },
            chosen,
          );
          if (report.counts.failure > 0) shell.setExitCode(EXIT.config);
          print(report, () => describe(report, shell.terminal));
        } finally {
          if (typeof database === 'object' && 'store' in database) await database.store.close();
        }
      }),
    );
}

async function findDatabase(config: Config): Promise<FoundDatabase> {
  const { openStore } = await import('../../database/open-store.ts');
  const { parseDatabaseUrl } = await import('../../database/database-url.ts');
  try {
    const address = parseDatabaseUrl(config.databaseUrl);
    if (address.kind === 'sqlite' && !existsSync(address.file)) return 'missing';
    return { store: await openStore(config.databaseUrl) };
  } catch (error) {
    return { trouble: reasonOf(error) };
  }
}

const COLOURS = { ok: 'green', warning: 'yellow', failure: 'red' } as const;

/** Columns before a fact: the indent, the level, the name of the check, and the space between. */
const BEFORE = 2 + 'failure'.length + 2 + 'unsubscribing'.length + 2;
const WIDEST = 110;

function* describe({ findings, counts }: DoctorReport, terminal: Terminal): Generator<string> {
  const width = Math.min(WIDEST, Math.max(60, process.stdout.columns ?? WIDEST));
  for (const group of GROUPS) {
    const ofGroup = findings.filter((finding) => finding.group === group);
    for (const of of new Set(ofGroup.map((finding) => finding.of))) {
      yield terminal.paint('bold', of === undefined ? group : `${group}  ${of}`);
      for (const finding of ofGroup.filter((each) => each.of === of)) {
        yield* describeFinding(finding, width, terminal);
      }
      yield '';
    }
  }
  yield summary(counts);
}

function* describeFinding(
  { level, check, fact, remedy, record }: Finding,
  width: number,
  { paint }: Terminal,
): Generator<string> {
  const [first = '', ...rest] = wrap(fact, width - BEFORE);
  const name = check.padEnd('unsubscribing'.length);
  yield `  ${paint(COLOURS[level], level.padEnd('failure'.length))}  ${name}  ${first}`;
  const indent = ' '.repeat(BEFORE);
  for (const line of rest) yield `${indent}${line}`;
  if (remedy !== undefined) {
    for (const line of wrap(`To do: ${remedy}`, width - BEFORE)) yield `${indent}${line}`;
  }
  if (record === undefined) return;
  // Never broken: it is there to be copied.
  yield `${indent}${paint('bold', `Set ${record.type}`)}  ${record.name}`;
  yield `${indent}${' '.repeat(4 + record.type.length)}  ${record.value}`;
}

/** The words of a text in lines of at most `width` characters. A longer word has a line of its own. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

function summary({ ok, warning, failure }: Readonly<Record<Level, number>>): string {
  const counts = `${ok} ok, ${plural(warning, 'warning')}, ${plural(failure, 'failure')}`;
  if (failure > 0) return `${counts}. Correct the failures before you send.`;
  return warning > 0
    ? `${counts}. You can send; the warnings say what would be better.`
    : `${counts}.`;
}
