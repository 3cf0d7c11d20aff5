import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { clientNetwork } from '../kernel/client-network.ts';
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
export async function addRateLimits(app: FastifyInstance, limits: WebLimits): Promise<void> {
  await app.register(rateLimit, { global: false, timeWindow: 60_000 });
  // Set for each limit: the plugin does not pass on its own setting.
  const options = { cache: limits.clients };
  const openLimiters = (max: number) =>
    networksOf('::1').map(({ times }, at) =>
      app.createRateLimit({
        ...options,
        max: times * max,
        keyGenerator: ({ ip }) => networksOf(ip)[at]?.network ?? clientNetwork(ip),
      }),
    );
  const limiters = {
    page: openLimiters(limits.perMinute.page),
    form: openLimiters(limits.perMinute.form),
    oneClick: openLimiters(limits.perMinute.oneClick),
    webhook: openLimiters(limits.webhooksPerMinute),
  };
  app.addHook('onRequest', async (request) => {
    // An IPv4 client is in one network only.
    const networks = networksOf(request.ip).length;
    for (const limiter of kindsOf(request).flatMap((kind) => limiters[kind].slice(0, networks))) {
      const verdict = await limiter(request);
      if (!verdict.isAllowed && verdict.isExceeded) throw new WebError(429, verdict.ttlInSeconds);
    }
  });
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
