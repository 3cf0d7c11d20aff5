import type { Edition } from '../../editions/edition.ts';
import { runApart } from '../../kernel/apart/run-apart.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import type { GateFinding } from './finding.ts';
import type { InspectDependencies } from './inspect-sample.ts';

/** What the gate needs, and where it works. */
export interface GateDependencies extends InspectDependencies {
  /** Set in the service, where nothing may wait for the gate. Without it, this process inspects. */
  readonly inspect?: Inspect;
}

type Inspect = (
  newsletter: NewsletterSettings,
  edition: Edition,
) => Promise<readonly GateFinding[]>;

/**
 * What is wrong with an edition, as a subscriber would get it. Asks the servers of its links and SpamAssassin
 * if the settings of the gate say so. Throws only for a bug, and if a DKIM key cannot be read.
 */
export async function inspectEdition(
  deps: GateDependencies,
  newsletter: NewsletterSettings,
  edition: Edition,
): Promise<readonly GateFinding[]> {
  if (deps.inspect !== undefined) return deps.inspect(newsletter, edition);
  // It loads parsers of HTML and CSS, which takes longer than many commands.
  const { inspectSample } = await import('./inspect-sample.ts');
  return inspectSample(deps, newsletter, edition);
}

/** The program of the process of `inspectApart`. */
const PROGRAM = new URL('./inspect-process', import.meta.url);

/** Servers of links may take half a minute. */
const LIMIT_MS = 300_000;

/** What the process of `inspectApart` needs. */
export interface InspectOrder {
  readonly config: InspectDependencies['config'];
  /** ISO 8601 instant. */
  readonly now: string;
  readonly newsletter: NewsletterSettings;
  readonly edition: Edition;
}

/** `inspectEdition` in its own process. Throws the errors of `inspectEdition` and of `runApart`. */
export function inspectApart({ config, clock }: InspectDependencies, signal: AbortSignal): Inspect {
  return (newsletter, edition) => {
    const order: InspectOrder = { config, now: clock().toString(), newsletter, edition };
    return runApart(order, { program: PROGRAM, name: 'the gate', signal, limitMs: LIMIT_MS });
  };
}
