import type { Command } from 'commander';
import { EXIT } from '../../kernel/errors.ts';
import { JSON_OPTION, NOW_OPTION, POSTS_OPTION } from '../arguments.ts';
import { guardDatabase, withMail } from '../context.ts';
import { plural, shortPath } from '../format.ts';
import { formatOtherFormats, formatPosts, printProblems } from '../print-problems.ts';
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
    .option(...POSTS_OPTION)
    .option(...NOW_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', EXAMPLES)
    .action((_options, command: Command) =>
      withMail(command, shell, { readOnly: true }, async (context) => {
        const { checkProject } = await import('../../service/check-project.ts');
        const { checkCountries } = await import('../../settings/check-countries.ts');
        const { exampleValues } = await import('../../settings/example-values.ts');
        const { relaysWithoutUrl } = await import('../../settings/relay-accounts.ts');
        const { unreadEmailTemplates, unreadLanguages, unreadTemplates } = await import(
          '../../service/unread-files.ts'
        );
        const { WEB_TEMPLATE_FILES } = await import('../../pages/web-templates.ts');
        const { findMissingNewsletters, warnOfMissing } = await import(
          '../../newsletters/missing-newsletters.ts'
        );
        const { checkPages } = await import('../../pages/check-pages.ts');
        const { config } = context;
        const { folders } = config;
        checkCountries(config);
        const ofDatabase = await guardDatabase(config);
        const found = await checkProject(context);
        const pages = checkPages(config, context.textsOf);
        const examples = exampleValues(config);
        const warnings = [
          ...examples.refused.map((problem) => ({ line: 1, ...problem })),
          ...examples.warnings,
          ...relaysWithoutUrl(config),
          ...unreadEmailTemplates(folders.templates),
          ...unreadTemplates(folders.webTemplates, WEB_TEMPLATE_FILES),
          ...unreadLanguages(folders.languages),
          ...warnOfMissing(config, await findMissingNewsletters(context)),
          ...ofDatabase.map((problem) => ({ line: 1, ...problem })),
          ...found.warnings,
        ];
        const report = { ...found, warnings, templates: [...found.templates, ...pages] };
        if (report.posts.leftOut.length > 0) shell.setExitCode(EXIT.data);
        context.print(report, function* () {
          printProblems(report, context);
          yield `config     ${shortPath(config.file)} ${describeConfig(examples.refused.length)}`;
          yield `posts      ${formatPosts(report.posts)}, ${plural(warnings.length, 'warning')}`;
          for (const line of formatOtherFormats(report.posts)) yield `           ${line}`;
          if (report.newest) {
            yield `addresses  are like ${report.newest.url}; if not, change posts.permalink`;
          }
          yield `templates  ${plural(report.templates.length, 'template')} rendered`;
        });
      }),
    );
}

function describeConfig(examples: number): string {
  if (examples === 0) return 'has no errors';
  const values = plural(examples, 'value');
  return `has no errors, but ${values} of the example: build, send and start do not run until you change ${examples === 1 ? 'it' : 'them'}`;
}
