import type { Edition } from '../../editions/edition.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';

/** What the gate checks, in the order in which findings are shown. */
export const GATE_CHECKS = [
  'size',
  'headers',
  'subject',
  'text',
  'unsubscribe',
  'placeholders',
  'links',
  'pictures',
  'contrast',
  'support',
  'spam',
] as const;

export type GateCheck = (typeof GATE_CHECKS)[number];

/** Something wrong with an edition as it would be sent. */
export interface GateFinding {
  readonly check: GateCheck;
  /** `error`: it is not sent unless an editor forces it. */
  readonly level: 'error' | 'warning';
  /** A phrase without a full stop, and what to do, in the same form. */
  readonly fact: string;
  readonly remedy: string;
}

/** One line: `contrast  the fact; the remedy`. */
export function formatFinding({ check, fact, remedy }: GateFinding): string {
  return `${check}  ${fact}; ${remedy}`;
}

/** The errors among them: with one, the edition is not sent. */
export function errorsOf(findings: readonly GateFinding[]): readonly GateFinding[] {
  return findings.filter(({ level }) => level === 'error');
}

/** Why an edition may not be sent, a phrase, and how to go on; undefined if it may. */
export function whyHeld(newsletter: string, findings: readonly GateFinding[]): string | undefined {
  const errors = errorsOf(findings);
  const [first] = errors;
  if (first === undefined) return undefined;
  const { check, fact } = first;
  const more = errors.length - 1;
  const others = more === 0 ? '' : `, and ${more} more ${more === 1 ? 'error' : 'errors'}`;
  return `its edition does not pass the gate: ${fact.slice(0, 150)} (${check})${others}; ${remedyFor(newsletter)}`;
}

/** Throws a data error with a line for each error, if there are any. */
export function assertPasses(
  { id, newsletter }: Pick<Edition, 'id' | 'newsletter'>,
  findings: readonly GateFinding[],
): void {
  const errors = errorsOf(findings);
  if (errors.length === 0) return;
  const lines = [
    `${id}  does not pass the gate; ${remedyFor(newsletter)}`,
    ...errors.map(formatFinding),
  ];
  throw new BroadsheetError(EXIT.data, lines.join('\n'));
}

function remedyFor(newsletter: string): string {
  return `correct it, or send it anyway with \`broadsheet send ${newsletter} --force\``;
}

/** `first, second and 3 more`. */
export function listed(names: readonly string[], most = 3): string {
  const more = names.length - most;
  const shown = names.slice(0, most).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}
