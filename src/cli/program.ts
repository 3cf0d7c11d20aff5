import { Command } from 'commander';
import type { ExitCode } from '../kernel/errors.ts';
import { PROGRAM_VERSION } from '../kernel/version.ts';
import { addArchive } from './commands/archive.ts';
import { addBuild } from './commands/build.ts';
import { addCheck } from './commands/check.ts';
import { addCompose } from './commands/compose.ts';
import { addDatabase } from './commands/database.ts';
import { addDemo } from './commands/demo.ts';
import { addDkim } from './commands/dkim.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEditions } from './commands/editions.ts';
import { addInbound } from './commands/inbound.ts';
import { addInit } from './commands/init.ts';
import { addLinks } from './commands/links.ts';
import { addNewsletters } from './commands/newsletters.ts';
import { addPreview } from './commands/preview.ts';
import { addReport } from './commands/report.ts';
import { addSchedule } from './commands/schedule.ts';
import { addSend } from './commands/send.ts';
import { addStart } from './commands/start.ts';
import { addStatus } from './commands/status.ts';
import { addSubscribers } from './commands/subscribers.ts';
import type { Shell } from './shell.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLES = `
Examples:
  $ broadsheet demo                        try everything on sample posts
  $ broadsheet build                       build the feeds
  $ broadsheet preview politics-essential  look at the next edition; send nothing
  $ broadsheet send politics-essential     send it to everyone who signed up
  $ broadsheet start                       do all of this on schedule, and serve the site

Exit codes:
   0  done
  64  the command line is wrong
  65  some posts, lines or addresses were refused; the rest is done
  67  some addresses were refused permanently
  69  the relay or the database does not answer
  70  a bug in Broadsheet
  74  the disk is full or cannot be written
  75  not finished: run the command again
  78  you have to correct something first: the config, a database on hold, a feed that would be emptied
`;

/**
 * The command line: names, options and help. A command loads its code when it runs: help appears at once.
 */
export function createProgram(terminal: Terminal, setExitCode: (code: ExitCode) => void): Command {
  const program = new Command('broadsheet')
    .description('Turns a folder of Markdown posts into feeds and an email digest.')
    .version(PROGRAM_VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .configureHelp({ showGlobalOptions: true })
    .helpCommand('help [command]', 'print help for a command')
    .option('--config <file>', 'the config file', 'config/broadsheet.yaml')
    .option('--verbose', 'print more details on standard error')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(see broadsheet --help)')
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
    addDoctor,
    addCompose,
    addPreview,
    addSend,
    addStart,
    addStatus,
    addReport,
    addSchedule,
    addEditions,
    addSubscribers,
    addNewsletters,
    addInbound,
    addDatabase,
    addDkim,
    addDemo,
  ]) {
    add(program, shell);
  }
  return program;
}
