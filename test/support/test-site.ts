import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openStore } from '../../src/database/open-store.ts';
import type { DeliveryTable } from '../../src/delivery/delivery.ts';
import { openRelay } from '../../src/delivery/relay/open-relay.ts';
import type { AskService } from '../../src/delivery/run/ask-service.ts';
import { deliverEdition } from '../../src/delivery/run/deliver-edition.ts';
import { prepareSend } from '../../src/delivery/run/prepare-send.ts';
import type { SendOptions, SendReport } from '../../src/delivery/run/send-report.ts';
import { settleLedger } from '../../src/delivery/run/settle-ledger.ts';
import type { SendDependencies } from '../../src/delivery/send-dependencies.ts';
import { type Edition, PLACEHOLDERS } from '../../src/editions/edition.ts';
import { insertEdition } from '../../src/editions/queries/editions.ts';
import { type Clock, stoppedClock, systemClock } from '../../src/kernel/clock.ts';
import { type EmailAddress, parseEmailAddress } from '../../src/kernel/email-address.ts';
import { silentLog } from '../../src/kernel/log.ts';
import type { Config } from '../../src/settings/config.ts';
import { answerProbe } from '../../src/site/unsubscribe.ts';
import { addSubscriber } from '../../src/subscribers/add-subscriber.ts';
import { readTemplates } from '../../src/templates/read-templates.ts';
import { readTexts } from '../../src/templates/read-texts.ts';
import { cleanUpAfter } from './clean-up-after.ts';
import { type DatabaseName, newDatabase } from './databases.ts';
import { DEFAULTS } from './default-settings.ts';
import { type Inbox, type InboxOptions, openInbox } from './inbox.ts';

export const NEWSLETTER = 'politics-essential';

/** Seven readers. */
export const PEOPLE: readonly string[] = ['ada', 'bob', 'cyd', 'dee', 'eve', 'fay', 'gus'].map(
  (name) => `${name}@example.org`,
);

/** A delivery table of nobody. */
export const NONE: DeliveryTable = {
  ...{ planned: 0, accepted: 0, returned: 0, deferred: 0, failed: 0 },
  ...{ suppressed: 0, inDoubt: 0, queued: 0 },
};

export interface TestSiteOptions {
  /** Default: the database that the test is run for. */
  readonly on?: DatabaseName;
  readonly subscribers?: readonly string[];
  /** ISO 8601 instant; default 2026-03-20T07:00Z. */
  readonly now?: string;
  readonly inbox?: InboxOptions;
  readonly connections?: number;
  /** In place of the inbox. */
  readonly relayUrl?: string;
  /** Front matter and text of posts, by file. */
  readonly posts?: Readonly<Record<string, string>>;
}

/** A small publisher: a folder, a database, a relay that keeps what it gets, and a clock. */
export interface TestSite {
  readonly deps: SendDependencies;
  readonly inbox: Inbox;
  readonly folder: string;
  /** Sets the clock. */
  setTime(instant: string): void;
  add(...addresses: readonly string[]): Promise<void>;
  /** Stores an edition with one post, composed by nobody: for tests of sending. */
  putEdition(id?: string): Promise<Edition>;
  /** Prepares and delivers, as `send --yes` does. */
  send(signal?: AbortSignal, options?: SendOptions): Promise<SendReport>;
  writePost(file: string, text: string | Uint8Array): void;
  /** The state of each delivery of the edition, by address. */
  states(edition?: string): Promise<Readonly<Record<string, string>>>;
}

/**
 * Opens a test site on the database that the test `t` is run for; it is closed, and its folder removed,
 * when the test ends.
 */
export async function openTestSite(
  t: TestContext,
  options: TestSiteOptions = {},
): Promise<TestSite> {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-paper-'));
  cleanUpAfter(t, () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'posts'));
  const inbox = await openInbox(options.inbox);
  cleanUpAfter(t, () => inbox.close());
  const databaseUrl = await newDatabase(t, {
    folder,
    ...(options.on === undefined ? {} : { on: options.on }),
  });
  const store = await openStore(databaseUrl);
  cleanUpAfter(t, () => store.close());
  let clock = stoppedClock(Temporal.Instant.from(options.now ?? '2026-03-20T07:00Z'));
  const now: Clock = () => clock();
  const relayUrl = options.relayUrl ?? inbox.url;
  const config = makeConfig({
    folder,
    databaseUrl,
    relayUrl,
    connections: options.connections ?? 2,
  });
  const templates = readTemplates(config.folders.templates);
  const deps: SendDependencies = {
    ...{ config, store, templates, openRelay, random: () => 0.5, machineClock: systemClock },
    clock: now,
    log: silentLog,
    askService: answerAsService(() => deps),
    textsOf: readTexts(config.folders.languages),
  };
  const testSite: TestSite = {
    ...{ deps, inbox, folder },
    setTime(instant) {
      clock = stoppedClock(Temporal.Instant.from(instant));
    },
    async add(...addresses) {
      for (const text of addresses) await addSubscriber(deps, { address: address(text) });
    },
    async putEdition(id = `${NEWSLETTER}-2026-03-20`) {
      const edition = makeEdition(id);
      await insertEdition(store.db, edition);
      return edition;
    },
    async send(signal, options = {}) {
      for (const newsletter of config.newsletters) await settleLedger(deps, newsletter);
      const prepared = await prepareSend(deps, { newsletter: NEWSLETTER, ...options });
      if (prepared.kind !== 'ready') throw new Error(`there is nothing to send: ${prepared.kind}`);
      return deliverEdition(deps, prepared, signal);
    },
    writePost: (file, text) => writeFileSync(join(folder, 'posts', file), text),
    async states(edition = `${NEWSLETTER}-2026-03-20`) {
      const rows = await store.db
        .selectFrom('deliveries')
        .select(['address', 'state'])
        .where('edition', '=', edition)
        .orderBy('address')
        .execute();
      return Object.fromEntries(rows.map((row) => [row.address, row.state]));
    },
  };
  for (const [file, text] of Object.entries(options.posts ?? {})) testSite.writePost(file, text);
  await testSite.add(...(options.subscribers ?? []));
  return testSite;
}

/** What a service of the same database answers to whoever asks for a link to leave. */
export function answerAsService(
  deps: () => Pick<SendDependencies, 'config' | 'store' | 'clock'>,
): AskService {
  return async (url) => {
    const proof = await answerProbe(deps(), url.slice(url.lastIndexOf('/') + 1));
    return proof === undefined ? { trouble: 'it answered 404' } : { text: proof };
  };
}

/** The test site's config with another relay. */
export function configFor({ deps }: TestSite, url: string): Config {
  return { ...deps.config, relays: [{ ...deps.config.relays[0], url }] };
}

/** `text` as an address; throws when it is none. */
export function address(text: string): EmailAddress {
  const parsed = parseEmailAddress(text);
  if ('reason' in parsed) throw new Error(parsed.reason);
  return parsed.address;
}

/** An edition with one post, composed by nobody. */
export function makeEdition(id: string): Edition {
  return {
    id,
    newsletter: NEWSLETTER,
    day: '2026-03-20',
    subject: 'The harbour wall stands',
    preheader: 'And what it cost',
    html: `<p>The wall stands.</p><a href="${PLACEHOLDERS.unsubscribeUrl}">Leave</a> ${PLACEHOLDERS.address}`,
    text: `The wall stands.\n\nLeave: ${PLACEHOLDERS.unsubscribeUrl} ${PLACEHOLDERS.address}\n`,
    posts: [
      {
        id: `tag:harbour.example,2026:${id}`,
        file: 'wall.md',
        title: 'The harbour wall stands',
        url: 'https://harbour.example/wall/',
        role: 'lead',
      },
    ],
    composedAt: '2026-03-20T06:00:00.000Z',
  };
}

/** A config with one newsletter, everything in `folder`. */
export function makeConfig(options: {
  readonly folder: string;
  readonly databaseUrl: string;
  readonly relayUrl: string;
  readonly connections: number;
}): Config {
  const { folder, databaseUrl, relayUrl, connections } = options;
  return {
    file: join(folder, 'broadsheet.yaml'),
    site: {
      title: 'The Harbour Broadsheet',
      url: 'https://harbour.example/',
      description: 'News of a harbour',
      language: 'en',
      timeZone: 'Europe/London',
      author: { name: 'The Harbour Broadsheet' },
      color: '#8b1e2d',
    },
    posts: {
      permalink: 'date',
      leaveOut: [],
      drafts: false,
      future: false,
      datesWithoutZone: 'site',
      liquid: 'off',
      iframesFrom: [],
      sameStory: { labels: ['Breaking'], withinHours: 72, likeness: 0.7 },
    },
    feeds: {
      publicUrl: 'https://harbour.example/',
      formats: ['rss'],
      items: 50,
      categories: false,
      authors: false,
      tags: false,
      languages: false,
      historyDocuments: 20,
      stories: 'one',
      ttlMinutes: 60,
      rebuildMinutes: 15,
    },
    newsletters: [
      {
        id: NEWSLETTER,
        name: 'Politics Essential',
        description: 'The politics of a harbour',
        language: 'en',
        timeZone: 'Europe/London',
        from: { name: 'Politics Essential', address: address('paper@harbour.example') },
        unsubscribeMail: address('paper+unsubscribe@harbour.example'),
        listId: 'politics-essential.harbour.example',
        subject: '{{ lead.title }}',
        categories: [],
        languages: [],
        stories: 8,
        headlines: 12,
        labels: 'strip',
        minimumStories: 1,
        lookbackDays: 7,
        postalAddress: '1 Quay Street, Harbour Town',
        color: '#8b1e2d',
        whenInDoubt: 'resend',
        staleAfterHours: 12,
        softBounces: 5,
        ...{ approve: false, listed: true, archive: 'indexed' },
      },
    ],
    folders: {
      posts: join(folder, 'posts'),
      siteRoot: folder,
      includes: join(folder, '_includes'),
      shortcodes: join(folder, 'shortcodes'),
      output: join(folder, 'public'),
      templates: join(folder, 'email-templates'),
      webTemplates: join(folder, 'web-templates'),
      languages: join(folder, 'languages'),
    },
    publishedFile: join(folder, 'published-posts.jsonl'),
    publicUrl: 'https://harbour.example/',
    serviceUrl: 'https://harbour.example/',
    databaseUrl,
    journalFile: join(folder, 'paper.journal.jsonl'),
    relays: [
      {
        id: new URL(relayUrl).host,
        url: relayUrl,
        weight: 1,
        connections,
        keepsSender: true,
        ehloName: 'press.example',
      },
    ],
    domains: { connections: 20, of: new Map() },
    dkim: [],
    web: {
      ...{
        host: '127.0.0.1',
        port: 0,
        trustedProxies: [],
        metricsHost: '127.0.0.1',
        metricsPort: 0,
      },
      ...{ language: 'en', formOrigins: [] },
      signUp: {
        ...{ perAddressPerDay: 3, perIpPerHour: 10, perHour: 500 },
        ...{ minimumSeconds: 2, proofOfWork: 0 },
      },
    },
    inbound: {},
    alerts: {},
    // The machine of a test may have the program.
    gate: { ...DEFAULTS.gate, spamAssassin: 'off' },
    ...{ hooks: [], hookSecrets: [], webhookKeys: {} },
    dnsServers: [],
    secrets: ['a secret of a test, long enough'],
  };
}
