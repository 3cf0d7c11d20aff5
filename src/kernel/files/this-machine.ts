import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { isRunning } from '../is-running.ts';

/** Identifies a process among all processes of all machines, at any time. */
export interface ProcessMark {
  /** Machine and process namespace of `pid`; empty if unknown. */
  readonly host: string;
  readonly pid: number;
  /** The start time in the system's own format; empty if the system does not report it. */
  readonly started: string;
}

/** This process. Never throws. */
export function thisProcess(): ProcessMark {
  const { pid } = process;
  return { host: thisHost(), pid, started: processFacts(pid)?.started ?? '' };
}

/**
 * Whether that process still runs. `unknown`: it belongs to another machine (or container, or boot), or
 * the system does not report the start time of the process that now has its number. Numbers are reused,
 * and in containers every start has the same one. Never throws.
 */
export function isAlive(mark: ProcessMark): 'alive' | 'dead' | 'unknown' {
  if (mark.host === '' || mark.host !== thisHost()) return 'unknown';
  if (!isRunning(mark.pid)) return 'dead';
  const facts = processFacts(mark.pid);
  if (facts === undefined || mark.started === '') return 'unknown';
  return facts.isOver || facts.started !== mark.started ? 'dead' : 'alive';
}

/** proc(5): in /proc/PID/stat the state is field 3, and the start in ticks since boot is field 22. */
function processFacts(
  pid: number,
): { readonly isOver: boolean; readonly started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 2 is the name of the program in parentheses, and may contain any characters.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = '', started = ''] = [fields[0], fields[19]];
    // A killed process keeps its number as a zombie until its parent reads the exit status.
    return /^\d+$/.test(started) ? { isOver: /^[ZXx]/.test(state), started } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Distinguishes the process numbers of two machines, two containers or two boots. Without Linux's /proc,
 * the hardware addresses of the network identify the machine. If they change, it counts as another host,
 * whose processes are never assumed dead here.
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

/** A permanent identification of this machine: no other machine has the same `id`. */
export interface MachineMark {
  readonly id: string;
  /** The name for people. */
  readonly name: string;
  /** A container that gets a new name at every start, unless BROADSHEET_MACHINE names it. */
  readonly changesItsName: boolean;
}

/**
 * This machine: by `given` (BROADSHEET_MACHINE), else by the system's machine-id(5), hashed because it
 * must not be published, else by the host name. Never throws.
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
    // A Mac's host name changes with its network.
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
