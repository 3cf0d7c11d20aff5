import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { isRunning } from '../base/is-running.ts';

/** A process, told from every other one of this machine or another, now or at another time. */
export interface ProcessMark {
  /** Machine and process space that `pid` is of; empty when that cannot be told. */
  readonly host: string;
  readonly pid: number;
  /** When it started, in the system's own words; empty where the system does not say. */
  readonly started: string;
}

/** This process. Never throws. */
export function thisProcess(): ProcessMark {
  const { pid } = process;
  return { host: thisHost(), pid, started: processFacts(pid)?.started ?? '' };
}

/**
 * Whether that process still runs. `unknown`: it is of another machine (or container, or boot), or
 * the system does not say when the process that has its number now has started; numbers are used
 * again, and in containers every start has the same one. Never throws.
 */
export function isAlive(mark: ProcessMark): 'alive' | 'dead' | 'unknown' {
  if (mark.host === '' || mark.host !== thisHost()) return 'unknown';
  if (!isRunning(mark.pid)) return 'dead';
  const facts = processFacts(mark.pid);
  if (facts === undefined || mark.started === '') return 'unknown';
  return facts.isOver || facts.started !== mark.started ? 'dead' : 'alive';
}

/** proc(5): the state is field 3 of /proc/PID/stat, the start in ticks since boot is field 22. */
function processFacts(
  pid: number,
): { readonly isOver: boolean; readonly started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 2 is the name of the program in parentheses, with any characters in it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = '', started = ''] = [fields[0], fields[19]];
    // A killed one keeps its number as a zombie until its parent asks how it ended.
    return /^\d+$/.test(started) ? { isOver: /^[ZXx]/.test(state), started } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Tells the process numbers of two machines, two containers or two boots apart. Without Linux's
 * /proc the hardware addresses of the network stand for the machine: when they change, the answer
 * is another host, whose processes nobody here takes for dead.
 */
function thisHost(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${hostname()} ${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    const cards = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    const macs = new Set(cards.filter(({ internal }) => !internal).map(({ mac }) => mac));
    return macs.size === 0 ? '' : [hostname(), ...[...macs].toSorted()].join(' ');
  }
}
