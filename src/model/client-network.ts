import ipaddr from 'ipaddr.js';

/** So much of an IPv6 address belongs to one household or one server. RFC 6177. */
const IPV6_PREFIX_BITS = 64;

/**
 * Whom limits and budgets count by: an IPv4 address as it is, also where it is written as IPv6
 * (`::ffff:192.0.2.1`), and of an IPv6 address its /64 (`2001:db8:0:1::/64`). What is no address
 * (a proxy may say `unknown`) is counted as one client.
 */
export function clientNetwork(ip: string): string {
  // Azure's gateway adds the port.
  const bare = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(ip)?.[1] ?? ip;
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare);
  if (!isAddress) return 'unknown';
  const address = ipaddr.process(bare);
  if (!(address instanceof ipaddr.IPv6)) return address.toString();
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address}/${IPV6_PREFIX_BITS}`);
  return `${network}/${IPV6_PREFIX_BITS}`;
}
