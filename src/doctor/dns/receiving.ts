import ipaddr from 'ipaddr.js';
import { parsePolicy, validateMx } from 'mailauth/lib/mta-sts.js';
import type { Dns } from '../../kernel/dns.ts';
import { reasonOf } from '../../kernel/errors.ts';
import {
  type DnsRecord,
  type Fault,
  failure,
  ok,
  type Result,
  resultOf,
  warning,
} from '../finding.ts';
import { policyOfDomain } from './dmarc.ts';
import { parseTags } from './tags.ts';

/** The mail servers of a domain, best first; null MX: none on purpose (RFC 7505). */
async function serversOf(dns: Dns, domain: string): Promise<readonly string[] | 'null MX'> {
  const records = await dns.resolve(domain, 'MX');
  const hosts = records
    .toSorted((one, other) => one.priority - other.priority)
    .map(({ exchange }) => exchange.replace(/\.$/, ''));
  return hosts.includes('') ? 'null MX' : hosts;
}

/** The addresses of a host, IPv4 first. Throws a `DnsFailure`. */
export async function addressesOf(dns: Dns, host: string): Promise<readonly string[]> {
  const found = await Promise.all([dns.resolve(host, 'A'), dns.resolve(host, 'AAAA')]);
  return found.flat();
}

/** Checks that mail to `domain` arrives: `purposes` says which mail. Throws a `DnsFailure`. */
export async function checkMx(
  dns: Dns,
  domain: string,
  purposes: readonly string[],
): Promise<Result> {
  const servers = await serversOf(dns, domain);
  const what = purposes.join(', ');
  const remedy = `set the name of the server that receives ${what}`;
  const record = { name: domain, type: 'MX', value: `10 mail.${domain}.` } as const;
  if (servers === 'null MX') {
    const fact = `it says that it receives no mail (null MX), so ${what} cannot arrive, and many servers refuse mail from it`;
    return { ...failure(fact), remedy, record };
  }
  if (servers.length === 0) {
    const hasAddress = (await addressesOf(dns, domain)).length > 0;
    const fault = hasAddress
      ? warning(`it has no MX record: ${what} go to the server of the website`)
      : failure(`it has no MX record and no address: ${what} cannot arrive`);
    return { ...fault, remedy, record };
  }
  const dead: string[] = [];
  for (const host of servers) if ((await addressesOf(dns, host)).length === 0) dead.push(host);
  const isAll = dead.length === servers.length;
  const fact = `${dead.join(', ')} ${dead.length === 1 ? 'has' : 'have'} no address`;
  const faults = dead.length === 0 ? [] : [isAll ? failure(fact) : warning(fact)];
  return resultOf(
    faults,
    `${servers.join(', ')} ${servers.length === 1 ? 'gets' : 'get'} ${what}`,
    {
      remedy: 'correct the MX records, or add an A record for the host',
    },
  );
}

/** Returns the text at a URL. Throws an error that says why there is none. */
export type FetchPolicy = (dns: Dns, host: string, path: string) => Promise<string>;

/** Checks the policy that mail to `domain` comes over TLS (RFC 8461). Optional. Throws a `DnsFailure`. */
export async function checkMtaSts(
  dns: Dns,
  domain: string,
  fetchPolicy: FetchPolicy,
): Promise<Result> {
  const texts = (await dns.resolve(`_mta-sts.${domain}`, 'TXT')).filter((text) =>
    /^v=STSv1\s*;/.test(text),
  );
  const [text, ...others] = texts;
  if (text === undefined) return ok('there is none; it is optional, and protects mail to you');
  const faults: Fault[] = [];
  const record = { name: `_mta-sts.${domain}`, type: 'TXT', value: 'v=STSv1; id=1' } as const;
  if (others.length > 0)
    faults.push(failure(`there are ${texts.length} records, which count as none`));
  else if (!/^v=STSv1\s*;\s*id=[A-Za-z0-9]{1,32}\s*(;|$)/.test(text)) {
    faults.push(failure('the record has no valid id'));
  }
  if (faults.length > 0) return resultOf(faults, '', { record });
  try {
    const policy = parsePolicy(await fetchPolicy(dns, `mta-sts.${domain}`, POLICY_PATH), {
      strict: true,
    });
    const servers = await serversOf(dns, domain);
    const hosts = servers === 'null MX' ? [] : servers;
    const left = hosts.filter((host) => !validateMx(host, policy).valid);
    if (left.length > 0) {
      const fact = `the policy does not name ${left.join(', ')}`;
      faults.push(
        policy.mode === 'enforce' ? failure(`${fact}: mail does not arrive`) : warning(fact),
      );
    }
    return resultOf(faults, `the policy is ${policy.mode}`, {
      remedy: `name each MX host in https://mta-sts.${domain}${POLICY_PATH}, and change the id of the record`,
    });
  } catch (error) {
    const fact = `https://mta-sts.${domain}${POLICY_PATH} has no valid policy: ${reasonOf(error)}`;
    return { ...warning(fact), remedy: 'publish the policy, or delete the record' };
  }
}

const POLICY_PATH = '/.well-known/mta-sts.txt';

/** Checks where reports about TLS go (RFC 8460). Optional. Throws a `DnsFailure`. */
export async function checkTlsReports(dns: Dns, domain: string): Promise<Result> {
  const name = `_smtp._tls.${domain}`;
  const texts = (await dns.resolve(name, 'TXT')).filter((text) => /^v=TLSRPTv1\s*;/.test(text));
  const [text, ...others] = texts;
  const value = `v=TLSRPTv1; rua=mailto:postmaster@${domain}`;
  const record = { name, type: 'TXT', value } as const;
  if (text === undefined) {
    const hasPolicy = (await dns.resolve(`_mta-sts.${domain}`, 'TXT')).length > 0;
    if (!hasPolicy) return ok('there is none; it is optional');
    return { ...warning('nobody reports if the MTA-STS policy fails'), record };
  }
  const faults = [
    ...(others.length > 0
      ? [warning(`there are ${texts.length} records, which count as none`)]
      : []),
    ...(/;\s*rua\s*=\s*(mailto:[^@\s]+@|https:\/\/)/.test(text)
      ? []
      : [warning('it names no address (rua)')]),
  ];
  return resultOf(faults, 'reports about TLS go to the address in its record', { record });
}

/** Checks the logo of a domain, if there is one (BIMI). Throws a `DnsFailure`. */
export async function checkBimi(dns: Dns, domain: string): Promise<Result | undefined> {
  const texts = await dns.resolve(`default._bimi.${domain}`, 'TXT');
  const text = texts.find((each) => /^v=BIMI1\s*;/i.test(each));
  if (text === undefined) return undefined;
  const tags = parseTags(text);
  const logo = tags?.get('l') ?? '';
  if (tags !== undefined && logo === '' && !tags.get('a'))
    return ok('the domain declines to have a logo');
  const faults = [
    ...(/^https:\/\/\S+\.svgz?$/i.test(logo) ? [] : [warning('l is no https address of an SVG')]),
    ...(tags?.get('a')
      ? []
      : [warning('a names no certificate: Gmail and Apple Mail show no logo')]),
    ...((await policyOfDomain(dns, domain)) === 'none'
      ? [warning('receivers show no logo while the DMARC policy is none')]
      : []),
  ];
  return resultOf(faults, `the logo is ${logo}`);
}

/**
 * Checks that the name of each address leads back to it (RFC 1912 §2.1): receivers refuse mail from
 * machines without. `host` is the name that the machine greets with. Throws a `DnsFailure`.
 */
export async function checkPtr(
  dns: Dns,
  host: string,
  addresses: readonly string[],
): Promise<Result> {
  if (addresses.length === 0) {
    const fact = `${host}, the name of this machine for other servers, has no public address`;
    const remedy = 'set email.name to a name that has one, or set its record';
    return {
      ...warning(fact),
      remedy,
      record: { name: host, type: 'A', value: 'the IP address of this machine' },
    };
  }
  const faults: Fault[] = [];
  let record: DnsRecord | undefined;
  for (const address of addresses) {
    const names = await dns.resolve(reverseNameOf(address), 'PTR');
    const forward = await Promise.all(names.map((name) => addressesOf(dns, name)));
    if (forward.some((found) => found.includes(address))) continue;
    const fact =
      names.length === 0
        ? `${address} has no PTR record`
        : `${address} is called ${names.join(', ')}, which has another address`;
    faults.push(warning(fact));
    record ??= { name: reverseNameOf(address), type: 'PTR', value: `${host}.` };
  }
  return resultOf(faults, `${addresses.join(', ')} and their names lead to each other`, {
    remedy: 'if the relay on this machine delivers itself, let your provider set it',
    record,
  });
}

/** The name of an address for PTR records (RFC 1035 §3.5, RFC 3596 §2.5). */
function reverseNameOf(address: string): string {
  const parsed = ipaddr.parse(address);
  if (parsed.kind() === 'ipv4')
    return `${parsed.toByteArray().toReversed().join('.')}.in-addr.arpa`;
  const digits = parsed
    .toByteArray()
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  return `${[...digits].toReversed().join('.')}.ip6.arpa`;
}
