import { domainOf, type EmailAddress } from './email-address.ts';

/** `ada@example.org` as `a…@example.org`: its owner recognizes it, and others do not learn it. */
export function maskAddress(address: EmailAddress): string {
  const [first = ''] = address;
  return `${first}…@${domainOf(address)}`;
}
