import type { Command } from 'commander';
import { EXIT } from '../../kernel/errors.ts';
import { plural, shortPath } from '../format.ts';
import { guardDatabase } from '../guard-database.ts';
import { withMail } from '../mail-context.ts';
import { formatPosts, printProblems } from '../print-problems.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Examples:
  $ broadsheet check
  $ broadsheet check --json | jq .posts.leftOut
`;

/** `broadsheet check`: checks config, posts and templates; changes nothing. */
export function addCheck(program: Command, shell: Shell): void {
  program
    .command('check')
    .description('check config, posts and templates; change nothing')
    .option('--posts <dir>', 'posts folder, instead of the one in the config')
    .option('--now <time>', 'use this time instead of the current time')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (_options, command: Command) => {
      await withMail(command, shell, { readOnly: true }, async (context) => {
        const { checkProject } = await import('../../service/check-project.ts');
        const { checkCountries } = await import('../../settings/check-countries.ts');
        const { exampleValues } = await import('../../settings/example-values.ts');
        const { relaysWithoutUrl } = await import('../../settings/relay-accounts.ts');
        const { readTexts } = await import('../../templates/read-texts.ts');
        const { unreadEmailTemplates, unreadLanguages, unreadTemplates } = await import(
          '../../service/unread-files.ts'
        );
        const { WEB_TEMPLATE_FILES } = await import('../../pages/web-templates.ts');
        const { findMissingNewsletters, warnOfMissing } = await import(
          '../../newsletters/missing-newsletters.ts'
        );
        const { checkPages } = await import('../../pages/check-pages.ts');
        const { config } = context;
        checkCountries(config);
        const ofDatabase = (await guardDatabase(config)).map((warning) => ({
          line: 1,
          ...warning,
        }));
        const found = await checkProject(context);
        const pages = checkPages(config, readTexts(config.folders.languages));
        const missing = warnOfMissing(config, await findMissingNewsletters(context));
        const { folders } = config;
        const examples = exampleValues(config);
        const refused = examples.refused.map((problem) => ({ line: 1, ...problem }));
        const ofConfig = [
          ...refused,
          ...examples.warnings,
          ...relaysWithoutUrl(config),
          ...unreadEmailTemplates(folders.templates),
          ...unreadTemplates(folders.webTemplates, WEB_TEMPLATE_FILES),
          ...unreadLanguages(folders.languages),
          ...missing,
          ...ofDatabase,
        ];
        const warnings = [...ofConfig, ...found.warnings];
        const templates = [...found.templates, ...pages];
        const report = { ...found, warnings, templates };
        context.log.close();
        const { terminal } = shell;
        if (report.posts.leftOut.length > 0) shell.setExitCode(EXIT.data);
        if (command.opts().json) {
          terminal.out(JSON.stringify(report));
          return;
        }
        printProblems(report, context, terminal);
        terminal.out(`config     ${shortPath(config.file)} ${describeConfig(refused.length)}`);
        terminal.out(
          `posts      ${formatPosts(report.posts)}, ${plural(report.warnings.length, 'warning')}`,
        );
        if (report.newest) {
          terminal.out(`addresses  are like ${report.newest.url}; if not, change posts.permalink`);
        }
        terminal.out(`templates  ${plural(report.templates.length, 'template')} render`);
      });
    });
}

function describeConfig(examples: number): string {
  if (examples === 0) return 'has no errors';
  const values = plural(examples, 'value');
  return `has no errors, but ${values} of the example: build, send and start wait until you change ${examples === 1 ? 'it' : 'them'}`;
}
