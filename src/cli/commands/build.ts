import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import type { BuildReport } from '../../feeds/build/build-report.ts';
import type { HubReport } from '../../feeds/build/ping-hub.ts';
import { EXIT } from '../../kernel/errors.ts';
import type { Config } from '../../settings/config.ts';
import { withContext } from '../context.ts';
import { formatCount, plural, shortPath } from '../format.ts';
import { formatPosts, printProblems } from '../print-problems.ts';
import { refuseExamples } from '../refuse-examples.ts';
import type { Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';

const EXAMPLES = `
Examples:
  $ broadsheet build
  $ broadsheet build --posts _posts --out _site/feeds
  $ broadsheet build --now 2026-03-20T07:00 --json

Broken posts are named and left out. All others are published, and the exit code is 65.
If a feed would lose more than half of its items, the build stops, writes nothing, and says why: exit
code 78. Deleted posts, and a few new drafts, do not stop it. In all other cases use --force.
With feeds.hub in the config, the hub is notified of changed feeds. If it does not answer, you get a warning.
Use --no-ping if you upload the folder after the build: the hub fetches the feeds at once.
`;

interface BuildFlags {
  readonly json?: boolean;
  readonly ping: boolean;
  readonly force?: boolean;
}

/** `broadsheet build`: writes the feeds. */
export function addBuild(program: Command, shell: Shell): void {
  program
    .command('build')
    .description('build the feeds')
    .option('--posts <dir>', 'posts folder, instead of the one in the config')
    .option('--out <dir>', 'feeds folder, instead of the one in the config')
    .option('--now <time>', 'use this time instead of the current time')
    .option('--force', 'publish even if a feed loses most of its items')
    .option('--no-ping', 'do not notify the WebSub hub')
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (_options, command: Command) => {
      await withContext(command, shell, async ({ config, clock, log, verbose }) => {
        await refuseExamples(config);
        const { buildFeeds } = await import('../../feeds/build/build-feeds.ts');
        growHeapSlowly();
        const { json, ping, force = false } = command.opts<BuildFlags>();
        const report = await buildFeeds(config, { now: clock(), log, force });
        if (report.posts.leftOut.length > 0) shell.setExitCode(EXIT.data);
        const hub = ping ? await tellHub(config, report) : undefined;
        log.close();
        if (json) {
          shell.terminal.out(JSON.stringify(hub === undefined ? report : { ...report, hub }));
          return;
        }
        printProblems(report, { config, verbose }, shell.terminal);
        printBuild(report, shell.terminal);
        if (hub !== undefined) printHub(hub, shell.terminal);
      });
    });
}

/** Notifies the hub. Returns its answer; undefined if there is no hub, or no change. */
async function tellHub(config: Config, report: BuildReport): Promise<HubReport | undefined> {
  if (config.feeds.hub === undefined) return undefined;
  const { changedTopics, pingHub } = await import('../../feeds/build/ping-hub.ts');
  const topics = changedTopics(report, config);
  return topics.length === 0 ? undefined : pingHub(config.feeds.hub, topics);
}

function printHub({ hub, told, untold, reason }: HubReport, terminal: Terminal): void {
  if (told.length > 0) terminal.out(`${hub} was told of ${plural(told.length, 'document')}`);
  if (untold.length === 0) return;
  const remedy = 'readers that poll still get them';
  terminal.err(
    `${terminal.paintErr('yellow', 'warning')}  ${hub} could not be told of ${plural(untold.length, 'document')} (${reason}); ${remedy}`,
  );
}

/**
 * Keeps V8's space for young objects small. Reading 20,000 posts creates many short-lived objects, and
 * this saves 50 MB in a build. Call it after the libraries are loaded.
 */
function growHeapSlowly(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** The report of a build for people. */
export function printBuild({ posts, feeds, outputFolder }: BuildReport, terminal: Terminal): void {
  terminal.out(formatPosts(posts));
  const changed = feeds.filter((feed) => feed.changed).length;
  const folders = new Set(feeds.map(({ path }) => path.slice(0, path.lastIndexOf('/') + 1)));
  terminal.out(
    `${plural(folders.size, 'feed')} in ${plural(feeds.length, 'file')}, ${formatCount(changed)} changed, in ${shortPath(outputFolder)}`,
  );
}
