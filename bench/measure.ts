import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface Measure {
  readonly seconds: number;
  /** User and system; NaN where the system does not tell (it is read from /proc). */
  readonly cpuSeconds: number;
  /** Largest resident set; NaN where the system does not tell (it is read from /proc). */
  readonly peakMegabytes: number;
}

/** Runs a program to its end and measures it as a whole process. Throws where it fails. */
export function measure(command: string, args: readonly string[]): Promise<Measure> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let peak = Number.NaN;
    let cpu = Number.NaN;
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const watch = setInterval(() => {
      peak = peakOf(child.pid) ?? peak;
      cpu = cpuOf(child.pid) ?? cpu;
    }, 5);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      const seconds = (performance.now() - start) / 1000;
      if (code === 0) resolve({ seconds, cpuSeconds: cpu, peakMegabytes: peak });
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

/** Linux counts a process's time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** What a running process has used, in seconds. */
function cpuOf(pid: number | undefined): number | undefined {
  const ticks = statOf(pid)?.ticks ?? 0;
  return ticks > 0 ? ticks / TICKS_PER_SECOND : undefined;
}

/** What a running process, its children and its ended children have used, in seconds. */
export function cpuOfAll(parent: number): number {
  const children = readdirSync('/proc')
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat?.parent === parent);
  const { ticks = 0, ticksOfEnded = 0 } = statOf(parent) ?? {};
  const sum = children.reduce((ticks, child) => ticks + (child?.ticks ?? 0), 0);
  return (ticks + ticksOfEnded + sum) / TICKS_PER_SECOND;
}

/** From proc(5), stat; undefined where the system does not tell. */
export function statOf(pid: number | undefined) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Its second field is the name, in brackets, with anything in it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const sum = (from: number) => Number(fields[from]) + Number(fields[from + 1]);
    return { parent: Number(fields[1]), ticks: sum(11), ticksOfEnded: sum(13) };
  } catch {
    return undefined;
  }
}
