import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ipaddr from 'ipaddr.js';
import type { Store } from '../database/open-store.ts';
import { readKey } from '../delivery/message/dkim-keys.ts';
import { isThisMachine, parseRelayUrl } from '../delivery/relay/parse-relay-url.ts';
import type { OpenRelay } from '../delivery/relay/relay.ts';
import type { AskService } from '../delivery/run/ask-service.ts';
import type { Clock } from '../kernel/clock.ts';
import { type Dns, DnsFailure } from '../kernel/dns.ts';
import { domainOf, type EmailAddress } from '../kernel/email-address.ts';
import { reasonOf } from '../kernel/errors.ts';
import { trackedByGit } from '../kernel/files/tracked-by-git.ts';
import { isPrivateAddress } from '../kernel/private-host.ts';
import { checkPrivacy, sqliteFile } from '../recovery/check-privacy.ts';
import type { Config } from '../settings/config.ts';
import { keysFor } from '../settings/dkim.ts';
import { environmentWithout } from '../settings/environment.ts';
import { relayVariable } from '../settings/relay-accounts.ts';
import { RELAY_PRESETS } from '../settings/relay-presets.ts';
import type { NewsletterSettings, RelayAccount } from '../settings/settings.ts';
import * as database from './check-database.ts';
import {
  checkModes,
  checkZoneData,
  type PrivateFile,
  roomAt,
  roomResult,
} from './check-machine.ts';
import { checkClock, checkLinks } from './check-service.ts';
import { checkDkim } from './dns/dkim.ts';
import { checkAlignment, checkDmarc } from './dns/dmarc.ts';
import { providerOf } from './dns/providers.ts';
import * as receiving from './dns/receiving.ts';
import { checkSpf, type SendingRelay } from './dns/spf.ts';
import {
  type Finding,
  failure,
  GROUPS,
  type Level,
  ok,
  type Result,
  resultOf,
  warning,
} from './finding.ts';
import { probeRelay } from './probe-relay.ts';

/** Everything that was found. */
export interface DoctorReport {
  readonly findings: readonly Finding[];
  readonly counts: Readonly<Record<Level, number>>;
}

/** The database, or why there is none. */
export type FoundDatabase =
  | { readonly store: Store }
  | { readonly trouble: string }
  /** It will be made. */
  | 'missing';

export interface DoctorDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly database: FoundDatabase;
  readonly dns: Dns;
  readonly askService: AskService;
  readonly openRelay: OpenRelay;
  readonly fetchPolicy: receiving.FetchPolicy;
  /** Turns an absolute path into what a user would type. */
  readonly nameOf: (path: string) => string;
}

/** Checks that are not done by then are findings as well. */
const LIMIT_MS = 30_000;

/** One check; `run` returns nothing if there is nothing to say. */
interface Check extends Pick<Finding, 'group' | 'of' | 'check'> {
  readonly run: () => Promise<Result | undefined> | Result | undefined;
}

/**
 * Checks everything that `newsletters` need to be delivered, side by side and within half a minute.
 * Changes nothing, and sends no mail. Never throws for what it finds.
 */
export async function examine(
  deps: DoctorDependencies,
  newsletters: readonly NewsletterSettings[],
): Promise<DoctorReport> {
  const { dns } = deps;
  const { promise: late, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => resolve('late'), LIMIT_MS);
  const checks = [
    ...checksOfDns(deps, newsletters),
    ...checksOfService(deps),
    ...checksOfMachine(deps),
    ...checksOfDatabase(deps, newsletters),
    ...checksOfPrivacy(deps),
  ];
  const work = [
    ...checks.map((check) => runCheck(check, late)),
    ...deps.config.relays.map((relay) => examineRelay(relay, deps)),
  ];
  const found = (await Promise.all(work)).flat();
  clearTimeout(timer);
  dns.cancel();
  const findings = withoutEchoes(found, dns).toSorted(
    (one, other) => GROUPS.indexOf(one.group) - GROUPS.indexOf(other.group),
  );
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  const counts = { ok: count('ok'), warning: count('warning'), failure: count('failure') };
  return { findings, counts };
}

/** A finding, or a check that no resolver answered. */
type Found = Finding & { readonly isUnreachable?: boolean };

async function runCheck(
  { run, ...about }: Check,
  late: Promise<'late'>,
): Promise<readonly Found[]> {
  try {
    const result = await Promise.race([Promise.try(run), late]);
    if (result === undefined) return [];
    if (result !== 'late') return [{ ...about, ...result }];
    const fact = `it was not done within ${LIMIT_MS / 1000} seconds`;
    return [{ ...about, ...warning(fact) }];
  } catch (error) {
    const isUnreachable = error instanceof DnsFailure && error.isUnreachable;
    return [{ ...about, ...failure(reasonOf(error)), isUnreachable }];
  }
}

/** Without a resolver, everything about the DNS has one reason, which is one finding. */
function withoutEchoes(found: readonly Found[], dns: Dns): readonly Finding[] {
  const unanswered = found.filter(({ isUnreachable }) => isUnreachable);
  const others = found.flatMap(({ isUnreachable, ...finding }) => (isUnreachable ? [] : [finding]));
  if (unanswered.length === 0) return others;
  const checks = [...new Set(unanswered.map(({ check }) => check))].join(', ');
  const fact = `${dns.servers || 'the resolver'} does not answer, so these were not checked: ${checks}`;
  const remedy = 'connect this machine to the network, or name another resolver in dns.servers';
  return [{ group: 'DNS', check: 'resolver', ...failure(fact), remedy }, ...others];
}

/** If the relay signs, its selectors are in no record of the sender's domain. */
const UNSIGNED: Result = {
  ...warning('email.dkim has no key of this domain; whether your relay signs is in no record'),
  remedy:
    'make a key with `broadsheet dkim new`; or send yourself a message with `send --to`, and look for dkim=pass in its source',
};

function checksOfDns(
  { config, dns, fetchPolicy }: DoctorDependencies,
  newsletters: readonly NewsletterSettings[],
): readonly Check[] {
  const relays = config.relays.map(usable).filter((relay) => 'host' in relay);
  const keeping = relays.filter((relay) => keepsSender(relay));
  const envelopeOf = ({ from, bounceAddress = from.address }: NewsletterSettings) =>
    domainOf(bounceAddress);
  const checks: Check[] = [];
  const add = (of: string, check: string, run: Check['run']) =>
    checks.push({ group: 'DNS', of, check, run });
  const purposes = new Map<string, Set<string>>();
  const receive = (address: EmailAddress, what: string) => {
    const domain = domainOf(address);
    purposes.set(domain, (purposes.get(domain) ?? new Set()).add(what));
  };
  for (const { from, replyTo, ...addresses } of newsletters) {
    const { unsubscribeMail, bounceAddress, complaintAddress } = addresses;
    receive(replyTo ?? from.address, 'replies');
    receive(bounceAddress ?? from.address, 'bounces');
    receive(unsubscribeMail, 'unsubscribe mails');
    if (complaintAddress !== undefined) receive(complaintAddress, 'complaints');
  }
  const froms = new Set(newsletters.map(({ from }) => domainOf(from.address)));
  const envelopes = new Set(newsletters.map(envelopeOf));
  for (const domain of new Set([...froms, ...envelopes, ...purposes.keys()])) {
    if (envelopes.has(domain)) {
      add(domain, 'SPF', async () => {
        const places = await Promise.all(relays.map((relay) => placeOf(dns, relay)));
        return checkSpf(dns, domain, places);
      });
    }
    if (froms.has(domain)) {
      const own = newsletters.filter(({ from }) => domainOf(from.address) === domain);
      const spf = keeping.length === relays.length ? [...new Set(own.map(envelopeOf))] : [];
      const keys = [...new Set(own.flatMap(({ from }) => keysFor(from.address, config.dkim)))];
      const dkim = [...new Set(keys.map((key) => key.domain))];
      for (const key of keys) {
        add(domain, 'DKIM', () => checkDkim(dns, readKey(key), keys.length === 1));
      }
      if (keys.length === 0) add(domain, 'DKIM', () => UNSIGNED);
      add(domain, 'DMARC', () => checkDmarc(dns, domain));
      add(domain, 'alignment', () => checkAlignment(dns, domain, { spf, dkim }));
    }
    const what = purposes.get(domain);
    if (what !== undefined) add(domain, 'MX', () => receiving.checkMx(dns, domain, [...what]));
    if (froms.has(domain)) {
      add(domain, 'MTA-STS', () => receiving.checkMtaSts(dns, domain, fetchPolicy));
      add(domain, 'TLS-RPT', () => receiving.checkTlsReports(dns, domain));
      add(domain, 'BIMI', () => receiving.checkBimi(dns, domain));
    }
  }
  const local = relays.find((relay) => isThisMachine(relay.host));
  if (local !== undefined) {
    add(local.ehloName, 'PTR', async () =>
      receiving.checkPtr(dns, local.ehloName, (await placeOf(dns, local)).addresses),
    );
  }
  return checks;
}

/** A relay whose URL is valid. */
type UsableRelay = RelayAccount & { readonly url: string; readonly host: string };

/** The relay with its host, or why mail cannot go to it. */
function usable(relay: RelayAccount): UsableRelay | Result {
  const { id, url, login } = relay;
  if (url === undefined) {
    const remedy = `set ${relayVariable(id)} where you send, or add its smtpUrl`;
    return { ...failure('it has no URL'), remedy };
  }
  try {
    return { ...relay, url, host: parseRelayUrl(url, login).host };
  } catch (error) {
    return failure(reasonOf(error));
  }
}

function keepsSender({ keepsSender: isKept, host, relay }: UsableRelay): boolean {
  // The provider of a mailbox keeps its address as the sender, only without a token.
  const isMailbox = relay !== undefined && RELAY_PRESETS[relay].bounces === 'mailbox';
  return (isKept || isMailbox) && providerOf(host)?.replacesSender !== true;
}

/** Where mail over the relay comes from, as far as can be known: its host, or this machine. */
async function placeOf(dns: Dns, { host, ehloName }: UsableRelay): Promise<SendingRelay> {
  const name = isThisMachine(host) ? ehloName : host;
  const addresses = ipaddr.isValid(name) ? [name] : await receiving.addressesOf(dns, name);
  return { host: name, addresses: addresses.filter((each) => !isPrivateAddress(each)) };
}

async function examineRelay(
  account: RelayAccount,
  { openRelay, clock }: DoctorDependencies,
): Promise<readonly Finding[]> {
  const about = { group: 'relay', of: account.id } as const;
  const relay = usable(account);
  if (!('host' in relay)) return [{ ...about, check: 'connection', ...relay }];
  const { connection, tls, login } = await probeRelay(relay, openRelay, clock());
  return [
    { ...about, check: 'connection', ...connection },
    ...(tls === undefined ? [] : [{ ...about, check: 'TLS', ...tls }]),
    ...(login === undefined ? [] : [{ ...about, check: 'login', ...login }]),
  ];
}

function checksOfService(deps: DoctorDependencies): readonly Check[] {
  const { config, database, clock } = deps;
  const store = typeof database === 'object' && 'store' in database ? database.store : undefined;
  return [
    { group: 'service', check: 'unsubscribing', run: () => checkLinks(deps, store) },
    { group: 'machine', check: 'clock', run: () => checkClock(config.publicUrl, clock) },
  ];
}

function checksOfMachine({ config, clock }: DoctorDependencies): readonly Check[] {
  const file = sqliteFile(config.databaseUrl);
  const places = new Map([
    ...(file === undefined ? [] : [['the database', file] as const]),
    ['the feeds', config.folders.output],
    ['temporary files', tmpdir()],
  ]);
  const room = async () => {
    const rooms = [...places].map(async ([what, path]) => [what, await roomAt(path)] as const);
    return roomResult(new Map(await Promise.all(rooms)));
  };
  return [
    { group: 'machine', check: 'time zones', run: () => checkZoneData(clock()) },
    { group: 'machine', check: 'room', run: room },
  ];
}

function checksOfDatabase(
  { config, clock, database: found }: DoctorDependencies,
  newsletters: readonly NewsletterSettings[],
): readonly Check[] {
  if (found === 'missing') {
    const run = () => ok('there is none yet; the first command that needs one makes it');
    return [{ group: 'database', check: 'content', run }];
  }
  if ('trouble' in found) {
    const run = () => failure(found.trouble);
    return [{ group: 'database', check: 'content', run }];
  }
  const { store } = found;
  const isFile = sqliteFile(config.databaseUrl) !== undefined;
  const ofServer = (check: string): Check => ({
    ...{ group: 'database', check },
    run: async () => (await database.checkServer(store, clock))[check],
  });
  return [
    ...(isFile
      ? ([
          { group: 'database', check: 'content', run: () => database.checkContent(store) },
          { group: 'database', check: 'log', run: () => database.checkWal(config) },
        ] as const)
      : ['server', 'connections', 'clock'].map(ofServer)),
    { group: 'database', check: 'hold', run: () => database.checkHold(config, store) },
    ...newsletters.map(
      ({ id }): Check => ({
        ...{ group: 'books', of: id, check: 'last edition' },
        run: () => database.checkBooks(store, id),
      }),
    ),
  ];
}

function checksOfPrivacy({ config, nameOf }: DoctorDependencies): readonly Check[] {
  const file = sqliteFile(config.databaseUrl);
  const people = file === undefined ? [] : [file, `${file}-wal`];
  const site = dirname(dirname(config.file));
  const secrets = [join(site, '.env'), join(dirname(config.file), '.env')];
  const named = (paths: readonly string[], holds: string): PrivateFile[] =>
    paths.map((path) => ({ path, name: nameOf(path), holds }));
  const files = [
    ...named([...people, config.journalFile], "which has people's addresses"),
    ...named(secrets, 'which has secrets'),
    ...named(
      config.dkim.map(({ keyFile }) => keyFile),
      'which signs your mail',
    ),
  ];
  return [
    { group: 'privacy', check: 'place', run: () => placeResult(config, nameOf, secrets) },
    { group: 'privacy', check: 'modes', run: () => checkModes(files) },
  ];
}

/** Whether people's data or secrets are published or in Git. */
function placeResult(
  config: Config,
  nameOf: (path: string) => string,
  secrets: readonly string[],
): Result {
  const { refused, warnings } = checkPrivacy(config, nameOf);
  const tracked = trackedByGit(secrets, environmentWithout('GIT_'));
  const faults = [
    ...refused.map(({ file, message }) => failure(`${file} ${message}`)),
    ...warnings.map(({ file, message }) => warning(`${file} ${message}`)),
    ...tracked.map((path) =>
      failure(
        `${nameOf(path)} is tracked by Git: run \`git rm --cached ${nameOf(path)}\`, and replace its secrets`,
      ),
    ),
  ];
  return resultOf(faults, 'the data of people and the secrets are neither published nor in Git');
}
