import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Figure } from './rows.ts';

export interface Measure {
  readonly seconds: number;
  /** User and system, of the program and of all it waited for; NaN without /proc. */
  readonly cpuSeconds: number;
  /** Most memory of the program and all below it at a moment; NaN without /proc. */
  readonly peakMegabytes: number;
}

/** For a row of seconds from beginning to end. */
export function wall(measured: Measure): Figure {
  return { ...measured, value: measured.seconds };
}

/** For a row of seconds of CPU, which other programs on the machine change little. */
export function inCpu(measured: Measure): Figure {
  return { ...measured, value: measured.cpuSeconds };
}

/** Runs a program to its end and measures it. Throws if it fails. */
export function measure(command: string, args: readonly string[]): Promise<Measure> {
  return new Promise((resolve, reject) => {
    const cpuBefore = cpuOfChildren();
    const start = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let peak = Number.NaN;
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const watch = setInterval(() => {
      const now = memoryBelow(child.pid);
      if (now > peak || Number.isNaN(peak)) peak = now;
    }, 10);
    child.on('error', (error) => {
      clearInterval(watch);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearInterval(watch);
      const seconds = (performance.now() - start) / 1000;
      const cpuSeconds = cpuOfChildren() - cpuBefore;
      if (code === 0) resolve({ seconds, cpuSeconds, peakMegabytes: peak });
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}: ${said}`));
    });
  });
}

/** In MB, with the high-water mark of each process that lives now. NaN if there is none. */
export function memoryBelow(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = Number(/VmHWM:\s*(\d+)/.exec(status)?.[1]);
    const below = childrenOf(pid).map(memoryBelow);
    return below.reduce((sum, next) => sum + (next || 0), kilobytes / 1024);
  } catch {
    return Number.NaN;
  }
}

function childrenOf(pid: number | undefined): readonly number[] {
  const said = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return said === '' ? [] : said.split(' ').map(Number);
}

/** Linux counts a process's time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** What the children of this process that ended have used, with theirs. */
function cpuOfChildren(): number {
  return (statOf('self')?.ticksOfEnded ?? Number.NaN) / TICKS_PER_SECOND;
}

/** What a running process, its children and its ended children have used, in seconds; NaN without /proc. */
export function cpuOfAll(parent: number | undefined): number {
  const stat = statOf(parent);
  if (stat === undefined) return Number.NaN;
  const sum = childrenOf(parent).reduce((sum, child) => sum + (statOf(child)?.ticks ?? 0), 0);
  return (stat.ticks + stat.ticksOfEnded + sum) / TICKS_PER_SECOND;
}

/** From proc(5), stat; undefined where the system does not tell. */
export function statOf(pid: number | 'self' | undefined) {
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
