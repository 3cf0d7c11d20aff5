import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { clientNetwork, widerNetworks } from '../kernel/client-network.ts';
import { WebError } from './web-error.ts';
import type { WebLimits } from './web-limits.ts';

type Kind = keyof WebLimits['perMinute'];

/** The networks around an IPv6 client, as `widerNetworks` lists them. */
const IPV6_WIDTHS = widerNetworks('::1').map(({ times }, at) => ({ at, times }));

/**
 * Counts the requests of each client and of the networks around it. Beyond its limit, a request gets 429
 * with Retry-After. One limit is for all requests, and a stricter one for forms. A wide one is for
 * one-click unsubscribing, because a few Gmail addresses send it for very many people. In memory, per
 * process. Mails that strangers can request also have budgets in the database.
 */
export async function addRateLimits(app: FastifyInstance, limits: WebLimits): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    timeWindow: 60_000,
    keyGenerator: ({ ip }) => clientNetwork(ip),
  });
  const openLimiter = (max: number) => {
    // Set the cache size for each limit: the plugin does not pass on its own setting.
    const options = { cache: limits.clients };
    const ofClient = app.createRateLimit({ ...options, max });
    const ofNetworks = IPV6_WIDTHS.map(({ at, times }) =>
      app.createRateLimit({
        ...options,
        max: times * max,
        keyGenerator: ({ ip }) => widerNetworks(ip)[at]?.network ?? clientNetwork(ip),
      }),
    );
    return (request: FastifyRequest) =>
      widerNetworks(request.ip).length === 0 ? [ofClient] : [ofClient, ...ofNetworks];
  };
  const limiters = {
    page: openLimiter(limits.perMinute.page),
    form: openLimiter(limits.perMinute.form),
    oneClick: openLimiter(limits.perMinute.oneClick),
  };
  app.addHook('onRequest', async (request) => {
    for (const kind of kindsOf(request)) {
      for (const limiter of limiters[kind](request)) {
        const verdict = await limiter(request);
        if (!verdict.isAllowed && verdict.isExceeded) throw new WebError(429, verdict.ttlInSeconds);
      }
    }
  });
}

/** The limits that apply to a request. */
function kindsOf({ method, routeOptions }: FastifyRequest): readonly Kind[] {
  const limit = routeOptions.config.limit ?? (isChange(method) ? 'form' : 'page');
  switch (limit) {
    case 'none':
      return [];
    case 'oneClick':
      return ['oneClick'];
    case 'form':
      return ['page', 'form'];
    case 'page':
      return ['page'];
  }
}

function isChange(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method);
}
