import { execFileSync } from 'node:child_process';

/** Makes a named pipe (mkfifo(1), which POSIX systems have). */
export function makePipe(path: string): void {
  execFileSync('mkfifo', [path]);
}
