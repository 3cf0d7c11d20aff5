import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { isRunning } from '../is-running.ts';

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

/** Which machine this is, for good: `id` is another on every other machine. */
export interface MachineMark {
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  /** A container that is called something else at every start, unless BROADSHEET_MACHINE names it. */
  readonly changesItsName: boolean;
}

/**
 * This machine: as `given` (BROADSHEET_MACHINE) says, else by the system's own mark (machine-id(5),
 * which is not to be shown to anyone, so a hash of it), else by the name of the host. Never throws.
 */
export function thisMachine(given: string | undefined): MachineMark {
  if (given !== undefined) return { id: `given ${given}`, name: given, changesItsName: false };
  const name = hostname();
  const system = systemMark();
  if (system === '') {
    // Docker and Podman name a container by twelve digits of its random id.
    return { id: `host ${name}`, name, changesItsName: /^[0-9a-f]{12}$/.test(name) };
  }
  const hash = createHash('sha256').update(`broadsheet ${system}`).digest('hex').slice(0, 32);
  return { id: `system ${hash}`, name, changesItsName: false };
}

function systemMark(): string {
  for (const file of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    const text = readOr(file, '').trim();
    if (/^[0-9a-f]{32}$/.test(text)) return text;
  }
  if (process.platform !== 'darwin') return '';
  try {
    // A Mac's host name changes with the network that it is on.
    const command = ['-rd1', '-c', 'IOPlatformExpertDevice'];
    const text = execFileSync('/usr/sbin/ioreg', command, { encoding: 'utf8', timeout: 5000 });
    return /"IOPlatformUUID" = "([^"]+)"/.exec(text)?.[1] ?? '';
  } catch {
    return '';
  }
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}
