import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort } from '../test/support/free-port.ts';

/** An SMTP server that takes every message and throws it away. */
export interface Sink {
  /** `smtp://127.0.0.1:port`. */
  readonly url: string;
  /** What it is. */
  readonly name: string;
  stop(): Promise<void>;
}

/** Where Postfix has its tools, which is rarely on the path. */
const POSTFIX = [
  '/usr/sbin',
  '/usr/lib/postfix/sbin',
  '/usr/libexec/postfix',
  '/opt/homebrew/sbin',
];

/** The path of a tool of Postfix's; undefined where it is not installed. */
export function postfixTool(name: string): string | undefined {
  return POSTFIX.map((folder) => join(folder, name)).find((path) => {
    try {
      execFileSync(path, [], { stdio: 'ignore' });
      return true;
    } catch (error) {
      // Without arguments it says how it is used, and ends with an error.
      return (error as NodeJS.ErrnoException).code === undefined;
    }
  });
}

/** Starts Postfix's smtp-sink where it is installed, else one of our own, in a process of its own. */
export async function startSink(): Promise<Sink> {
  const port = await freePort();
  const tool = postfixTool('smtp-sink');
  // As root it asks whom to be.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child =
    tool === undefined
      ? start(process.execPath, [join(import.meta.dirname, 'node-sink.ts'), String(port)])
      : start(tool, [...user, '-m', '256', `127.0.0.1:${port}`, '256']);
  await untilOpen(child, port);
  return {
    url: `smtp://127.0.0.1:${port}`,
    name: tool === undefined ? 'a sink in Node' : 'smtp-sink of Postfix',
    async stop() {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}

function start(command: string, args: readonly string[]): ChildProcess {
  return spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function untilOpen(child: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 100 && child.exitCode === null; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    await setTimeout(50);
  }
  throw new Error(`the sink does not listen on port ${port}`);
}
