import type { Command } from 'commander';
import { errorsOf } from '../../delivery/gate/finding.ts';
import { EXIT } from '../../kernel/errors.ts';
import type { SiteReport } from '../../service/compare-site.ts';
import type { Config } from '../../settings/config.ts';
import type { ProviderReport } from '../../settings/describe-provider.ts';
import type { ExampleValues } from '../../settings/example-values.ts';
import type { NewsletterCounts } from '../../subscribers/queries/newsletters.ts';
import { JSON_OPTION, NO_CACHE_OPTION, NOW_OPTION, POSTS_OPTION } from '../arguments.ts';
import { guardDatabase, isDatabaseMissing, withContext } from '../context.ts';
import { plural, shortPath } from '../format.ts';
import {
  formatOtherFormats,
  formatPosts,
  printFindings,
  printJoins,
  printProblems,
} from '../print-problems.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Examples:
  $ broadsheet check
  $ broadsheet check --against _site
  $ broadsheet check --against https://paper.example/
  $ broadsheet check --json | jq .posts.leftOut
`;

/** `broadsheet check`: checks config, posts and templates; changes nothing. */
export function addCheck(program: Command, shell: Shell): void {
  program
    .command('check')
    .description('check config, posts and templates; change nothing')
    .option(...POSTS_OPTION)
    .option('--against <place>', 'compare with the site in this folder or at this URL')
    .option(...NOW_OPTION)
    .option(...NO_CACHE_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', EXAMPLES)
    .action((options: { against?: string }, command: Command) =>
      withContext(command, shell, async (plain) => {
        const { textsAndTemplates } = await import('../assemble.ts');
        const { checkProject } = await import('../../service/check-project.ts');
        const { generatorWarnings } = await import('../../service/compare-site.ts');
        const { checkCountries } = await import('../../settings/check-countries.ts');
        const { newslettersWithoutKey } = await import('../../settings/dkim.ts');
        const { exampleValues } = await import('../../settings/example-values.ts');
        const { relaysWithoutUrl } = await import('../../settings/relay-accounts.ts');
        const { describeProviders } = await import('../../settings/describe-provider.ts');
        const { languagesWithoutFile, unreadEmailTemplates, unreadLanguages, unreadTemplates } =
          await import('../../service/unread-files.ts');
        const { WEB_TEMPLATE_FILES } = await import('../../pages/web-templates.ts');
        const { warnOfMissing } = await import('../../newsletters/missing-newsletters.ts');
        const { checkPages } = await import('../../pages/check-pages.ts');
        const { lookWarnings } = await import('../../pages/check-look.ts');
        const { config } = plain;
        const context = Object.assign(textsAndTemplates(config), plain);
        const { folders } = config;
        checkCountries(config);
        const ofDatabase = await guardDatabase(config);
        const found = await checkProject(context, options.against);
        const pages = checkPages(config, context.textsOf);
        const examples = exampleValues(config);
        const warnings = [
          ...examples.refused.map((problem) => ({ line: 1, ...problem })),
          ...examples.warnings,
          ...relaysWithoutUrl(config),
          ...newslettersWithoutKey(config),
          ...generatorWarnings(config),
          ...lookWarnings(config),
          ...unreadEmailTemplates(folders.templates),
          ...unreadTemplates(folders.webTemplates, WEB_TEMPLATE_FILES),
          ...unreadLanguages(folders.languages),
          ...languagesWithoutFile(config, context.textsOf),
          ...warnOfMissing(config, await findMissing(config)),
          ...ofDatabase.map((problem) => ({ line: 1, ...problem })),
          ...found.warnings,
        ];
        const report = {
          ...found,
          warnings,
          templates: [...found.templates, ...pages],
          relays: describeProviders(config.relays, config.webhookKeys),
        };
        const failing = errorsOf(report.findings).length;
        if (report.posts.leftOut.length > 0 || failing > 0) shell.setExitCode(EXIT.data);
        context.print(report, function* () {
          printProblems(report, context);
          printJoins(report, context);
          printFindings(report.findings, shell.terminal);
          yield `config     ${shortPath(config.file)} ${describeConfig(examples)}`;
          yield `posts      ${formatPosts(report.posts)}, ${plural(warnings.length, 'warning')}`;
          for (const line of formatOtherFormats(report.posts)) yield `           ${line}`;
          if (report.site) yield* describeSite(report.site);
          else if (report.newest) {
            const remedy = 'if not, change posts.permalink, or compare with --against SITE';
            yield `addresses  are like ${report.newest.url}; ${remedy}`;
          }
          yield `templates  ${plural(report.templates.length, 'template')} rendered`;
          if (config.newsletters.length > 0) {
            const others = plural(report.findings.length - failing, 'warning');
            yield `digests    checked as before sending: ${plural(failing, 'error')}, ${others}`;
          }
          for (const relay of report.relays) yield* describeProvider(relay);
        });
      }),
    );
}

/** The newsletters that only the database knows. Loads nothing of the database if there is none. */
async function findMissing(config: Config): Promise<readonly NewsletterCounts[]> {
  if (await isDatabaseMissing(config)) return [];
  const { openStore } = await import('../../database/open-store.ts');
  const { findMissingNewsletters } = await import('../../newsletters/missing-newsletters.ts');
  const store = await openStore(config.databaseUrl);
  try {
    return await findMissingNewsletters({ config, store });
  } finally {
    await store.close();
  }
}

/** Posts that the site shows otherwise are listed up to this number. */
const MOST_LISTED = 10;

function* describeSite({ place, compared, differences, permalink }: SiteReport): Generator<string> {
  const site = /^https?:/i.test(place) ? place : shortPath(place);
  const posts = new Set(differences.map(({ file }) => file)).size;
  if (posts === 0) {
    yield `addresses  are those of the site in ${site} (${plural(compared, 'post')} compared)`;
    return;
  }
  yield `addresses  ${posts} of ${plural(compared, 'post')} differ from the site in ${site}:`;
  for (const { file, what, ours, theirs } of differences.slice(0, MOST_LISTED)) {
    yield what === 'missing'
      ? `  ${file}  is not on the site: ${ours}`
      : `  ${file}  ${what} ${ours}, on the site ${theirs}`;
  }
  const more = differences.length - MOST_LISTED;
  if (more > 0)
    yield `  and ${plural(more, 'more difference', 'more differences')}; --json lists all`;
  if (permalink !== undefined)
    yield `  write posts.permalink: ${permalink}  to correct most addresses`;
}

function* describeProvider(relay: ProviderReport): Generator<string> {
  const { id, provider, settings, bounces, needsWebhookKey, replacesMessageId } = relay;
  const { note, source } = relay;
  yield `relay      ${id} is ${provider}: ${settings}`;
  const way = bounces === 'webhook' ? 'by its webhook' : 'into the mailbox of the sender';
  const renamed = replacesMessageId ? '; it replaces the Message-ID' : '';
  yield `           bounces come back ${way}${renamed}`;
  if (needsWebhookKey) {
    yield '           the environment has no key for this webhook; docs/returned-mail.md says which';
  }
  if (note !== undefined) yield `           ${note}`;
  yield `           source: ${source}`;
}

function describeConfig({ refused, areInFeeds }: ExampleValues): string {
  if (refused.length === 0) return 'has no errors';
  const values = plural(refused.length, 'value');
  const commands = areInFeeds ? 'build, send and start' : 'send and start';
  return `has no errors, but ${values} of the example: ${commands} do not run until you change ${refused.length === 1 ? 'it' : 'them'}`;
}
