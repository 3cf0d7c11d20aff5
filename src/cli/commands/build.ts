import type { Command } from 'commander';
import type { BuildReport } from '../../feeds/build/build-report.ts';
import type { HubReport } from '../../feeds/build/ping-hub.ts';
import { EXIT } from '../../kernel/errors.ts';
import type { Config } from '../../settings/config.ts';
import { JSON_OPTION, NO_CACHE_OPTION, NOW_OPTION, POSTS_OPTION } from '../arguments.ts';
import { refuseExamples, withContext } from '../context.ts';
import { formatCount, plural, shortPath } from '../format.ts';
import {
  formatOtherFormats,
  formatPosts,
  printJoins,
  printProblems,
  warn,
} from '../print-problems.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';

const EXAMPLES = `
Examples:
  $ broadsheet build
  $ broadsheet build --posts _posts --out _site/feeds
  $ broadsheet build --now 2026-03-20T07:00 --json

Broken posts are listed and left out. All others are published, and the exit code is 65.
If a feed would lose more than half of its items, the build stops, writes nothing, and says why: exit
code 78. Deleted posts, and a few new drafts, do not stop it. In all other cases use --force.
With feeds.hub in the config, the hub is notified of changed feeds. If it does not answer, you get a warning.
Use --no-ping if you upload the folder after the build: the hub fetches the feeds at once.
`;

/** `broadsheet build`: writes the feeds. */
export function addBuild(program: Command, shell: Shell): void {
  program
    .command('build')
    .description('build the feeds, and the pages of posts if no site generator does')
    .option(...POSTS_OPTION)
    .option('--out <dir>', 'feeds folder, instead of the one in the config')
    .option(...NOW_OPTION)
    .option('--force', 'publish even if a feed loses most of its items')
    .option('--no-ping', 'do not notify the WebSub hub')
    .option(...NO_CACHE_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', EXAMPLES)
    .action(({ ping, force }: { ping: boolean; force?: true }, command: Command) =>
      withContext(command, shell, async (context) => {
        const { config, clock, log } = context;
        await refuseExamples(config, 'feeds');
        const { buildFeeds } = await import('../../build/build-feeds.ts');
        const report = await buildFeeds(config, { now: clock(), log, force });
        if (report.posts.leftOut.length > 0) shell.setExitCode(EXIT.data);
        const hub = ping ? await notifyHub(config, report) : undefined;
        context.print({ ...report, hub }, function* () {
          printProblems(report, context);
          printJoins(report, context);
          yield* describeBuild(report);
          if (hub !== undefined) yield* describeHub(hub, shell.terminal);
        });
      }),
    );
}

/** Notifies the hub. Returns its answer; undefined if there is no hub, or no change. */
async function notifyHub(config: Config, report: BuildReport): Promise<HubReport | undefined> {
  if (config.feeds.hub === undefined) return undefined;
  const { changedTopics, pingHub } = await import('../../feeds/build/ping-hub.ts');
  const topics = changedTopics(report, config);
  return topics.length === 0 ? undefined : pingHub(config.feeds.hub, topics);
}

function* describeHub(
  { hub, notified, missed, reason }: HubReport,
  terminal: Terminal,
): Generator<string> {
  if (notified.length > 0) yield `${hub} was notified of ${plural(notified.length, 'document')}`;
  if (missed.length === 0) return;
  warn(
    `${hub} could not be notified of ${plural(missed.length, 'document')} (${reason}); readers that poll still get them`,
    terminal,
  );
}

/** The report of a build for people. */
export function* describeBuild({
  posts,
  feeds,
  pictures,
  pages,
  outputFolder,
}: BuildReport): Generator<string> {
  yield formatPosts(posts);
  yield* formatOtherFormats(posts);
  const changed = feeds.filter((feed) => feed.changed).length;
  const folders = new Set(feeds.map(({ path }) => path.slice(0, path.lastIndexOf('/') + 1)));
  yield `${plural(folders.size, 'feed')} in ${plural(feeds.length, 'file')}, ${formatCount(changed)} changed, in ${shortPath(outputFolder)}`;
  if (pages !== undefined) {
    yield `${plural(pages.posts, 'page')} of posts, ${formatCount(pages.changed)} changed`;
  }
  if (pictures === undefined || pictures.copied === 0) return;
  yield `${plural(pictures.copied, 'picture')} of the posts copied there, ${formatCount(pictures.written)} new`;
}
