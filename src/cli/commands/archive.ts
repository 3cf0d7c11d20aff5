import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import type { Config } from '../../settings/config.ts';
import { JSON_OPTION } from '../arguments.ts';
import { withMail } from '../context.ts';
import { formatCount, plural, shortPath } from '../format.ts';
import { printWarnings } from '../print-problems.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Examples:
  $ broadsheet archive
  $ broadsheet archive --out _site --json

\`broadsheet start\` writes these pages by itself. Use this command if you send from cron or CI.
`;

/** `broadsheet archive`: writes the pages and feeds of the sent editions. */
export function addArchive(program: Command, shell: Shell): void {
  program
    .command('archive')
    .description('write the archive pages of sent editions')
    .option('--out <dir>', 'folder for the pages, instead of the feeds folder in the config')
    .option(...JSON_OPTION)
    .addHelpText('after', EXAMPLES)
    .action((_options, command: Command) =>
      withMail(command, shell, { readOnly: true }, async (context) => {
        const { publishArchive } = await import('../../editions/archive/publish-archive.ts');
        const { openArchiveLists } = await import('../../editions/archive/archive-lists.ts');
        await requireDatabase(context.config);
        const { config, store, clock, log, textsOf } = context;
        const lists = openArchiveLists(config, textsOf);
        const report = await publishArchive({ config, store, clock, log, textsOf, lists });
        context.print(report, function* () {
          printWarnings(report.warnings, shell.terminal);
          const removed = report.removed === 0 ? '' : `, ${plural(report.removed, 'page')} removed`;
          yield `${plural(report.editions, 'edition')} in the archive, ${formatCount(report.changed)} files changed${removed}, in ${shortPath(report.folder)}`;
        });
      }),
    );
}

/** Without the database, no edition would count as sent, and all existing pages would be removed. */
async function requireDatabase(config: Config): Promise<void> {
  const { parseDatabaseUrl } = await import('../../database/database-url.ts');
  const address = parseDatabaseUrl(config.databaseUrl);
  if (address.kind !== 'sqlite' || existsSync(address.file)) return;
  throw new BroadsheetError(
    EXIT.config,
    `${shortPath(address.file)}  does not exist, and the archive is made from the editions in it; set database.url, or send an edition first`,
  );
}
