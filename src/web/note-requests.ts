import type { FastifyInstance } from 'fastify';
import type { WebDependencies } from './web-dependencies.ts';

/** What stands for the route of what has none. */
const NO_ROUTE = 'none';

/**
 * Logs and counts each request when it is answered: by the pattern of its route, never by its URL,
 * which has tokens in it, nor by whom it came from. Routes without a limit are looked at by machines every few
 * seconds: of those only troubles are logged.
 */
export function noteRequests(
  app: FastifyInstance,
  { log, metrics }: Pick<WebDependencies, 'log' | 'metrics'>,
): void {
  app.addHook('onResponse', async ({ method, routeOptions }, { statusCode, elapsedTime }) => {
    const route = routeOptions.url ?? NO_ROUTE;
    metrics.count('broadsheet_http_requests_total', { route, method, status: statusCode });
    metrics.observe('broadsheet_http_request_duration_seconds', { route }, elapsedTime / 1000);
    if (routeOptions.config.limit === 'none' && statusCode < 400) return;
    log.event('request', { method, route, status: statusCode, ms: Math.round(elapsedTime) });
  });
}
