import { hostname } from 'node:os';
import { domainToASCII } from 'node:url';
import { isDomain } from './schema-values.ts';

/** Domain endings that the public DNS does not know (RFC 6761, RFC 6762, RFC 8375). */
const PRIVATE_NAME =
  /(^|\.)(local|localhost|localdomain|internal|intranet|lan|home|corp|private|arpa|test|invalid|example|onion|alt)$/;

/**
 * Returns our name for relays (EHLO, RFC 5321 §4.1.1.1): `email.name`, else the name of this machine,
 * else the domain of `publicUrl`, else the domain of the first sender. Skips names that a relay cannot
 * look up, if there is another one: relays refuse them (`reject_unknown_helo_hostname`). Examples are the
 * number of a container and an address literal.
 */
export function ehloName(options: {
  readonly name: string | undefined;
  readonly publicUrl: string;
  /** Addresses of `from`. */
  readonly senders: readonly string[];
  /** Default: the host name of the system. */
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
