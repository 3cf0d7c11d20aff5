import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../settings/config.ts';
import { requireServiceUrl } from '../../settings/require-service-url.ts';
import { WebError } from '../../web/web-error.ts';

/** How long a browser caches the answer to a preflight. */
const MAX_AGE_SECONDS = 600;

/**
 * Lets scripts of our own pages and of `web.formOrigins` read the answer (the Fetch standard, CORS
 * protocol). Refuses others before anything is done. A client without an Origin is not a script on a
 * page. There are no cookies, so no user's permissions are at risk, but the publisher's name is.
 */
export function allowOrigin(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  config: Pick<Config, 'web' | 'serviceUrl'>,
): void {
  reply.header('vary', 'Origin');
  const { origin } = headers;
  if (origin === undefined) return;
  const own = new URL(requireServiceUrl(config)).origin;
  const isAllowed = config.web.formOrigins.includes(origin) || origin === own;
  if (!isAllowed) throw new WebError(403);
  reply.header('access-control-allow-origin', origin);
}

/** Answers a browser's request before it sends JSON. */
export function answerPreflight(reply: FastifyReply): FastifyReply {
  return reply
    .header('access-control-allow-methods', 'GET, POST')
    .header('access-control-allow-headers', 'Content-Type')
    .header('access-control-max-age', MAX_AGE_SECONDS)
    .code(204)
    .send();
}
