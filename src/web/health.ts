import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { INDEX_FILE } from '../feeds/formats.ts';
import { findHold } from '../recovery/split-brain-guard.ts';
import type { RoutePlugin, WebDependencies } from './web-dependencies.ts';

/** The timeout for the database, and how long an answer is cached. */
const PATIENCE_MS = 2000;

/** The content of /readyz. */
export interface Readiness {
  /** Whether requests can be served. A database on hold sends nothing, but serves. */
  readonly ready: boolean;
  readonly database: 'ok' | 'away';
  /** Whether there are feeds to serve. */
  readonly feeds: 'built' | 'missing';
  /** `held`: see `broadsheet status`. */
  readonly sends: 'allowed' | 'held' | 'unknown';
}

/**
 * /healthz: the program is alive (if it does not answer, restart it). /readyz: it can serve (if not, a
 * load balancer should use another). For machines that ask every few seconds. There is no rate limit.
 * Queries the database at most once in two seconds.
 */
export const health: RoutePlugin = (app, deps) => {
  const options = { config: { limit: 'none', errors: 'json' } } as const;
  app.get('/healthz', options, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ alive: true }),
  );
  const readReadiness = readOften(() => readinessOf(deps));
  app.get('/readyz', options, async (_request, reply) => {
    const readiness = await readReadiness();
    reply.header('cache-control', 'no-store').code(readiness.ready ? 200 : 503);
    return reply.send(readiness);
  });
};

async function readinessOf({ config, store }: WebDependencies): Promise<Readiness> {
  const feeds = existsSync(join(config.folders.output, INDEX_FILE)) ? 'built' : 'missing';
  const asked = findHold({ config, store }).then(
    (hold) => (hold === undefined ? 'allowed' : 'held'),
    () => 'unknown' as const,
  );
  const late = setTimeout(PATIENCE_MS, 'unknown' as const, { ref: false });
  const sends = await Promise.race([asked, late]);
  const database = sends === 'unknown' ? 'away' : 'ok';
  return { ready: database === 'ok' && feeds === 'built', database, feeds, sends };
}

/** Runs `read`, and reuses its answer for `PATIENCE_MS`. */
function readOften<T>(read: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    if (last === undefined || now - last.at > PATIENCE_MS) last = { at: now, answer: read() };
    return last.answer;
  };
}
