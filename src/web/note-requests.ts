import type { FastifyInstance } from 'fastify';
import type { WebDependencies } from './web-dependencies.ts';

/** The route's name if a request has none. */
const NO_ROUTE = 'none';

/**
 * Logs and counts each request when it is answered. Logs the pattern of its route, but never its URL,
 * which contains tokens, nor the client. Machines request routes without a limit every few seconds: only
 * their errors are logged.
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
