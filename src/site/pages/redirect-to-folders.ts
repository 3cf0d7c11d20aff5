import type { FastifyInstance } from 'fastify';
import type { Site } from './site.ts';

/** `/subscribe` is answered by `/subscribe/`: addresses are typed, and people leave the slash out. */
export function redirectToFolders(app: FastifyInstance, { common }: Site): void {
  const { base, newsletters } = common;
  const forms = newsletters.map(({ id }) => `subscribe/${id}`);
  const pages = newsletters.length === 0 ? [] : ['subscribe', 'embed', ...forms];
  for (const path of ['preferences', ...pages]) {
    app.get(`/${path}`, async (_request, reply) => reply.redirect(`${base}${path}/`, 308));
  }
}
