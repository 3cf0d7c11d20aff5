import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { cpuOfAll, statOf } from './measure.ts';

/** Where a part sends from and to. */
export interface Setting {
  /** The config file. */
  readonly config: string;
  readonly relayUrl: string;
  readonly databaseUrl: string;
}

/** A process of send-part.ts that has loaded everything. */
export interface Part<Result> {
  /** Does its work, and returns what it took. */
  run(): Promise<Result>;
  /** Ends it, wherever it is. */
  kill(): void;
}

/** Starts a process for one part of a bench. */
export async function startPart<Result>(
  part: 'fill' | 'send',
  setting: Setting,
  count: number,
): Promise<Part<Result>> {
  const script = join(import.meta.dirname, 'send-part.ts');
  const child = fork(script, [part, setting.config, String(count)], {
    env: { ...process.env, ...environmentOf(setting) },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`${part} ended with ${code}`);
  });
  // Its end after the result is no failure.
  failed.catch(() => {});
  const next = async () => (await Promise.race([once(child, 'message'), failed]))[0];
  await next();
  return {
    async run() {
      child.send('go');
      const result: Result = await next();
      await once(child, 'exit');
      return result;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

/** The program's environment for a setting. */
export function environmentOf({ relayUrl, databaseUrl }: Setting): NodeJS.ProcessEnv {
  return {
    BROADSHEET_SMTP_URL: relayUrl,
    BROADSHEET_DATABASE_URL: databaseUrl,
    BROADSHEET_SECRET: 'the-secret-of-a-bench-is-none',
  };
}

/** Returns what reads the CPU seconds of all processes of a PostgreSQL server on this machine; 0 elsewhere. */
export async function serverCpu(databaseUrl: string): Promise<() => number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const server = statOf(rows[0]?.pid)?.parent;
  await client.end();
  return () => (server === undefined ? 0 : cpuOfAll(server));
}
