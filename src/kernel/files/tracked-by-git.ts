import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Git answers in a few milliseconds. A repository on an unreachable network disk must not block us. */
const PATIENCE_MS = 5000;

/**
 * Returns those of `files` (absolute, links resolved) that Git tracks, in any repository. Returns nothing
 * if Git is not installed, or does not answer. Runs no hook and no other program from the repository's
 * settings. `environment` must not contain GIT_DIR and similar variables: a hook that runs us sets them,
 * and they name another repository. Never throws.
 */
export function trackedByGit(
  files: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const folders = Map.groupBy(
    files.filter((file) => existsSync(file)),
    dirname,
  );
  return [...folders].flatMap(([folder, inFolder]) => {
    if (!isInRepository(folder)) return [];
    const listed = new Set(
      listTracked(
        folder,
        inFolder.map((file) => basename(file)),
        environment,
      ),
    );
    return inFolder.filter((file) => listed.has(basename(file)));
  });
}

function listTracked(
  folder: string,
  names: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const settings = [
    // Git would run these programs to find changes, or before it answers.
    ...['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'],
    // The service often runs as another user than the owner of the checkout.
    ...['-c', 'safe.directory=*'],
  ];
  const literal = names.map((name) => `:(literal)${name}`);
  try {
    const listed = execFileSync('git', [...settings, 'ls-files', '-z', '--', ...literal], {
      cwd: folder,
      env: { ...environment, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' },
      encoding: 'utf8',
      timeout: PATIENCE_MS,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1 << 20,
    });
    return listed.split('\0').filter((name) => name !== '');
  } catch {
    return [];
  }
}

function isInRepository(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true;
  const above = dirname(folder);
  return above !== folder && isInRepository(above);
}
