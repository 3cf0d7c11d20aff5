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

Posts that are broken are named and left out, the others are published, and the exit code is 65.
A build that would take more than half of the items out of a feed stops, writes nothing, and says
why: exit code 78. Posts that were deleted, and a few that were made drafts, are no reason; for
anything else there is --force.
With feeds.hub in the config, the hub is told which feeds changed; a hub that is away is a warning.
Use --no-ping where the folder is only uploaded after the build: the hub fetches at once.
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
    .description('write the feeds')
    .option('--posts <dir>', "folder of the posts, in place of the config's")
    .option('--out <dir>', "folder for the feeds, in place of the config's")
    .option('--now <time>', 'take this for the present time')
    .option('--force', 'publish also what takes most of the items out of a feed')
    .option('--no-ping', 'do not tell the WebSub hub what changed')
    .option('--json', 'print one JSON object')
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

/** What the hub was told; undefined where there is none, or nothing to tell. */
async function tellHub(config: Config, report: BuildReport): Promise<HubReport | undefined> {
  if (config.feeds.hub === undefined) return undefined;
  const { changedTopics, pingHub } = await import('../../feeds/build/ping-hub.ts');
  const topics = changedTopics(report, config);
  return topics.length === 0 ? undefined : pingHub(config.feeds.hub, topics);
}

function printHub({ hub, told, untold, reason }: HubReport, terminal: Terminal): void {
  if (told.length > 0) terminal.out(`${hub} was told of ${plural(told.length, 'document')}`);
  if (untold.length === 0) return;
  const remedy = 'readers that ask by themselves get them all the same';
  terminal.err(
    `${terminal.paintErr('yellow', 'warning')}  ${hub} could not be told of ${plural(untold.length, 'document')} (${reason}); ${remedy}`,
  );
}

/**
 * Keeps V8's space for young objects small: reading 20,000 posts makes much that dies at once, and
 * a build is the better for 50 MB less. Has to come after the libraries are loaded.
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
