import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../src/database/open-store.ts';
import { reportStatus } from '../src/service/report-status.ts';
import { loadConfig } from '../src/settings/load-config.ts';
import { listSubscribers } from '../src/subscribers/list-subscribers.ts';
import { runSql, startPostgres } from '../test/support/postgres-server.ts';
import { median } from './rounds.ts';
import type { BenchRow } from './rows.ts';
import { environmentOf, type Setting, startPart } from './run-part.ts';
import type { Bench } from './sections.ts';
import type { Filled, SentPart } from './send-part.ts';
import { sendDependencies, writeConfig } from './sending.ts';
import { type Sink, startSink } from './sink.ts';

const SUBSCRIBERS = 1_000_000;

/** How many of the edition are sent, to see its pace and its memory in bounded time. */
const MESSAGES = 10_000;

const SERVICE = 'https://bench.example/';

/**
 * A million subscribers on each database: the import, the plan of an edition, the pace and the memory of the
 * send, and how long the status, a list, the page of the sign-up and its form take meanwhile. The numbers, in
 * their order: subscribers, messages.
 */
export async function benchMillion({ short, numbers, add }: Bench): Promise<void> {
  if (short) return;
  const [subscribers = SUBSCRIBERS, messages = Math.min(MESSAGES, subscribers)] = numbers;
  const sink = await startSink();
  const postgres = await startPostgres({ durable: true });
  try {
    const counts = { subscribers, messages };
    await runSql(postgres.url, 'postgres', 'create database bench');
    for (const [name, url] of [
      ['SQLite', undefined],
      ['PostgreSQL', `${postgres.url}bench`],
    ] as const) {
      const folder = mkdtempSync(join(tmpdir(), 'broadsheet-bench-'));
      try {
        for (const row of await measureDatabase(folder, sink, url, counts)) {
          add({ ...row, work: `${subscribers.toLocaleString('en-US')} on ${name}, ${row.work}` });
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
  } finally {
    await postgres.stop();
    await sink.stop();
  }
}

async function measureDatabase(
  folder: string,
  sink: Sink,
  url: string | undefined,
  { subscribers, messages }: { readonly subscribers: number; readonly messages: number },
): Promise<readonly BenchRow[]> {
  const databaseUrl = url ?? `sqlite:${join(folder, 'bench.db')}`;
  const more = [`serviceUrl: "${SERVICE}"`];
  const { file } = writeConfig(folder, sink.url, { more });
  const setting = { config: file, relayUrl: sink.url, databaseUrl };
  const filled = await (await startPart<Filled>('fill', setting, subscribers)).run();
  const sender = await startPart<SentPart>('send', setting, messages);
  const probes = await openProbes(setting);
  try {
    const over = sender.run();
    const times = await probes.takeTurns(over);
    return [...rowsOf(filled, await over), ...times];
  } finally {
    sender.kill();
    await probes.close();
  }
}

function rowsOf(filled: Filled, sent: SentPart): readonly BenchRow[] {
  const { importSeconds, importCpuSeconds, planSeconds, peakMegabytes } = filled;
  const { peakOfTenth, longestBlockMs } = sent;
  const bytes = (count: number) => `${count.toFixed(0)} bytes each, with indexes`;
  const memory = `${peakOfTenth.toFixed(0)} MB at a tenth of ${sent.sent.toLocaleString('en-US')}`;
  return [
    {
      ...{ work: 'import', unit: 's' },
      ours: { value: importSeconds, cpuSeconds: importCpuSeconds, peakMegabytes },
      note: bytes(filled.bytesPerSubscriber),
    },
    {
      ...{ work: 'plan an edition', unit: 's' },
      ours: { value: planSeconds },
      note: bytes(filled.bytesPerDelivery),
    },
    {
      ...{ work: 'send', unit: '/s' },
      ours: {
        value: sent.sent / sent.seconds,
        ...{ cpuSeconds: sent.cpuSeconds, peakMegabytes: sent.peakMegabytes },
      },
      note: `${memory}, event loop blocked for at most ${longestBlockMs.toFixed(0)} ms`,
    },
  ];
}

/** What people do meanwhile. */
async function openProbes(setting: Setting) {
  const environment = environmentOf(setting);
  const config = loadConfig(setting.config, environment);
  const store = await openStore(config.databaseUrl);
  const deps = sendDependencies(config, store);
  const site = fork(join(import.meta.dirname, 'serve-site.ts'), [setting.config], {
    env: { ...process.env, ...environment },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const [url] = (await once(site, 'message')) as [string];
  const page = new URL('subscribe/', url);
  let readers = 0;
  const works: Readonly<Record<string, () => Promise<unknown>>> = {
    status: () => reportStatus(deps),
    'a page of the list': () => listSubscribers(deps, { newsletter: 'bench' }).next(),
    'GET of the sign-up': () => textOf(fetch(page)),
    'POST of the sign-up': async () => {
      readers += 1;
      const fields = { address: `new-${readers}@example.net`, newsletters: 'bench', token };
      await textOf(fetch(page, { method: 'POST', body: new URLSearchParams(fields) }));
    },
  };
  const [, token = ''] = /name="token" value="([^"]+)"/.exec(await textOf(fetch(page))) ?? [];
  return {
    /** One after the other until `over`; the first time of each is left out. */
    async takeTurns(over: Promise<unknown>): Promise<readonly BenchRow[]> {
      let isOver = false;
      const end = () => {
        isOver = true;
      };
      over.then(end, end);
      const times = new Map(Object.keys(works).map((work): [string, number[]] => [work, []]));
      while (!isOver) {
        for (const [work, run] of Object.entries(works)) {
          const start = performance.now();
          await run();
          times.get(work)?.push(performance.now() - start);
        }
      }
      return [...times].map(([work, all]) => {
        const longest = Math.max(...all.slice(1));
        return {
          ...{ work: `${work} meanwhile`, unit: 'ms' },
          ours: { value: median(all.slice(1)) },
          note: `the longest of ${all.length - 1}: ${longest.toFixed(0)} ms`,
        };
      });
    },
    async close() {
      site.disconnect();
      await once(site, 'exit');
      await store.close();
    },
  };
}

async function textOf(answer: Promise<Response>): Promise<string> {
  const { status, text } = await answer.then(async (got) => ({
    status: got.status,
    text: await got.text(),
  }));
  if (status !== 200) throw new Error(`the site answered ${status}`);
  return text;
}
