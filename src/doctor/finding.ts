/** What the findings are about, in the order in which they are shown. */
export const GROUPS = [
  'DNS',
  'relay',
  'service',
  'machine',
  'database',
  'privacy',
  'books',
] as const;

export type Group = (typeof GROUPS)[number];

/** From the best to the worst. */
export const LEVELS = ['ok', 'warning', 'failure'] as const;

export type Level = (typeof LEVELS)[number];

/** A record as it has to be put into the DNS. */
export interface DnsRecord {
  readonly name: string;
  readonly type: 'A' | 'MX' | 'PTR' | 'TXT';
  readonly value: string;
}

/** The result of one check. */
export interface Finding {
  readonly group: Group;
  /** The domain, relay or newsletter, if there may be several. */
  readonly of?: string;
  /** A word or two: `SPF`. */
  readonly check: string;
  readonly level: Level;
  /** One sentence without its full stop. */
  readonly fact: string;
  /** What to do, in the same form. */
  readonly remedy?: string;
  /** The record to set. */
  readonly record?: DnsRecord;
}

/** What a check found, before its caller adds what it was about. */
export type Result = Pick<Finding, 'level' | 'fact' | 'remedy' | 'record'>;

export function ok(fact: string): Result {
  return { level: 'ok', fact };
}

/** Something that is wrong. */
export interface Fault {
  readonly level: 'warning' | 'failure';
  readonly fact: string;
}

export function warning(fact: string): Fault {
  return { level: 'warning', fact };
}

export function failure(fact: string): Fault {
  return { level: 'failure', fact };
}

/** One result of all faults, as bad as the worst of them; without any, `fine` is the fact. */
export function resultOf(
  faults: readonly Fault[],
  fine: string,
  remedy: Pick<Finding, 'remedy' | 'record'> = {},
): Result {
  if (faults.length === 0) return ok(fine);
  const isFailure = faults.some(({ level }) => level === 'failure');
  const fact = faults.map((fault) => fault.fact).join('; ');
  return { level: isFailure ? 'failure' : 'warning', fact, ...remedy };
}
