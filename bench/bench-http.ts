import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Load, loadHttp } from './http-load.ts';
import { makePosts } from './make-posts.ts';
import { measure } from './measure.ts';
import { openNginx, type RunningServer } from './nginx.ts';

const PROGRAM = join(import.meta.dirname, '../bin/broadsheet.js');
const POSTS = 200;
const CONNECTIONS = 32;

/**
 * `npm run bench -- http [SECONDS]`: requests a second and their times for the main feed (50 posts)
 * as it is, compressed, and not modified; and the same of nginx with one worker, where it is
 * installed. Asked over 32 connections from this machine.
 */
export async function benchHttp(seconds = 5): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), 'broadsheet-bench-'));
  try {
    // Started by root, nginx reads as nobody.
    chmodSync(place, 0o755);
    const config = await buildSite(place);
    const ours = await openOurs(config);
    await benchServer(ours, seconds);
    const nginx = await openNginx(join(place, 'public'), place, await freePort());
    if (nginx === undefined) {
      process.stdout.write('nginx is not installed, so there is nothing to compare with\n');
    } else await benchServer(nginx, seconds);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

async function buildSite(place: string): Promise<string> {
  makePosts(join(place, 'posts'), POSTS);
  mkdirSync(join(place, 'config'));
  const config = join(place, 'config', 'broadsheet.yaml');
  writeFileSync(
    config,
    'site: { title: Bench, url: "https://bench.example/", author: { name: Bench } }\n',
  );
  const flags = ['--disable-warning=ExperimentalWarning'];
  await measure(process.execPath, [...flags, PROGRAM, 'build', '--config', config]);
  return config;
}

async function openOurs(config: string): Promise<RunningServer> {
  const child = fork(join(import.meta.dirname, 'serve-folder.ts'), [config]);
  const [url] = (await once(child, 'message')) as [string];
  return {
    name: 'broadsheet',
    url,
    async close() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

async function benchServer(server: RunningServer, seconds: number): Promise<void> {
  try {
    const gzip = { 'Accept-Encoding': 'gzip' };
    const etag = await tagOf(`${server.url}rss.xml`, gzip);
    const kinds = [
      { what: 'gzip', headers: gzip, status: 200 },
      { what: 'not compressed', headers: {}, status: 200 },
      { what: 'not modified', headers: { ...gzip, 'If-None-Match': etag }, status: 304 },
      { what: 'not there', headers: {}, status: 404, path: 'nothing.xml' },
    ];
    for (const { what, headers, status, path = 'rss.xml' } of kinds) {
      const options = { status, connections: CONNECTIONS };
      const url = server.url + path;
      await loadHttp(url, headers as Record<string, string>, { ...options, seconds: 1 });
      print(
        server.name,
        what,
        await loadHttp(url, headers as Record<string, string>, { ...options, seconds }),
      );
    }
  } finally {
    await server.close();
  }
}

async function tagOf(url: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const answer = await fetch(url, { headers });
  await answer.arrayBuffer();
  return answer.headers.get('etag') ?? '';
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function print(server: string, what: string, load: Load): void {
  const columns = [
    server.padEnd(10),
    what.padEnd(15),
    `${load.requestsPerSecond.toFixed(0).padStart(6)} requests/s`,
    `median ${load.median.toFixed(2).padStart(5)} ms`,
    `p99 ${load.p99.toFixed(2).padStart(6)} ms`,
    `${(load.bytesPerAnswer / 1024).toFixed(1).padStart(6)} KB`,
  ];
  process.stdout.write(`${columns.join('  ')}\n`);
}
