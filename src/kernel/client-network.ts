import ipaddr from 'ipaddr.js';

/** Most clients: each request asks about its own, and parsing takes ten times as long. */
const PLAIN_IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/**
 * The unit that limits and budgets count: an IPv4 address as it is, also if it is written as IPv6
 * (`::ffff:192.0.2.1`), and the /64 of an IPv6 address (`2001:db8:0:1::/64`). One household or one server
 * has at least a /64 (RFC 6177). Text that is not an address (a proxy may say `unknown`) counts as one
 * client.
 */
export function clientNetwork(ip: string): string {
  if (PLAIN_IPV4.test(ip)) return ip;
  const address = addressOf(ip);
  if (address === undefined) return 'unknown';
  return address instanceof ipaddr.IPv6 ? networkOf(address, 64) : address.toString();
}

/** A network that may send `times` as many requests as one client. */
export interface WiderNetwork {
  readonly network: string;
  readonly times: number;
}

/**
 * The networks around an IPv6 client that one customer may own completely (RFC 6177 §2): its /56 and its
 * /48. A /48 has 65,536 client networks. An IPv4 client has none.
 */
export function widerNetworks(ip: string): readonly WiderNetwork[] {
  if (PLAIN_IPV4.test(ip)) return [];
  const address = addressOf(ip);
  if (!(address instanceof ipaddr.IPv6)) return [];
  return [
    { network: networkOf(address, 56), times: 2 },
    { network: networkOf(address, 48), times: 5 },
  ];
}

function addressOf(ip: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  // Azure's gateway adds the port.
  const bare = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(ip)?.[1] ?? ip;
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare);
  return isAddress ? ipaddr.process(bare) : undefined;
}

function networkOf(address: ipaddr.IPv6, bits: number): string {
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/${bits}`)}/${bits}`;
}
