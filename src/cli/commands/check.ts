import type { Command } from 'commander';
import { EXIT } from '../../base/errors.ts';
import { plural, shortPath } from '../format.ts';
import { withMail } from '../mail-context.ts';
import { formatPosts, printProblems } from '../print-problems.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Examples:
  $ broadsheet check
  $ broadsheet check --json | jq .posts.leftOut
`;

/** `broadsheet check`: looks at config, posts and templates; changes nothing. */
export function addCheck(program: Command, shell: Shell): void {
  program
    .command('check')
    .description('look at config, posts and templates, and say what is wrong; change nothing')
    .option('--posts <dir>', "folder of the posts, in place of the config's")
    .option('--now <time>', 'take this for the present time')
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (_options, command: Command) => {
      await withMail(command, shell, { readOnly: true }, async (context) => {
        const { checkProject } = await import('../../jobs/check-project.ts');
        const { checkCountries } = await import('../../config/check-countries.ts');
        const { exampleAddresses } = await import('../../config/example-addresses.ts');
        const { relaysWithoutUrl } = await import('../../config/relays-without-url.ts');
        const { readTexts } = await import('../../jobs/read-texts.ts');
        const { findMissingNewsletters, warnOfMissing } = await import(
          '../../jobs/newsletters/missing-newsletters.ts'
        );
        const { checkPages } = await import('../../web/pages/check-pages.ts');
        const { config } = context;
        checkCountries(config);
        const found = await checkProject(context);
        const pages = checkPages(config, readTexts(config.folders.languages));
        const missing = warnOfMissing(config, await findMissingNewsletters(context));
        const ofConfig = [...exampleAddresses(config), ...relaysWithoutUrl(config), ...missing];
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
        terminal.out(`config     ${shortPath(context.config.file)} has no errors`);
        terminal.out(
          `posts      ${formatPosts(report.posts)}, ${plural(report.warnings.length, 'warning')}`,
        );
        if (report.newest) {
          terminal.out(`addresses  are like ${report.newest.url}; if not, mend posts.permalink`);
        }
        terminal.out(`templates  ${plural(report.templates.length, 'template')} render`);
      });
    });
}
