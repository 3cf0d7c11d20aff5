import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { ArchiveReport } from '../../editions/archive/publish-archive.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import type { Config } from '../../settings/config.ts';
import { formatCount, plural, shortPath } from '../format.ts';
import { withMail } from '../mail-context.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';

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
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (_options, command: Command) => {
      await withMail(command, shell, { readOnly: true }, async (context) => {
        const { publishArchive } = await import('../../editions/archive/publish-archive.ts');
        const { readTexts } = await import('../../templates/read-texts.ts');
        const { openArchiveLists } = await import('../../editions/archive/archive-lists.ts');
        const { config, store, clock, log } = context;
        await requireDatabase(config);
        const textsOf = readTexts(config.folders.languages);
        const lists = openArchiveLists(config, textsOf);
        const report = await publishArchive({ config, store, clock, log, textsOf, lists });
        log.close();
        if (command.opts().json) shell.terminal.out(JSON.stringify(report));
        else printArchive(report, shell.terminal);
      });
    });
}

/** Without the database, no edition would count as sent, and all existing pages would be removed. */
async function requireDatabase(config: Config): Promise<void> {
  const { parseDatabaseUrl } = await import('../../database/database-url.ts');
  const address = parseDatabaseUrl(config.databaseUrl);
  if (address.kind !== 'sqlite' || existsSync(address.file)) return;
  throw new BroadsheetError(
    EXIT.config,
    `${shortPath(address.file)}  is not there, and the archive is made of the editions in it; set database.url, or send an edition first`,
  );
}

function printArchive(report: ArchiveReport, terminal: Terminal): void {
  for (const { file, message } of report.warnings) {
    terminal.err(`${terminal.paintErr('yellow', 'warning')}  ${file}  ${message}`);
  }
  const removed = report.removed === 0 ? '' : `, ${plural(report.removed, 'page')} removed`;
  terminal.out(
    `${plural(report.editions, 'edition')} in the archive, ${formatCount(report.changed)} files changed${removed}, in ${shortPath(report.folder)}`,
  );
}
