// One part of the benches of senders and of a million subscribers, in a process of its own, which is measured:
// send-part.ts fill|send CONFIG COUNT, forked. It says when it is ready, begins at any message, and reports what it took.
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { isPostgres } from '../src/database/dialect.ts';
import { openStore } from '../src/database/open-store.ts';
import type { Database } from '../src/database/tables.ts';
import { deliverEdition } from '../src/delivery/run/deliver-edition.ts';
import { planEdition } from '../src/delivery/run/plan-edition.ts';
import { prepareSend } from '../src/delivery/run/prepare-send.ts';
import type { SendDependencies } from '../src/delivery/send-dependencies.ts';
import { silentLog } from '../src/kernel/log.ts';
import { loadConfig } from '../src/settings/load-config.ts';
import { editionOf, importReaders, sendDependencies } from './sending.ts';

const NEWSLETTER = 'bench';

/** What `fill` reports. */
export interface Filled {
  readonly importSeconds: number;
  readonly importCpuSeconds: number;
  readonly planSeconds: number;
  readonly peakMegabytes: number;
  /** Of the database, with indexes. */
  readonly bytesPerSubscriber: number;
  readonly bytesPerDelivery: number;
}

/** Imports the readers, and plans an edition for them. */
async function fill(deps: SendDependencies, count: number): Promise<Filled> {
  const sizes = [await sizeOf(deps.store.db)];
  const imported = await timed(() => importReaders(deps, NEWSLETTER, count));
  sizes.push(await sizeOf(deps.store.db));
  const edition = editionOf(NEWSLETTER);
  const plan = { edition, state: 'new', saveFiles: async () => {} } as const;
  const planned = await timed(() => planEdition(deps, plan));
  sizes.push(await sizeOf(deps.store.db));
  const [empty = 0, withReaders = 0, all = 0] = sizes;
  return {
    importSeconds: imported.seconds,
    importCpuSeconds: imported.cpuSeconds,
    planSeconds: planned.seconds,
    peakMegabytes: peak(),
    bytesPerSubscriber: (withReaders - empty) / count,
    bytesPerDelivery: (all - withReaders) / count,
  };
}

async function sizeOf(db: Database): Promise<number> {
  const query = isPostgres(db)
    ? sql<{ size: number }>`select pg_database_size(current_database()) as size`
    : sql<{ size: number }>`select page_count * page_size as size
        from pragma_page_count(), pragma_page_size()`;
  const { rows } = await query.execute(db);
  return rows[0]?.size ?? Number.NaN;
}

/** What `send` reports. */
export interface SentPart {
  readonly sent: number;
  /** From the first message to the last. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The largest resident set until a tenth was sent, and in all. */
  readonly peakOfTenth: number;
  readonly peakMegabytes: number;
  /** The longest that the event loop was blocked, without the first second, in which all is loaded. */
  readonly longestBlockMs: number;
}

/** Sends up to `count` messages of the edition; fewer if no more are due, or another sender takes them. */
async function send(deps: SendDependencies, count: number): Promise<SentPart> {
  const stop = new AbortController();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  let peakOfTenth = Number.NaN;
  let sent = 0;
  let begun = 0;
  let ended = 0;
  const progress = () => {
    ended = performance.now();
    sent += 1;
    if (sent === 1) {
      begun = ended;
      wait(1000).then(() => delay.enable());
    }
    if (sent === Math.ceil(count / 10)) peakOfTenth = peak();
    if (sent !== count) return;
    delay.disable();
    stop.abort();
  };
  const observed = { ...deps, log: { ...silentLog, progress } };
  const prepared = await prepareSend(observed, { newsletter: NEWSLETTER, force: true });
  if (prepared.kind !== 'ready') throw new Error(`there is nothing to send: ${prepared.kind}`);
  const { cpuSeconds } = await timed(() => deliverEdition(observed, prepared, stop.signal));
  return {
    ...{ sent, seconds: (ended - begun) / 1000, cpuSeconds },
    ...{ peakOfTenth, peakMegabytes: peak(), longestBlockMs: delay.max / 1e6 },
  };
}

async function timed(work: () => Promise<unknown>) {
  const start = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 };
}

function peak(): number {
  return process.resourceUsage().maxRSS / 1024;
}

const [part, file = '', count] = process.argv.slice(2);
const config = loadConfig(file, process.env);
const store = await openStore(config.databaseUrl);
try {
  const deps = sendDependencies(config, store);
  process.send?.('ready');
  await once(process, 'message');
  process.send?.(await (part === 'fill' ? fill : send)(deps, Number(count)));
} finally {
  await store.close();
  process.disconnect?.();
}
