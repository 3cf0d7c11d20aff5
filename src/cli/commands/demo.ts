import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT } from '../../kernel/errors.ts';
import { formatTable } from '../../kernel/format-table.ts';
import type { DemoReport } from '../demo/run-demo.ts';
import { describeEdition, formatDeliveries } from '../describe-edition.ts';
import { formatTime, shortPath } from '../format.ts';
import type { Shell } from '../shell.ts';
import { openTerminalLog, type Terminal } from '../terminal.ts';
import { describeBuild } from './build.ts';

const PACKAGE_FOLDER = join(import.meta.dirname, '../../..');

/** `broadsheet demo`: all steps from the sample posts to the inboxes, on this machine only. */
export function addDemo(program: Command, { terminal, setExitCode }: Shell): void {
  program
    .command('demo')
    .description('try it: make feeds and a digest from sample posts, sent on this machine only')
    .action(async (_options, command: Command) => {
      const { runDemo } = await import('../demo/run-demo.ts');
      const log = await openTerminalLog(terminal, command.optsWithGlobals().verbose === true);
      const folder = resolve('demo');
      // Outside a checkout, public/ may be somebody's site.
      const here = process.cwd() === resolve(PACKAGE_FOLDER);
      const output = here ? resolve('public') : join(folder, 'public');
      const report = await runDemo(PACKAGE_FOLDER, { folder, output, log });
      log.close();
      for (const line of describeDemo(report, terminal)) terminal.out(line);
      const { planned, accepted } = report.send.deliveries;
      if (accepted !== planned) setExitCode(EXIT.software);
    });
}

function* describeDemo(
  { now, timeZone, build, send, inboxPage }: DemoReport,
  terminal: Terminal,
): Generator<string> {
  yield terminal.paint(
    'bold',
    `This is the demo of Broadsheet. Its clock shows ${formatTime(now, timeZone)}; the sample posts are from the days before.`,
  );
  yield '';
  yield* describeBuild(build);
  yield '';
  yield* describeEdition(send.edition, terminal);
  yield `Sent     ${formatDeliveries(send.deliveries)}`;
  yield '';
  yield 'Open these in a browser:';
  yield* formatTable([
    [`  ${shortPath(inboxPage)}`, 'what each subscriber got'],
    [`  ${shortPath(join(build.outputFolder, 'index.html'))}`, 'the feeds'],
  ]);
  yield 'Nothing left this machine. For your own posts, continue with `npx broadsheet init`.';
}
