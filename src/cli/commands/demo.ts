import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT } from '../../kernel/errors.ts';
import type { DemoReport } from '../demo/run-demo.ts';
import { formatTable, formatTime, shortPath } from '../format.ts';
import { formatDeliveries, printEdition } from '../print-edition.ts';
import type { Shell } from '../shell.ts';
import { openTerminalLog, type Terminal } from '../terminal.ts';
import { printBuild } from './build.ts';

const PACKAGE_FOLDER = join(import.meta.dirname, '../../..');

/** `broadsheet demo`: all steps from the sample posts to the inboxes, on this machine only. */
export function addDemo(program: Command, { terminal, setExitCode }: Shell): void {
  program
    .command('demo')
    .description('try it: sample posts become feeds and a digest, sent on this machine only')
    .action(async (_options, command: Command) => {
      const { runDemo } = await import('../demo/run-demo.ts');
      const log = await openTerminalLog(terminal, command.optsWithGlobals().verbose === true);
      const folder = resolve('demo');
      // Outside a checkout, public/ may be somebody's site.
      const here = process.cwd() === resolve(PACKAGE_FOLDER);
      const output = here ? resolve('public') : join(folder, 'public');
      const report = await runDemo(PACKAGE_FOLDER, { folder, output, log });
      log.close();
      printDemo(report, terminal);
      const { planned, accepted } = report.send.deliveries;
      if (accepted !== planned) setExitCode(EXIT.software);
    });
}

function printDemo(
  { now, timeZone, build, send, inboxPage }: DemoReport,
  terminal: Terminal,
): void {
  terminal.out(
    terminal.paint(
      'bold',
      `Broadsheet's demo. Its clock stands at ${formatTime(now, timeZone)}; the sample posts are from the days before.`,
    ),
  );
  terminal.out();
  printBuild(build, terminal);
  terminal.out();
  printEdition(send.edition, terminal);
  terminal.out(`Sent     ${formatDeliveries(send.deliveries)}`);
  terminal.out();
  terminal.out('Open these in a browser:');
  const pages = [
    [shortPath(inboxPage), 'what each subscriber got'],
    [shortPath(join(build.outputFolder, 'index.html')), 'the feeds'],
  ];
  for (const line of formatTable(pages)) terminal.out(`  ${line}`);
  terminal.out(
    'Nothing left this machine. For your own posts, continue with `npx broadsheet init`.',
  );
}
