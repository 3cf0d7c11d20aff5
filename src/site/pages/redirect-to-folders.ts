import type { FastifyInstance } from 'fastify';
import type { Site } from './site.ts';

/** Redirects `/subscribe` to `/subscribe/`: people type addresses and omit the slash. */
export function redirectToFolders(app: FastifyInstance, { common }: Site): void {
  const { base, newsletters } = common;
  const forms = newsletters.map(({ id }) => `subscribe/${id}`);
  const pages = newsletters.length === 0 ? [] : ['subscribe', 'embed', ...forms];
  for (const path of ['preferences', ...pages]) {
    app.get(`/${path}`, async (_request, reply) => reply.redirect(`${base}${path}/`, 308));
  }
}
