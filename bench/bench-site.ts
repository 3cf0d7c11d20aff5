import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSql, startPostgres } from '../test/support/postgres-server.ts';
import { forkServer, loadServer, type MeasuredLoad } from './bench-http.ts';
import type { RunningServer } from './nginx.ts';
import { takeTurns } from './rounds.ts';
import { environmentOf } from './run-part.ts';
import type { Bench } from './sections.ts';
import { writeConfig } from './sending.ts';
import { type Sink, startSink } from './sink.ts';

/** In every load. */
const LOAD = { status: 200, connections: 20 };

/** A server with a page to sign up, and how to send its form. */
interface SignUpServer extends Pick<RunningServer, 'name' | 'pid'> {
  readonly page: string;
  /** What the form sends besides the address, and under which name the address. Undefined: no form. */
  readonly form?: { readonly fields: Readonly<Record<string, string>>; readonly address: string };
}

/**
 * The sign-up page, and sign-ups by its form, over 20 connections: requests a second, while the same
 * process makes and sends the mails that ask to confirm. How long its event loop had no turn. The peers: a
 * listmonk that already runs (BENCH_LISTMONK is its URL), and Node's HTTP server with the same page.
 */
export async function benchSite({ short, rounds, numbers, add }: Bench): Promise<void> {
  const seconds = numbers[0] ?? (short ? 0.4 : 2);
  const place = mkdtempSync(join(tmpdir(), 'broadsheet-bench-'));
  const sink = await startSink();
  try {
    const folder = join(place, 'sqlite');
    await withOurs(sink, folder, undefined, async (ours) => {
      const bare = await serveSamePage(ours, join(place, 'page'));
      try {
        const servers = [ours.server, bare.server, ...(await listmonk())];
        await benchPage(servers, seconds, { short, rounds, add });
      } finally {
        await bare.close();
      }
      if (!short) await benchForm(ours, 'SQLite', seconds, { rounds, add });
    });
    if (!short) await benchOnPostgres(sink, place, seconds, { rounds, add });
  } finally {
    await sink.stop();
    rmSync(place, { recursive: true, force: true });
  }
}

interface Ours {
  readonly server: SignUpServer;
  /** The longest delay of the event loop since the last question, in milliseconds. */
  longestBlock(): Promise<number>;
}

async function withOurs(
  sink: Sink,
  folder: string,
  databaseUrl: string | undefined,
  work: (ours: Ours) => Promise<void>,
): Promise<void> {
  mkdirSync(folder);
  const { file, databaseUrl: url } = writeConfig(folder, sink.url, { databaseUrl });
  const setting = { config: file, relayUrl: sink.url, databaseUrl: url };
  const env = { ...process.env, ...environmentOf(setting) };
  const server = await forkServer('ours', 'serve-site.ts', file, env);
  try {
    const { token } = (await (await fetch(`${server.url}api/form`)).json()) as { token: string };
    const fields = { form: 'subscribe', only: 'bench', token };
    await work({
      server: {
        ...{ name: 'ours', pid: server.pid, page: `${server.url}subscribe/` },
        form: { fields, address: 'address' },
      },
      longestBlock: async () => Number(await server.ask()),
    });
  } finally {
    await server.close();
  }
}

/** Node's HTTP server with the page of `ours` as a file. */
async function serveSamePage(ours: Ours, folder: string) {
  mkdirSync(folder);
  writeFileSync(join(folder, 'page.html'), await (await fetch(ours.server.page)).text());
  const server = await forkServer('node:http', 'bare-server.ts', folder);
  const { name, pid, url } = server;
  return { server: { name, pid, page: `${url}page.html` }, close: () => server.close() };
}

/** A list of it has to be public. Its page names the list. */
async function listmonk(): Promise<readonly SignUpServer[]> {
  const { BENCH_LISTMONK: url } = process.env;
  if (url === undefined) return [];
  const page = new URL('subscription/form', url).href;
  const html = await (await fetch(page)).text();
  const [, list] = /name="l"[^>]*value="([^"]+)"/.exec(html) ?? [];
  if (list === undefined) throw new Error(`${page} offers no list; make one public`);
  const fields = { l: list, name: '', nonce: '' };
  return [{ name: 'listmonk', pid: undefined, page, form: { fields, address: 'email' } }];
}

async function benchPage(
  servers: readonly SignUpServer[],
  seconds: number,
  { short, rounds, add }: Pick<Bench, 'short' | 'rounds' | 'add'>,
): Promise<void> {
  const ask = (server: SignUpServer, length: number) =>
    loadServer(server, server.page, {}, { ...LOAD, seconds: length });
  for (const server of servers) await ask(server, 1);
  const loads = await takeTurns<MeasuredLoad, string>(
    rounds,
    Object.fromEntries(servers.map((server) => [server.name, () => ask(server, seconds)])),
  );
  const { ours, ...peers } = loads;
  if (ours === undefined) return;
  const work = 'sign-up page';
  for (const [name, load] of Object.entries(peers)) {
    const isGoal = name === 'listmonk' ? { goal: '0.7' } : {};
    const perSecond = { ours: value(ours), peer: { name, ...value(load) } };
    if (!short) add({ work, unit: '/s', ...perSecond, ...isGoal });
    if (Number.isNaN(load.cpuForThousand)) continue;
    add({
      ...{ work: `${work}, CPU for 1,000`, unit: 's' },
      ours: { value: ours.cpuForThousand },
      peer: { name, value: load.cpuForThousand },
    });
  }
}

async function benchForm(
  { server, longestBlock }: Ours,
  database: string,
  seconds: number,
  { rounds, add }: Pick<Bench, 'rounds' | 'add'>,
): Promise<void> {
  const servers = [server, ...(await listmonk())];
  let readers = 0;
  const send = async (each: SignUpServer, length: number) => {
    const { fields = {}, address = '' } = each.form ?? {};
    const form = () => {
      readers += 1;
      return { ...fields, [address]: `reader-${process.pid}-${readers}@example.org` };
    };
    return loadServer(each, each.page, {}, { ...LOAD, seconds: length, form });
  };
  // Until the HTML of the mail is made.
  await send(server, 3);
  await longestBlock();
  const loads = await takeTurns<MeasuredLoad, string>(
    rounds,
    Object.fromEntries(servers.map((each) => [each.name, () => send(each, seconds)])),
  );
  const blocked = await longestBlock();
  const { ours, listmonk: peer } = loads;
  if (ours === undefined) return;
  const work = `sign-up by form, ${database}`;
  const note = `p99 ${ours.p99.toFixed(0)} ms; with their mails ${ours.cpuForThousand.toFixed(2)} s of CPU for 1,000`;
  const other = peer && { peer: { name: 'listmonk', ...value(peer) }, goal: '1' };
  add({ work, unit: '/s', ours: value(ours), ...other, note });
  add({
    ...{ work: `longest turn of the event loop, ${database}`, unit: 'ms' },
    ...{ ours: { value: blocked }, goal: '50 ms', note: 'also what other programs took' },
  });
}

async function benchOnPostgres(
  sink: Sink,
  place: string,
  seconds: number,
  options: Pick<Bench, 'rounds' | 'add'>,
): Promise<void> {
  const postgres = await startPostgres({ durable: true });
  try {
    await runSql(postgres.url, 'postgres', 'create database bench');
    await withOurs(sink, join(place, 'postgres'), `${postgres.url}bench`, (ours) =>
      benchForm(ours, 'PostgreSQL', seconds, options),
    );
  } finally {
    await postgres.stop();
  }
}

function value({ requestsPerSecond }: MeasuredLoad) {
  return { value: requestsPerSecond };
}
