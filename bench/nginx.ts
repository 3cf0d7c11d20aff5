import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** A web server that runs for the length of a bench. */
export interface RunningServer {
  readonly name: string;
  readonly url: string;
  readonly pid: number | undefined;
  close(): Promise<void>;
}

/** nginx with one worker before `folder`, set up as docs/feeds-over-http.md says; undefined where it is not installed. */
export async function openNginx(
  folder: string,
  place: string,
  port: number,
): Promise<RunningServer | undefined> {
  if (!hasNginx()) return undefined;
  mkdirSync(join(place, 'nginx'), { recursive: true });
  const config = join(place, 'nginx', 'nginx.conf');
  writeFileSync(config, nginxConfig(folder, join(place, 'nginx'), port));
  const args = ['-c', config, '-p', join(place, 'nginx'), '-e', join(place, 'nginx', 'error.log')];
  const child = spawn('nginx', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await listening(port);
  return {
    name: 'nginx',
    pid: child.pid,
    url: `http://127.0.0.1:${port}/`,
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function hasNginx(): boolean {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** One process, as Broadsheet's is; no log, as in most benches of it. */
function nginxConfig(folder: string, place: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${place}/${name};`,
  );
  return `daemon off;
worker_processes 1;
pid ${place}/nginx.pid;
events { worker_connections 1024; }
http {
  ${temporary.join('\n  ')}
  access_log off;
  types { application/rss+xml rss.xml; text/xml xml; }
  sendfile on;
  server {
    listen 127.0.0.1:${port};
    root ${folder};
    gzip_static on;
    gzip_vary on;
    keepalive_requests 1000000;
    location / { add_header Cache-Control "public, max-age=3600"; add_header Access-Control-Allow-Origin "*"; }
  }
}
`;
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await setTimeout(50);
  }
  throw new Error('nginx does not listen');
}
