import { dirname, relative } from 'node:path';
import { type Command, Option } from 'commander';
import type { DkimReport, NewKeyOptions } from '../../delivery/message/dkim-keys.ts';
import { JSON_OPTION, NOW_OPTION } from '../arguments.ts';
import { type Context, withContext } from '../context.ts';
import { shortPath } from '../format.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Examples:
  $ broadsheet dkim new
  $ broadsheet dkim new --algorithm ed25519 --domain example.org --selector news1
  $ broadsheet dkim show

A key signs every message (DKIM). Its public half has to be in the DNS before Broadsheet signs with it.
`;

/** `broadsheet dkim new | show`: keys that sign messages, and their DNS records. */
export function addDkim(program: Command, shell: Shell): void {
  const dkim = program
    .command('dkim')
    .description('make keys that sign messages (DKIM), print their DNS records')
    .addHelpText('after', EXAMPLES);
  dkim
    .command('new')
    .description('make a key and print its DNS record; the config does not change')
    .addOption(
      new Option('--algorithm <name>', 'the kind of key')
        .choices(['rsa', 'ed25519'])
        .default('rsa'),
    )
    .option('--domain <domain>', 'the domain that signs (default: that of from.address)')
    .option('--selector <name>', 'the name of the key (default: like rsa-202603)')
    .option(...NOW_OPTION)
    .option(...JSON_OPTION)
    .action((options: NewKeyOptions, command: Command) =>
      withContext(command, shell, async (context) => {
        const { newKey } = await import('../../delivery/message/dkim-keys.ts');
        const report = newKey(context.config, options, context.clock());
        context.print(withPath(report), () => describeNewKey(report, context));
      }),
    );
  dkim
    .command('show')
    .description('print the DNS records of the keys in the config')
    .option(...JSON_OPTION)
    .action((_options, command: Command) =>
      withContext(command, shell, async ({ config, print }) => {
        const { showKeys } = await import('../../delivery/message/dkim-keys.ts');
        const reports = showKeys(config);
        print({ keys: reports.map(withPath) }, function* () {
          if (reports.length === 0) {
            yield 'email.dkim lists no keys, so messages are not signed. Make one with `broadsheet dkim new`.';
          }
          for (const [at, report] of reports.entries()) {
            if (at > 0) yield '';
            yield `${shortPath(report.settings.keyFile)} (${report.algorithm})`;
            yield* describeRecord(report);
          }
        });
      }),
    );
}

function withPath({ settings, ...report }: DkimReport) {
  return { ...settings, ...report };
}

function* describeNewKey(report: DkimReport, { config }: Context): Generator<string> {
  const { domain, selector, keyFile } = report.settings;
  const path = relative(dirname(config.file), keyFile).replaceAll('\\', '/');
  yield `Wrote a new key to ${shortPath(keyFile)}. Only you can read it. Do not publish it.`;
  yield '';
  yield `1. Add this record to the DNS of ${domain}:`;
  yield '';
  yield* describeRecord(report);
  yield '';
  yield `2. When the DNS has it, add this to ${shortPath(config.file)}${config.dkim.length === 0 ? '' : ', beside the other keys'}:`;
  yield '';
  yield '   email:';
  yield '     dkim:';
  yield `       - {domain: ${domain}, selector: ${selector}, keyFile: ${path}}`;
}

/** As DNS forms ask for it, and as a line of a zone file. */
function* describeRecord({ record }: DkimReport): Generator<string> {
  const { name, type, value, strings } = record;
  yield `   name   ${name}`;
  yield `   type   ${type}`;
  yield `   value  ${value}`;
  yield '';
  yield `   or, as a line of a zone file:`;
  yield `   ${name}. IN ${type} (${strings.map((text) => ` "${text}"`).join('')} )`;
}
