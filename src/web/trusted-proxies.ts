import { BlockList, isIP } from 'node:net';

/**
 * Returns a function that checks an address of a connection or from X-Forwarded-For: is it in `networks`?
 * These are addresses, or CIDR like `10.0.0.0/8`; the config has checked them. IPv4 written as IPv6
 * counts as IPv4.
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
