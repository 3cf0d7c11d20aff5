import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { WebError } from './web-error.ts';

/** What a mail provider posts to unsubscribe a person, urlencoded or as multipart. RFC 8058 §3.2. */
const ONE_CLICK = /List-Unsubscribe"?(=|\s+)One-Click/;

const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(;|$)/i;

/**
 * Reads forms (urlencoded) and JSON, and refuses anything else. Routes with `body: 'anyType'` are the
 * exception, for one-click unsubscribing: providers send multipart, no content type, or a wrong one, and it
 * has to work. Such a body is read as `{ 'List-Unsubscribe': 'One-Click' }` if it contains that, else as `{}`.
 */
export async function addBodies(app: FastifyInstance): Promise<void> {
  app.addHook('onRequest', (request, _reply, done) => {
    takeAnyType(request);
    done();
  });
  app.removeContentTypeParser('text/plain');
  await app.register(formbody);
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      if (request.routeOptions.config.body !== 'anyType') throw new WebError(415);
      return ONE_CLICK.test(body.toString('latin1')) ? { 'List-Unsubscribe': 'One-Click' } : {};
    },
  );
}

/**
 * Without this, invalid JSON or an invalid content type would be refused before the person is
 * unsubscribed.
 */
function takeAnyType({ routeOptions, headers }: FastifyRequest): void {
  const type = headers['content-type'];
  if (routeOptions.config.body !== 'anyType' || type === undefined) return;
  if (!FORM_TYPE.test(type)) headers['content-type'] = 'application/octet-stream';
}
