import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { cleanUpAfter } from './clean-up-after.ts';
import { inheritedEnvironment, type Project } from './program.ts';
import { waitFor as waitUntil } from './wait-for.ts';

const BROADSHEET = join(import.meta.dirname, '../../bin/broadsheet.js');

/** A line of the service's log. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [fact: string]: unknown;
}

/** `broadsheet start` in a process of its own. */
export interface Service {
  readonly child: ChildProcess;
  /** What it has logged so far. */
  readonly lines: readonly LogLine[];
  /** Everything that it has written so far, to standard output and standard error. */
  text(): string;
  /** The first line that `matches`, now or when it comes. Rejects when the service ends without, or is late. */
  waitFor(matches: (line: LogLine) => boolean): Promise<LogLine>;
  /** Where the site is, when it listens. */
  url(): Promise<string>;
  /** Where the metrics are, when they are served. */
  metricsUrl(): Promise<string>;
  /** Sends a signal. */
  kill(signal: NodeJS.Signals): void;
  /** The exit code; undefined when a signal ended it. */
  ended: Promise<number | undefined>;
  /** Asks it to stop, and gives its exit code. */
  stop(): Promise<number | undefined>;
}

/**
 * Starts the service in the project's folder, on free ports; `program` is that of the checkout, or of a package.
 * It is ended when the test is, at the latest.
 */
export function startService(
  t: TestContext,
  project: Project,
  environment: NodeJS.ProcessEnv = {},
  args: readonly string[] = [],
  program: string = BROADSHEET,
): Service {
  const all = ['start', '--port', '0', '--metrics-port', '0', ...args];
  const child = spawn(process.execPath, [program, ...all], {
    cwd: project.folder,
    env: {
      ...inheritedEnvironment(),
      ...{ NO_COLOR: '1', BROADSHEET_SECRET: 'a-key-for-tests-only', BROADSHEET_MACHINE: 'ada' },
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  cleanUpAfter(t, () => {
    child.kill('SIGKILL');
    return ended;
  });
  const lines: LogLine[] = [];
  const raw: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    raw.push(line);
    if (line.startsWith('{')) lines.push(JSON.parse(line) as LogLine);
  });
  createInterface({ input: child.stderr }).on('line', (line) => void raw.push(line));
  const text = () => raw.join('\n');
  let over = false;
  const ended = new Promise<number | undefined>((resolve) => {
    child.once('close', (code) => {
      over = true;
      resolve(code ?? undefined);
    });
  });
  const waitFor: Service['waitFor'] = (matches) =>
    waitUntil(`a line that ${matches}`, () => {
      const found = lines.find(matches);
      if (found === undefined && over) {
        throw new Error(`the service ended before it said so:\n${text()}`);
      }
      return found;
    }).catch((error: Error) => {
      throw new Error(`${error.message}\n${text()}`);
    });
  const serving = () => waitFor(({ msg }) => msg === 'serving');
  return {
    ...{ child, lines, text, waitFor, ended },
    url: async () => String((await serving()).site),
    metricsUrl: async () => String((await serving()).metrics),
    kill: (signal) => void child.kill(signal),
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
