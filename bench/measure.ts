import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Measure {
  readonly seconds: number;
  /** Largest resident set; NaN where the system does not tell (it is read from /proc). */
  readonly peakMegabytes: number;
}

/** Runs a program to its end and measures it as a whole process. Throws where it fails. */
export function measure(command: string, args: readonly string[]): Promise<Measure> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let peak = Number.NaN;
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const watch = setInterval(() => {
      peak = peakOf(child.pid) ?? peak;
    }, 5);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      const seconds = (performance.now() - start) / 1000;
      if (code === 0) resolve({ seconds, peakMegabytes: peak });
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${said}`));
    });
  });
}

/** The high-water mark of a running process, in MB. */
function peakOf(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}
