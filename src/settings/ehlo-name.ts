import { hostname } from 'node:os';
import { domainToASCII } from 'node:url';
import { isDomain } from './schema-values.ts';

/** Ends of names that the domain name system of the internet does not know (RFC 6761, RFC 6762, RFC 8375). */
const PRIVATE_NAME =
  /(^|\.)(local|localhost|localdomain|internal|intranet|lan|home|corp|private|arpa|test|invalid|example|onion|alt)$/;

/**
 * Returns what we call ourselves at relays (EHLO, RFC 5321 §4.1.1.1): `email.name`, else the name of
 * this machine, else the domain of `publicUrl`, else that of the first sender. A name that no relay can
 * look up is passed over where there is another: relays refuse it (`reject_unknown_helo_hostname`).
 * The container's own number or an address literal is such a name.
 */
export function ehloName(options: {
  readonly name: string | undefined;
  readonly publicUrl: string;
  /** Addresses of `from`. */
  readonly senders: readonly string[];
  /** Default: what the system says. */
  readonly machine?: string;
}): string {
  const { name, publicUrl, senders, machine = hostname() } = options;
  if (name !== undefined) return name;
  const domains = senders.map((sender) => sender.slice(sender.lastIndexOf('@') + 1));
  const names = [machine, new URL(publicUrl).hostname, ...domains]
    .map((each) => each.toLowerCase())
    .filter((each) => each.includes('.') && isDomain(each));
  const known = names.find((each) => !PRIVATE_NAME.test(each));
  return domainToASCII(known ?? names.at(-1) ?? 'localhost.localdomain');
}
