import type { FastifyInstance } from 'fastify';
import { isKnown } from './send-page.ts';
import type { Site } from './site.ts';

/**
 * Pages name the version of an asset, so browsers may keep it forever. Without a version or with an older
 * one, they may not.
 */
const FOR_EVER = 'public, max-age=31536000, immutable';
const FOR_NOW = 'public, max-age=300';

/** The style sheet, the script and the icon of the pages. */
export function addAssets(app: FastifyInstance, { pages }: Site): void {
  for (const { name, type, body, version } of pages.assets) {
    const tag = `"${version}"`;
    app.get<{ Querystring: { v?: unknown } }>(`/assets/${name}`, async (request, reply) => {
      reply.header('etag', tag);
      reply.header('cache-control', request.query.v === version ? FOR_EVER : FOR_NOW);
      return isKnown(request, tag) ? reply.code(304).send() : reply.type(type).send(body);
    });
  }
}
