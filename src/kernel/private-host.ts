import ipaddr from 'ipaddr.js';

const PRIVATE = [
  'private',
  'loopback',
  'linkLocal',
  'uniqueLocal',
  'carrierGradeNat',
  'unspecified',
];

/** Whether an IP address is one of this machine or of a network at home or in an office. */
export function isPrivateAddress(ip: string): boolean {
  return ipaddr.isValid(ip) && PRIVATE.includes(ipaddr.process(ip).range());
}

/** Whether only this machine or its network knows the host of a URL (`URL.hostname`; RFC 6761, RFC 6762). */
export function isPrivateHost(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (ipaddr.isValid(name)) return isPrivateAddress(name);
  return !name.includes('.') || /\.(?:localhost|local|internal|lan|home\.arpa)$/i.test(name);
}
