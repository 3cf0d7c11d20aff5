import { domainOf, type EmailAddress } from '../kernel/email-address.ts';
import { BroadsheetError, EXIT } from '../kernel/errors.ts';
import { formatProblem, type Problem } from '../kernel/problem.ts';
import type { Config } from './config.ts';
import { type ParsedYaml, placeOf } from './config-problems.ts';
import type { ConfigFile } from './schema.ts';
import type { DkimSettings } from './settings.ts';

/**
 * The keys that sign mail from `sender`: those of its own domain, else those of a domain above or below
 * it. For DMARC, these are aligned (RFC 7489 §3.1.1).
 */
export function keysFor(
  sender: EmailAddress,
  keys: readonly DkimSettings[],
): readonly DkimSettings[] {
  const own = keys.filter(({ domain }) => domain === domainOf(sender));
  return own.length > 0 ? own : keys.filter(({ domain }) => isAligned(domain, domainOf(sender)));
}

/** Whether one domain is the other, or is above or below it. */
function isAligned(one: string, other: string): boolean {
  return isWithin(one, other) || isWithin(other, one);
}

function isWithin(domain: string, parent: string): boolean {
  return domain === parent || domain.endsWith(`.${parent}`);
}

/** A warning for each newsletter without a key, if others have one. A relay may sign its mail instead. */
export function newslettersWithoutKey({
  file,
  newsletters,
  dkim,
}: Pick<Config, 'file' | 'newsletters' | 'dkim'>): readonly (Problem & {
  readonly line: number;
})[] {
  const unsigned = newsletters.filter(({ from }) => keysFor(from.address, dkim).length === 0);
  return (dkim.length === 0 ? [] : unsigned).map(({ id, from }) => {
    const domain = domainOf(from.address);
    const message = `${id} is not signed: email.dkim has no key of ${domain}; make one with \`broadsheet dkim new --domain ${domain}\`, if your relay does not sign`;
    return { file, line: 1, message };
  });
}

/**
 * Throws a config error, with a line for each problem: a DKIM key that signs for no newsletter, two keys
 * at one place in the DNS, or an address for complaints in a domain that the signature does not speak
 * for (RFC 9477 §3.1).
 */
export function checkDkim(yaml: ParsedYaml, { email, newsletters }: ConfigFile): void {
  const senders = newsletters.map(({ from }) => domainOf(from.address));
  const names = email.dkim.map(({ domain, selector }) => `${selector}._domainkey.${domain}`);
  const problems = email.dkim.flatMap(({ domain }, index): readonly Problem[] => {
    const at = (option: string) => placeOf(yaml, ['email', 'dkim', index, option], 'value');
    const name = `email.dkim[${index}]`;
    if (!senders.some((sender) => isAligned(domain, sender))) {
      const message = `${name}.domain is ${domain}, and no newsletter is from an address there; DMARC needs the domain of from.address, or one above it`;
      return [{ ...at('domain'), message }];
    }
    if (names.indexOf(names[index] ?? '') === index) return [];
    return [
      { ...at('selector'), message: `${name}.selector is that of another key; choose another` },
    ];
  });
  for (const [index, { from, complaintAddress }] of newsletters.entries()) {
    const sender = domainOf(from.address);
    if (complaintAddress === undefined || isWithin(domainOf(complaintAddress), sender)) continue;
    const place = placeOf(yaml, ['newsletters', index, 'complaintAddress'], 'value');
    const message = `newsletters[${index}].complaintAddress is not in the domain of from.address; use an address in ${sender} or below it`;
    problems.push({ ...place, message });
  }
  if (problems.length === 0) return;
  throw new BroadsheetError(EXIT.config, problems.map(formatProblem).join('\n'));
}
