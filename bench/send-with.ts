// Sends COUNT messages to a relay in one WAY and prints what that took, as JSON, without what comes
// before. Run by bench-send.ts, a process for each measurement: send-with.ts WAY RELAY COUNT [DATABASE]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { openStore } from '../src/database/open-store.ts';
import type { DkimAlgorithm } from '../src/delivery/message/dkim-keys.ts';
import type { Message } from '../src/delivery/message/message.ts';
import { prepareMessages } from '../src/delivery/message/prepare-messages.ts';
import { openRelay } from '../src/delivery/relay/open-relay.ts';
import { deliverEdition } from '../src/delivery/run/deliver-edition.ts';
import { prepareSend } from '../src/delivery/run/prepare-send.ts';
import type { SendDependencies } from '../src/delivery/send-dependencies.ts';
import { PLACEHOLDERS } from '../src/editions/edition.ts';
import { insertEdition } from '../src/editions/queries/editions.ts';
import { systemClock } from '../src/kernel/clock.ts';
import type { Config } from '../src/settings/config.ts';
import { findNewsletter } from '../src/settings/find-newsletter.ts';
import { address } from '../test/editions/samples.ts';
import { serverCpu } from './run-part.ts';
import { CONNECTIONS, type SendMeasure } from './send-measure.ts';
import { editionOf, importReaders, sendDependencies, writeConfig } from './sending.ts';

/** Messages before the clock is started. */
const WARM_UP = 500;

/** As `send` does it: the job, with the ledger. */
async function sendAsJob(folder: string, relayUrl: string, count: number, databaseUrl?: string) {
  const config = writeConfig(folder, relayUrl, { databaseUrl });
  const store = await openStore(config.databaseUrl);
  try {
    const deps = sendDependencies(config, store);
    await fill(deps, 'warm-up', WARM_UP);
    await fill(deps, 'bench', count);
    await deliver(deps, 'warm-up', WARM_UP);
    const cpu = databaseUrl === undefined ? undefined : await serverCpu(databaseUrl);
    return await measured(count, () => deliver(deps, 'bench', count), cpu);
  } finally {
    await store.close();
  }
}

async function fill(deps: SendDependencies, newsletter: string, count: number): Promise<void> {
  await importReaders(deps, newsletter, count);
  await insertEdition(deps.store.db, editionOf(newsletter));
}

async function deliver(deps: SendDependencies, newsletter: string, count: number): Promise<void> {
  const prepared = await prepareSend(deps, { newsletter, force: true });
  if (prepared.kind !== 'ready') throw new Error(`there is nothing to send: ${prepared.kind}`);
  const { deliveries } = await deliverEdition(deps, prepared);
  if (deliveries.accepted !== count) throw new Error(`not sent: ${JSON.stringify(deliveries)}`);
}

/** Our messages through our relay, without a ledger. */
async function sendThroughRelay(
  folder: string,
  relayUrl: string,
  count: number,
  dkim?: DkimAlgorithm,
) {
  const template = await templateOf(writeConfig(folder, relayUrl, { dkim }));
  const relay = openRelay({
    url: relayUrl,
    connections: CONNECTIONS,
    ehloName: 'bench.example.org',
  });
  const send = async (index: number) => {
    const outcome = await relay.send(await template(index), async () => true);
    if (outcome.kind !== 'accepted') throw new Error(`not sent: ${JSON.stringify(outcome)}`);
  };
  try {
    await forEach(WARM_UP, CONNECTIONS, send);
    return await measured(count, () => forEach(count, CONNECTIONS, send));
  } finally {
    await relay.close();
  }
}

/** By nodemailer's pool: built by it, or (`raw`) handed over as bytes. */
async function sendThroughPool(folder: string, relayUrl: string, count: number, raw: boolean) {
  const { hostname, port } = new URL(relayUrl);
  const pool = createTransport({
    ...{ pool: true, host: hostname, port: Number(port), ignoreTLS: true },
    ...{ maxConnections: CONNECTIONS, maxMessages: Number.POSITIVE_INFINITY },
    allowInternalNetworkInterfaces: true,
  });
  const template = await templateOf(writeConfig(folder, relayUrl));
  const { html, text, subject } = editionOf('bench');
  const send = async (index: number) => {
    const { envelope, bytes } = await template(index);
    const mail = {
      ...envelope,
      subject,
      html: html.replace(PLACEHOLDERS.address, envelope.to),
      text,
    };
    await pool.sendMail(raw ? { envelope, raw: bytes } : mail);
  };
  try {
    // Twice as many at once, so that no connection waits for work.
    await forEach(WARM_UP, 2 * CONNECTIONS, send);
    return await measured(count, () => forEach(count, 2 * CONNECTIONS, send));
  } finally {
    pool.close();
  }
}

async function templateOf(config: Config): Promise<(index: number) => Promise<Message>> {
  const { publicUrl, serviceUrl, secrets, dkim } = config;
  const edition = editionOf('bench');
  const newsletter = findNewsletter(config, edition.newsletter);
  const date = systemClock();
  const links = { publicUrl, serviceUrl, secrets, dkim };
  const template = await prepareMessages({ edition, newsletter, ...links });
  return (index) =>
    template.fill({ id: `reader-${index}`, address: address(`reader-${index}@example.org`) }, date);
}

/** Does `work` for 0 to `count` - 1, so many at once. */
async function forEach(count: number, atOnce: number, work: (index: number) => Promise<void>) {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function measured(
  count: number,
  work: () => Promise<void>,
  serverCpu: () => number = () => 0,
): Promise<SendMeasure> {
  const serverBefore = serverCpu();
  const start = performance.now();
  const cpu = process.cpuUsage();
  await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    messagesPerSecond: count / seconds,
    cpuSeconds: (user + system) / 1e6,
    serverCpuSeconds: serverCpu() - serverBefore,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
}

const [way, relayUrl = '', count, databaseUrl] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'broadsheet-bench-'));
const ways: Readonly<Record<string, (messages: number) => Promise<SendMeasure>>> = {
  job: (messages) => sendAsJob(folder, relayUrl, messages, databaseUrl),
  relay: (messages) => sendThroughRelay(folder, relayUrl, messages),
  ed25519: (messages) => sendThroughRelay(folder, relayUrl, messages, 'ed25519'),
  rsa: (messages) => sendThroughRelay(folder, relayUrl, messages, 'rsa'),
  sendMail: (messages) => sendThroughPool(folder, relayUrl, messages, false),
  raw: (messages) => sendThroughPool(folder, relayUrl, messages, true),
};
try {
  const send = ways[way ?? ''];
  if (send === undefined) throw new Error(`"${way}" is none of ${Object.keys(ways).join(', ')}`);
  process.stdout.write(JSON.stringify(await send(Number(count))));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
