import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../test/support/free-port.ts';
import { type Load, type LoadOptions, loadHttp } from './http-load.ts';
import { makeSite } from './make-posts.ts';
import { cpuOfAll, measure, memoryBelow } from './measure.ts';
import { openNginx, type RunningServer } from './nginx.ts';
import { takeTurns } from './rounds.ts';
import type { Bench } from './sections.ts';

const PROGRAM = join(import.meta.dirname, '../bin/broadsheet.js');
const POSTS = 60;
/** In every load. */
const LOAD = { connections: 32 };

/**
 * Requests a second for the main feed (50 posts) as it is, compressed, and not modified: of ours, of
 * Node's HTTP server with the same bytes, and of nginx with one worker, where it is installed. Asked
 * over 32 connections from this machine.
 */
export async function benchHttp({ short, rounds, numbers, add }: Bench): Promise<void> {
  const seconds = numbers[0] ?? (short ? 0.4 : 1);
  const place = mkdtempSync(join(tmpdir(), 'broadsheet-bench-'));
  const servers: RunningServer[] = [];
  try {
    // Started by root, nginx reads as nobody.
    chmodSync(place, 0o755);
    const config = await buildSite(place);
    const folder = join(place, 'public');
    servers.push(await forkServer('ours', 'serve-folder.ts', config));
    servers.push(await forkServer('node:http', 'bare-server.ts', folder));
    const nginx = await openNginx(folder, place, await freePort());
    if (nginx !== undefined) servers.push(nginx);
    const gzip = { 'Accept-Encoding': 'gzip' };
    const notModified = new Map<RunningServer, Record<string, string>>();
    for (const server of servers) {
      const etag = await tagOf(`${server.url}rss.xml`, gzip);
      notModified.set(server, { ...gzip, 'If-None-Match': etag });
      // Until its code is compiled; CPU of a cold server is several times as much.
      await loadHttp(`${server.url}rss.xml`, gzip, { ...LOAD, status: 200, seconds: 1 });
    }
    const few: readonly Kind[] = [
      { what: 'gzip', headers: () => gzip, status: 200 },
      { what: 'not modified', headers: (server) => notModified.get(server) ?? {}, status: 304 },
    ];
    const more: readonly Kind[] = [
      { what: 'not compressed', headers: () => ({}), status: 200 },
      { what: 'not there', headers: () => ({}), status: 404, path: 'nothing.xml' },
    ];
    for (const kind of short ? few : [...few, ...more]) {
      await benchKind(kind, servers, seconds, { short, rounds, add });
    }
  } finally {
    for (const server of servers) await server.close();
    rmSync(place, { recursive: true, force: true });
  }
}

interface Kind {
  readonly what: string;
  readonly status: number;
  readonly path?: string;
  headers(server: RunningServer): Readonly<Record<string, string>>;
}

export interface MeasuredLoad extends Load {
  /** Of the server. */
  readonly cpuForThousand: number;
}

/** `loadHttp` with the CPU of the server that is loaded. */
export async function loadServer(
  server: Pick<RunningServer, 'pid'>,
  url: string,
  headers: Readonly<Record<string, string>>,
  options: LoadOptions,
): Promise<MeasuredLoad> {
  const before = cpuOfAll(server.pid);
  const begun = performance.now();
  const load = await loadHttp(url, headers, options);
  const requests = (load.requestsPerSecond * (performance.now() - begun)) / 1000;
  return { ...load, cpuForThousand: ((cpuOfAll(server.pid) - before) * 1000) / requests };
}

async function benchKind(
  { what, status, path = 'rss.xml', headers }: Kind,
  servers: readonly RunningServer[],
  seconds: number,
  { short, rounds, add }: Omit<Bench, 'numbers'>,
): Promise<void> {
  const ask = (server: RunningServer, length: number) =>
    loadServer(server, server.url + path, headers(server), { ...LOAD, status, seconds: length });
  for (const server of servers) await ask(server, seconds / 4);
  const loads = await takeTurns<MeasuredLoad, string>(
    rounds,
    Object.fromEntries(servers.map((server) => [server.name, () => ask(server, seconds)])),
  );
  const { ours, ...peers } = loads;
  if (ours === undefined) return;
  const work = `main feed, ${what}`;
  const note = `median ${ours.median.toFixed(1)} ms, p99 ${ours.p99.toFixed(1)} ms`;
  const memory = (name: string) => ({
    peakMegabytes: memoryBelow(servers.find((server) => server.name === name)?.pid),
  });
  for (const [name, load] of Object.entries(peers)) {
    const figure = (key: 'requestsPerSecond' | 'cpuForThousand') => ({
      ours: { value: ours[key], ...memory('ours') },
      peer: { name, value: load[key], ...memory(name) },
    });
    if (!short) add({ work, unit: '/s', ...figure('requestsPerSecond'), note });
    add({ work: `${work}, CPU for 1,000`, unit: 's', ...figure('cpuForThousand') });
  }
}

async function buildSite(place: string): Promise<string> {
  const config = makeSite(place, POSTS);
  await measure(process.execPath, [PROGRAM, 'build', '--config', config]);
  return config;
}

/** A server in a process of its own, which says where it listens. `ask` sends it a message. */
export async function forkServer(
  name: string,
  script: string,
  argument: string,
  env = process.env,
): Promise<RunningServer & { ask(): Promise<unknown> }> {
  const child = fork(join(import.meta.dirname, script), [argument], { env });
  const [url] = (await once(child, 'message')) as [string];
  return {
    ...{ name, url, pid: child.pid },
    async ask() {
      child.send('?');
      return (await once(child, 'message'))[0];
    },
    async close() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

async function tagOf(url: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const answer = await fetch(url, { headers });
  await answer.arrayBuffer();
  return answer.headers.get('etag') ?? '';
}
