import { type Dns, DnsFailure } from '../../kernel/dns.ts';
import { type Fault, failure, ok, type Result, resultOf, warning } from '../finding.ts';
import { spfRecords } from './spf.ts';
import { formatTags, parseTags } from './tags.ts';

/** A DMARC record (RFC 9989 §4.7), and the domain that has it. */
interface DmarcRecord {
  readonly domain: string;
  readonly tags: ReadonlyMap<string, string>;
}

/** What the DNS Tree Walk found for a domain (RFC 9989 §4.10). */
export interface DmarcWalk {
  readonly orgDomain: string;
  /** The record that applies to the domain: its own, or that of the organization, or of the suffix above. */
  readonly record?: DmarcRecord;
}

/** Domains of more labels are asked for themselves, and then from this many labels on. */
const MOST_LABELS = 7;

/** The names whose `_dmarc` is asked, at most eight. */
function namesToAsk(domain: string): readonly string[] {
  const labels = domain.split('.');
  const above = labels.slice(Math.max(1, labels.length - MOST_LABELS));
  return [domain, ...above.map((_, at) => above.slice(at).join('.'))];
}

/** The texts at a name that are meant as DMARC records. */
async function textsAt(dns: Dns, name: string): Promise<readonly string[]> {
  const texts = await dns.resolve(`_dmarc.${name}`, 'TXT');
  return texts.filter((text) => /^v\s*=\s*DMARC1\s*(;|$)/.test(text));
}

async function recordAt(dns: Dns, name: string): Promise<DmarcRecord | undefined> {
  const [text, ...others] = await textsAt(dns, name).catch((error: unknown) => {
    // A top-level domain has a record only if it says so for all below it. Some resolvers refuse to ask.
    if (error instanceof DnsFailure && !error.isUnreachable && !name.includes('.')) return [];
    throw error;
  });
  // Several records count as none.
  const tags = text === undefined || others.length > 0 ? undefined : parseTags(text);
  return tags && { domain: name, tags };
}

/** Walks up from `domain` (A-labels) to its organizational domain. Throws a `DnsFailure`. */
export async function walkTree(dns: Dns, domain: string): Promise<DmarcWalk> {
  const found: DmarcRecord[] = [];
  for (const name of namesToAsk(domain)) {
    const record = await recordAt(dns, name);
    if (record === undefined) continue;
    found.push(record);
    if (/^[yn]$/.test(record.tags.get('psd') ?? '')) break;
  }
  const orgDomain = orgDomainOf(domain, found);
  const at = (name: string) => found.find((record) => record.domain === name);
  const last = found.at(-1);
  const suffix = last?.tags.get('psd') === 'y' ? last : undefined;
  return { orgDomain, record: at(domain) ?? at(orgDomain) ?? suffix };
}

/** RFC 9989 §4.10.2. */
function orgDomainOf(domain: string, found: readonly DmarcRecord[]): string {
  const last = found.at(-1);
  if (last?.tags.get('psd') === 'y' && last.domain !== domain) {
    return domain
      .split('.')
      .slice(-last.domain.split('.').length - 1)
      .join('.');
  }
  return last?.domain ?? domain;
}

/** What authenticates mail from a domain. */
export interface Authenticated {
  /** The domains of the envelope senders. */
  readonly spf: readonly string[];
  /** The domains of the keys that sign; empty if a relay may sign with any. */
  readonly dkim: readonly string[];
}

/** Checks the policy for mail from `from` (RFC 9989). Throws a `DnsFailure`. */
export async function checkDmarc(dns: Dns, from: string): Promise<Result> {
  const { record, orgDomain } = await walkTree(dns, from);
  const start = new Map([
    ['v', 'DMARC1'],
    ['p', 'none'],
    ['rua', `mailto:postmaster@${orgDomain}`],
  ]);
  const texts = await textsAt(dns, from);
  if (record === undefined || (texts.length > 0 && record.domain !== from)) {
    const fact =
      texts.length > 1
        ? `there are ${texts.length} DMARC records, which count as none`
        : texts.length === 1
          ? 'the DMARC record cannot be read, or has a tag twice'
          : 'there is no DMARC record';
    const name = `_dmarc.${texts.length > 0 ? from : orgDomain}`;
    const value = formatTags(mend(parseTags(texts[0] ?? '') ?? start, start));
    return { ...failure(fact), record: { name, type: 'TXT', value } };
  }
  const { tags } = record;
  const policy = await policyFor(dns, from, record);
  const faults = [...faultsOf(record, from, policy), ...(await reportFaults(dns, record))];
  const mended = mend(tags, start);
  const where = record.domain === from ? '' : `, by the record of ${record.domain}`;
  const watching =
    policy === 'none' ? ' (reports only; change to quarantine when they look right)' : '';
  const isSame = formatTags(mended) === formatTags(tags);
  return resultOf(faults, `the policy is ${policy}${where}${watching}`, {
    ...(isSame
      ? {}
      : { record: { name: `_dmarc.${record.domain}`, type: 'TXT', value: formatTags(mended) } }),
  });
}

const POLICIES = ['none', 'quarantine', 'reject'];

function policyOf(tags: ReadonlyMap<string, string>, tag: string): string | undefined {
  return tags.get(tag)?.toLowerCase();
}

/** The policy that receivers apply to mail from `from`; `none` without a record. Throws a `DnsFailure`. */
export async function policyOfDomain(dns: Dns, from: string): Promise<string> {
  const { record } = await walkTree(dns, from);
  return record === undefined ? 'none' : policyFor(dns, from, record);
}

/** The policy that receivers apply (RFC 9989 §4.7): `p`, or `sp` or `np` of a domain above. t=y weakens it. */
async function policyFor(dns: Dns, from: string, { domain, tags }: DmarcRecord): Promise<string> {
  const p = policyOf(tags, 'p');
  const sp = policyOf(tags, 'sp') ?? p;
  const np = policyOf(tags, 'np') ?? sp;
  const policy = (domain === from ? p : (await exists(dns, from)) ? sp : np) ?? 'none';
  const level = Math.max(0, POLICIES.indexOf(policy));
  const weaker = tags.get('t')?.toLowerCase() === 'y' ? Math.max(0, level - 1) : level;
  return POLICIES[weaker] ?? 'none';
}

async function exists(dns: Dns, domain: string): Promise<boolean> {
  for (const type of ['MX', 'A', 'AAAA', 'TXT'] as const) {
    if ((await dns.resolve(domain, type)).length > 0) return true;
  }
  return false;
}

/** Tags of RFC 7489 that RFC 9989 removed (Appendix C). */
const REMOVED = ['pct', 'rf', 'ri'];

/** `policy`: what receivers apply. */
function faultsOf({ domain, tags }: DmarcRecord, from: string, policy: string): readonly Fault[] {
  const faults: Fault[] = [];
  const p = policyOf(tags, 'p');
  for (const tag of ['p', 'sp', 'np']) {
    const value = policyOf(tags, tag);
    if (value !== undefined && !POLICIES.includes(value)) {
      faults.push(failure(`${tag}=${value} is no policy; write none, quarantine or reject`));
    }
  }
  if (p === undefined) faults.push(warning('it has no p; older receivers ignore such a record'));
  for (const tag of REMOVED.filter((each) => tags.has(each))) {
    faults.push(warning(`${tag} is not read any more (RFC 9989)`));
  }
  if (tags.get('t')?.toLowerCase() === 'y') {
    faults.push(warning(`t=y says that you are testing: receivers apply ${policy}`));
  }
  const weaker = (tag: string) =>
    POLICIES.indexOf(policyOf(tags, tag) ?? 'reject') < POLICIES.indexOf(p ?? 'none');
  if (weaker('np')) {
    faults.push(
      warning('np is weaker than p: anybody can write from subdomains that do not exist'),
    );
  } else if (!tags.has('np') && weaker('sp')) {
    faults.push(warning('sp is weaker than p, also for subdomains that do not exist; add np'));
  }
  if (tags.get('psd')?.toLowerCase() === 'y' && domain === from) {
    faults.push(failure('psd=y says that strangers register domains below it; leave it out'));
  }
  return faults;
}

/** Reports to another organization need its consent (RFC 9990 §4). */
async function reportFaults(dns: Dns, { domain, tags }: DmarcRecord): Promise<readonly Fault[]> {
  const addresses = (tags.get('rua') ?? '').split(',').map((uri) => uri.trim().split('!')[0] ?? '');
  const hosts = addresses.flatMap((uri) => /^mailto:[^@]+@([^?]+)/i.exec(uri)?.[1] ?? []);
  if (hosts.length === 0)
    return [warning('nobody gets its reports; add rua=mailto: and an address')];
  const faults: Fault[] = [];
  const org = (name: string) => walkTree(dns, name).then(({ orgDomain }) => orgDomain);
  for (const host of new Set(hosts.map((each) => each.toLowerCase()))) {
    if ((await org(host)) === (await org(domain))) continue;
    const name = `${domain}._report._dmarc.${host}`;
    const texts = await dns.resolve(name, 'TXT');
    if (texts.some((text) => /^v\s*=\s*DMARC1/.test(text))) continue;
    faults.push(warning(`${host} does not accept its reports: ${name} has no TXT record v=DMARC1`));
  }
  return faults;
}

/** The record without its faults: what is missing or invalid as in `start`, and nothing that is not read. */
function mend(
  tags: ReadonlyMap<string, string>,
  start: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const p = policyOf(tags, 'p') ?? 'none';
  const kept = [...tags].filter(([tag, value]) => {
    if (REMOVED.includes(tag) || tag === 't' || (tag === 'psd' && value === 'y')) return false;
    if (tag === 'np') return POLICIES.indexOf(value.toLowerCase()) >= POLICIES.indexOf(p);
    return !['p', 'sp'].includes(tag) || POLICIES.includes(value.toLowerCase());
  });
  const isGoodRua = /^mailto:[^@]+@/i.test(tags.get('rua') ?? '');
  return new Map([...start, ...kept.filter(([tag]) => tag !== 'rua' || isGoodRua)]);
}

/**
 * Checks that what authenticates mail is of the same domain as `from`, or of the same organization, as
 * the record asks (RFC 9989 §4.4). One of SPF and DKIM suffices; a domain without an SPF record has none.
 * Throws a `DnsFailure`.
 */
export async function checkAlignment(
  dns: Dns,
  from: string,
  { spf, dkim }: Authenticated,
): Promise<Result> {
  const { record, orgDomain } = await walkTree(dns, from);
  const isAligned = async (domain: string, mode: string | undefined) =>
    domain === from ||
    (mode?.toLowerCase() !== 's' && (await walkTree(dns, domain)).orgDomain === orgDomain);
  const aligned = async (domains: readonly string[], tag: string) => {
    const all = await Promise.all(domains.map((each) => isAligned(each, record?.tags.get(tag))));
    return all.length > 0 && all.every((each) => each);
  };
  const records = await Promise.all(spf.map((domain) => spfRecords(dns, domain)));
  const recorded = spf.filter((_, at) => records[at]?.length === 1);
  const hasSpf = recorded.length === spf.length && (await aligned(spf, 'aspf'));
  const by = [
    ...(hasSpf ? [`SPF (${spf.join(', ')})`] : []),
    ...((await aligned(dkim, 'adkim')) ? [`DKIM (${dkim.join(', ')})`] : []),
  ];
  if (by.length > 0)
    return ok(`${by.join(' and ')} ${by.length > 1 ? 'are' : 'is'} of the domain of From`);
  const others = [...new Set([...recorded, ...dkim])].join(' and ');
  const fact =
    others === '' && spf.length > 0
      ? `${spf.join(' and ')} has no valid SPF record, and the config has no DKIM key: DMARC fails`
      : `the envelope and the signature are of ${others || 'the relay'}, not of the domain of From: DMARC fails`;
  // Without a key of ours, the relay may sign, which no record shows.
  const fault =
    dkim.length > 0 ? failure(fact) : warning(`${fact}, unless your relay signs for ${from}`);
  return { ...fault, remedy: `sign with a key of ${from}` };
}
