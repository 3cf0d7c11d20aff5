import { BlockList, isIP } from 'node:net';

/**
 * Says of the address of a connection, or of one that X-Forwarded-For names, whether it is in
 * `networks` (addresses, or CIDR like `10.0.0.0/8`, as the config has checked). IPv4 written as
 * IPv6 counts as IPv4.
 */
export function trustedProxies(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = familyOf(address);
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
