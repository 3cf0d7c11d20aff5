import type { FastifyInstance, FastifyRequest } from 'fastify';
import { openRecentCache } from '../kernel/recent-cache.ts';
import { networksOf } from './limit-connections.ts';
import { WebError } from './web-error.ts';
import type { WebLimits } from './web-limits.ts';

type Kind = keyof WebLimits['perMinute'] | 'webhook';

/**
 * Counts the requests of each client and of the networks around it. Beyond its limit, a request gets 429
 * with Retry-After. One limit is for all requests, and a stricter one for forms. A wide one is for
 * one-click unsubscribing, because a few Gmail addresses send it for very many people, and one for the
 * webhooks of providers. In memory, per process. Mails that strangers can request also have budgets in the database.
 */
export function addRateLimits(app: FastifyInstance, limits: WebLimits): void {
  const { perMinute, webhooksPerMinute, clients } = limits;
  const limiters = {
    page: openLimiters(perMinute.page, clients),
    form: openLimiters(perMinute.form, clients),
    oneClick: openLimiters(perMinute.oneClick, clients),
    webhook: openLimiters(webhooksPerMinute, clients),
  };
  app.addHook('onRequest', (request, _reply, done) => {
    const networks = networksOf(request.ip);
    for (const kind of kindsOf(request)) {
      for (const [at, { network }] of networks.entries()) {
        const waitMs = limiters[kind][at]?.(network) ?? 0;
        if (waitMs > 0) return done(new WebError(429, Math.ceil(waitMs / 1000)));
      }
    }
    done();
  });
}

const WINDOW_MS = 60_000;

/** A limiter for clients, and one for each of the networks around a client of IPv6. */
function openLimiters(perMinute: number, clients: number) {
  return networksOf('::1').map(({ times }) => openLimiter(times * perMinute, clients));
}

/**
 * Returns a function that counts a request of a client and returns its wait in milliseconds: 0 for the
 * first `most` requests of its minute. Of more than `clients` clients, it keeps the most recent.
 */
function openLimiter(most: number, clients: number): (client: string) => number {
  const windows = openRecentCache<{ endsAt: number; count: number }>(clients, () => 1);
  return (client) => {
    const now = performance.now();
    let window = windows.get(client);
    if (window === undefined || window.endsAt <= now) {
      window = { endsAt: now + WINDOW_MS, count: 0 };
      windows.set(client, window);
    }
    window.count += 1;
    return window.count > most ? window.endsAt - now : 0;
  };
}

/** The limits that apply to a request, by what its route says. */
const KINDS = {
  none: [],
  page: ['page'],
  form: ['page', 'form'],
  oneClick: ['oneClick'],
  webhook: ['webhook'],
} as const;

function kindsOf({ method, routeOptions }: FastifyRequest): readonly Kind[] {
  const isChange = !['GET', 'HEAD', 'OPTIONS'].includes(method);
  return KINDS[routeOptions.config.limit ?? (isChange ? 'form' : 'page')];
}
