import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { cleanUpAfter } from './clean-up-after.ts';

const BROADSHEET = join(import.meta.dirname, '../../bin/broadsheet.js');

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as the one JSON object that it has to be. */
  json<T = Record<string, unknown>>(): T;
}

/** A publisher's folder, and `broadsheet` to run in it. */
export interface Project {
  readonly folder: string;
  /** Writes a file relative to the folder. */
  write(path: string, content: string | Uint8Array): void;
  /** Every file in the folder, relative to it. */
  files(): string[];
  run(...args: string[]): Promise<Run>;
  /** Like `run`, with `input` on standard input. */
  runPiped(input: Uint8Array, ...args: string[]): Promise<Run>;
  /** Like `run`, with more environment. */
  runWith(environment: NodeJS.ProcessEnv, ...args: string[]): Promise<Run>;
}

export const CONFIG = `site:
  title: The Test Paper
  url: https://paper.example/
  timeZone: Europe/London
  author: {name: The Test Paper}
posts: {folder: ../posts}
gate: {spamAssassin: off}
newsletters:
  - id: daily
    name: The Daily
    from: {name: The Daily, address: daily@paper.example}
    postalAddress: 1 Test Street, Testville
`;

/** A post of the morning that the tests' \`--now\` stands at. */
export function postText(title: string, date = '2026-03-19T18:00:05', body = BODY): string {
  return `---\ntitle: ${JSON.stringify(title)}\ndate: ${date}\ncategories: [News]\n---\n${body}\n`;
}

const BODY = `The council met in the old customs house and talked until the lamps were lit.

Nothing was decided, and everyone agreed to meet again.`;

/** Makes a project in a temporary folder, gone when the test ends. */
export function openProject(context: TestContext, { config = CONFIG } = {}): Project {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-project-'));
  cleanUpAfter(context, () => rmSync(folder, { recursive: true, force: true }));
  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  write('config/broadsheet.yaml', config);
  mkdirSync(join(folder, 'posts'));
  const start = (environment: NodeJS.ProcessEnv, args: readonly string[], input?: Uint8Array) => {
    const settings = { BROADSHEET_SECRET: 'a-key-for-tests-only', ...environment };
    const child = startProgram(BROADSHEET, forced(args), folder, settings, input);
    const run = runOf(child);
    cleanUpAfter(context, () => {
      child.kill('SIGKILL');
      return run;
    });
    return run;
  };
  const files = () =>
    globSync('**/{*,.*}', { cwd: folder })
      .filter((path) => statSync(join(folder, path)).isFile())
      .toSorted();
  return {
    ...{ folder, write, files },
    runWith: (environment, ...args) => start(environment, args),
    runPiped: (input, ...args) => start({}, args, input),
    run: (...args) => start({}, args),
  };
}

/** `args` for a project whose address is nobody's: no service answers there before a send. */
export function forced(args: readonly string[]): readonly string[] {
  return args[0] === 'send' ? [...args, '--force'] : args;
}

/** Runs the program as a user does, without a terminal, and waits for its end. */
export function runBroadsheet(
  args: readonly string[],
  cwd: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<Run> {
  return runProgram(BROADSHEET, args, cwd, environment);
}

/** The same with another script than the checkout's. */
export function runProgram(
  script: string,
  args: readonly string[],
  cwd: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<Run> {
  return runOf(startProgram(script, args, cwd, environment));
}

type Program = ChildProcessByStdio<Writable | null, Readable, Readable>;

function startProgram(
  script: string,
  args: readonly string[],
  cwd: string,
  environment: NodeJS.ProcessEnv,
  input?: Uint8Array,
): Program {
  const child = spawn(process.execPath, [script, ...args], {
    cwd,
    env: { ...inheritedEnvironment(), NO_COLOR: '1', ...environment },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  }) as Program;
  // A program that does not read it is not wrong.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  return child;
}

/** What it came to, once it has ended. */
function runOf(child: Program): Promise<Run> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => {
      const text = Buffer.concat(stdout).toString();
      const json = <T>() => JSON.parse(text) as T;
      done({ code, stdout: text, stderr: Buffer.concat(stderr).toString(), json });
    });
  });
}

/** The environment without what the tester has set for a Broadsheet or a terminal of their own. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(BROADSHEET_|NODE_TEST_CONTEXT$|FORCE_COLOR$)/.test(name),
    ),
  );
}
