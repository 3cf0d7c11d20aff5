import { spf } from 'mailauth/lib/spf/index.js';
import type { Dns } from '../../kernel/dns.ts';
import {
  type DnsRecord,
  type Fault,
  failure,
  ok,
  type Result,
  resultOf,
  warning,
} from '../finding.ts';
import { providerOf } from './providers.ts';

/** A relay as SPF sees it. */
export interface SendingRelay {
  readonly host: string;
  /** The addresses of the host, or of this machine if the relay runs on it. It may send from others. */
  readonly addresses: readonly string[];
}

/** An address that no machine has (RFC 7600): evaluating it reads the record to its end. */
const NOBODY = '192.0.0.8';

/** The SPF records of `domain`: more than one count as none. Throws a `DnsFailure`. */
export async function spfRecords(dns: Dns, domain: string): Promise<readonly string[]> {
  const texts = await dns.resolve(domain, 'TXT');
  return texts.filter((text) => /^v=spf1( |$)/i.test(text));
}

/**
 * Checks the SPF record of `domain`, the domain of the envelope sender (RFC 7208): one valid record
 * within the limits of lookups, which permits each relay. Throws a `DnsFailure`.
 */
export async function checkSpf(
  dns: Dns,
  domain: string,
  relays: readonly SendingRelay[],
): Promise<Result> {
  const records = await spfRecords(dns, domain);
  const [text, ...others] = records;
  const record = (value: string): DnsRecord => ({ name: domain, type: 'TXT', value });
  const missing = relays.flatMap(termsOfRelay);
  const own = relays.filter(({ host }) => {
    const provider = providerOf(host);
    return provider !== undefined && provider.include === undefined;
  });
  const ownHosts = own.map(({ host }) => host).join(' and ');
  if (text === undefined) {
    const fact = 'there is no SPF record';
    if (relays.length > 0 && own.length === relays.length) {
      return ok(`there is none, and none is needed: the envelope of ${ownHosts} has its own`);
    }
    const remedy = 'set one with the addresses that your relay sends from: v=spf1 ip4:ADDRESS ~all';
    if (missing.length === 0) return { ...failure(fact), remedy };
    // Elsewhere, a provider may send with a domain of its own, or with a subdomain that has a record.
    const isOurs = relays.some(({ host }) => providerOf(host)?.replacesSender !== true);
    const fault = isOurs ? failure(fact) : warning(fact);
    return { ...fault, record: record(addTerms('v=spf1 ~all', missing)) };
  }
  if (others.length > 0) {
    const fact = `there are ${records.length} SPF records, and receivers then use none of them (RFC 7208 §4.5)`;
    const terms = others.flatMap((other) => termsOf(other).slice(1).filter(isMechanism));
    const remedy = 'delete them, and set one with the content of all';
    return { ...failure(fact), remedy, record: record(addTerms(text, terms)) };
  }
  const everyone = await evaluate(dns, domain, NOBODY);
  const faults = [...faultsOf(everyone)];
  const terms: string[] = [];
  const permitted: string[] = [];
  if (everyone.result !== 'permerror') {
    for (const relay of relays) {
      const fault = await relayFault(dns, domain, relay, everyone.asked);
      if (fault === undefined) {
        if (!own.includes(relay)) permitted.push(relay.host);
      } else {
        faults.push(fault);
        terms.push(...termsOfRelay(relay));
      }
    }
  }
  const beside = own.length === 0 ? '' : `; the envelope of ${ownHosts} has its own`;
  const fine = `permits ${permitted.join(' and ') || 'what it lists'}, with ${everyone.lookups} of at most 10 lookups${beside}`;
  const isOpen = everyone.result === 'pass' || everyone.result === 'neutral';
  if (terms.length === 0 && !isOpen) return resultOf(faults, fine);
  return resultOf(faults, fine, { record: record(addTerms(text, terms)) });
}

interface Evaluation {
  readonly result: string;
  /** Why, for `permerror`. */
  readonly reason: string;
  readonly lookups: number;
  /** The names whose TXT records were read: those of includes and redirects, and the first. */
  readonly asked: readonly string[];
}

async function evaluate(dns: Dns, domain: string, ip: string): Promise<Evaluation> {
  const asked: string[] = [];
  let thrown: unknown;
  const resolver = async (name: string, type: string) => {
    if (type === 'TXT') asked.push(name.toLowerCase());
    const found = await dns.resolve(name, type as 'TXT').catch((error: unknown) => {
      thrown ??= error;
      throw error;
    });
    if (found.length > 0) return type === 'TXT' ? found.map((text) => [text]) : [...found];
    throw Object.assign(new Error('no record'), { code: 'ENODATA' });
  };
  const sender = `newsletter@${domain}`;
  const { status, lookups } = await spf({ sender, ip, helo: domain, resolver, strict: true });
  // The library takes a resolver that does not answer for a result.
  if (thrown !== undefined) throw thrown;
  // "this-machine: permanent error in processing during lookup of x@paper.example: REASON"
  const reason = String(status.comment ?? '').replace(/^.* lookup of \S+: /, '');
  return { result: status.result, reason, lookups: lookups?.count ?? 0, asked };
}

function faultsOf({ result, reason, lookups }: Evaluation): readonly Fault[] {
  if (result === 'permerror') {
    const limit = /Too many DNS requests/i.test(reason)
      ? 'it needs more than 10 lookups (RFC 7208 §4.6.4)'
      : /Too many void/i.test(reason)
        ? 'it looks up more than two names that have no records (RFC 7208 §4.6.4)'
        : reason;
    return [failure(`the record is invalid, and receivers ignore it: ${limit}`)];
  }
  if (result === 'pass') return [failure('it permits every machine in the world to send')];
  if (result === 'neutral')
    return [warning('it forbids nobody: it has no ~all or -all at its end')];
  if (lookups > 8) return [warning(`it needs ${lookups} of at most 10 lookups`)];
  return [];
}

async function relayFault(
  dns: Dns,
  domain: string,
  relay: SendingRelay,
  asked: readonly string[],
): Promise<Fault | undefined> {
  const { host, addresses } = relay;
  const provider = providerOf(host);
  if (provider !== undefined) {
    const { include } = provider;
    if (include === undefined || asked.includes(include)) return undefined;
    const fact = `it does not include ${include}, from where ${host} sends`;
    return provider.replacesSender
      ? warning(`${fact}, unless the provider uses a domain of its own for bounces`)
      : failure(fact);
  }
  if (asked.some((name) => name !== domain && isSameSite(name, host))) return undefined;
  const refused: string[] = [];
  for (const ip of addresses) {
    if ((await evaluate(dns, domain, ip)).result !== 'pass') refused.push(ip);
  }
  if (addresses.length > 0 && refused.length === 0) return undefined;
  const what = refused.length > 0 ? `${refused.join(', ')} of ${host}` : host;
  return warning(
    `it does not permit ${what}; if the relay sends from other addresses, ask its provider what to include`,
  );
}

/** Whether the two names probably belong to one provider: `_spf.mail.example` and `smtp.mail.example`. */
function isSameSite(one: string, other: string): boolean {
  const site = (name: string) => name.toLowerCase().split('.').slice(-2).join('.');
  return site(one) === site(other);
}

function termsOfRelay({ host, addresses }: SendingRelay): readonly string[] {
  const provider = providerOf(host);
  if (provider !== undefined) {
    return provider.include === undefined ? [] : [`include:${provider.include}`];
  }
  return addresses.map((ip) => `${ip.includes(':') ? 'ip6' : 'ip4'}:${ip}`);
}

function termsOf(record: string): string[] {
  return record.split(/ +/).filter((term) => term !== '');
}

function isMechanism(term: string): boolean {
  return !/^([?~+-]?all$|redirect=|exp=)/i.test(term);
}

/** The record with `terms` that it does not have, and an end that forbids the others. */
function addTerms(record: string, terms: readonly string[]): string {
  const all = termsOf(record);
  const first = all.findIndex((term) => !isMechanism(term));
  const [head, tail] = first < 0 ? [all, []] : [all.slice(0, first), all.slice(first)];
  const added = terms.filter((term) => !head.includes(term));
  const isOpen = tail.length === 0 || tail.some((term) => /^[?+]?all$/i.test(term));
  const end = isOpen ? ['~all', ...tail.filter((term) => !/^[?+]?all$/i.test(term))] : tail;
  return [...head, ...added, ...end].join(' ');
}
