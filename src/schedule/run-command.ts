import { type ChildProcess, spawn } from 'node:child_process';
import { shortLine } from '../kernel/short-line.ts';
import { environmentWith } from '../settings/environment.ts';

const TIMEOUT_MS = 30_000;
const MOST_BYTES = 2000;

/**
 * Runs `command` in the system's shell, with `variables` in its environment, for at most 30 seconds.
 * Returns undefined, or the reason of the failure, a phrase.
 */
export async function runCommand(
  command: string,
  variables: Readonly<Record<string, string>>,
  timeoutMs = TIMEOUT_MS,
): Promise<string | undefined> {
  // Its own process group: the processes that the shell starts are killed with it.
  const child = spawn(command, {
    ...{ shell: true, detached: true, env: environmentWith(variables) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(0, MOST_BYTES);
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    killGroup(child);
  }, timeoutMs);
  try {
    const code = await endOf(child);
    if (isLate) return `the command took longer than ${timeoutMs / 1000} seconds`;
    if (code === 0) return undefined;
    const words = shortLine(said);
    return `the command ended with ${code}${words === undefined ? '' : `: ${words}`}`;
  } finally {
    clearTimeout(timer);
    // A process that the command left running must not keep ours alive.
    child.stderr.destroy();
  }
}

/** The exit code, or the name of the signal or error that ended it. */
function endOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'nothing'));
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has already ended.
  }
}
