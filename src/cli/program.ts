import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { ExitCode } from '../kernel/errors.ts';
import { addArchive } from './commands/archive.ts';
import { addBuild } from './commands/build.ts';
import { addCheck } from './commands/check.ts';
import { addCompose } from './commands/compose.ts';
import { addDatabase } from './commands/database.ts';
import { addDemo } from './commands/demo.ts';
import { addEditions } from './commands/editions.ts';
import { addInit } from './commands/init.ts';
import { addLinks } from './commands/links.ts';
import { addNewsletters } from './commands/newsletters.ts';
import { addPreview } from './commands/preview.ts';
import { addSchedule } from './commands/schedule.ts';
import { addSend } from './commands/send.ts';
import { addStart } from './commands/start.ts';
import { addStatus } from './commands/status.ts';
import { addSubscribers } from './commands/subscribers.ts';
import type { Shell } from './shell.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLES = `
Examples:
  $ broadsheet demo                        see everything at work, on sample posts
  $ broadsheet build                       write the feeds
  $ broadsheet preview politics-essential  look at the next edition, send nothing
  $ broadsheet send politics-essential     send it to everyone who signed up
  $ broadsheet start                       do all of it by itself, and serve the site

Exit codes: 0 done, 64 usage, 65 posts, lines or addresses that were refused, 67 mail refused for
good, 69 relay or database away, 70 bug, 74 disk, 75 run again for the rest, 78 config, or the
database is held, or a feed would be emptied.
`;

/**
 * The command line: names, options and help. What a command needs is loaded when it runs, so that
 * help is at once there.
 */
export function createProgram(terminal: Terminal, setExitCode: (code: ExitCode) => void): Command {
  const program = new Command('broadsheet')
    .description('Turns a folder of Markdown posts into feeds and an email digest.')
    .version(versionOfPackage(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .configureHelp({ showGlobalOptions: true })
    .helpCommand('help [command]', 'print help for a command')
    .option('--config <file>', 'the config file', 'config/broadsheet.yaml')
    .option('--verbose', 'say more on standard error')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(broadsheet --help shows what there is)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error:/, 'broadsheet:')),
    });
  const shell: Shell = { terminal, setExitCode };
  for (const add of [
    addInit,
    addBuild,
    addArchive,
    addLinks,
    addCheck,
    addCompose,
    addPreview,
    addSend,
    addStart,
    addStatus,
    addSchedule,
    addEditions,
    addSubscribers,
    addNewsletters,
    addDatabase,
    addDemo,
  ]) {
    add(program, shell);
  }
  return program;
}

function versionOfPackage(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
