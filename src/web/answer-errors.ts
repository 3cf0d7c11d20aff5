import { STATUS_CODES } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { allowedMethods } from './allowed-methods.ts';
import type { ErrorAnswer, RenderError, WebDependencies } from './web-dependencies.ts';
import { WebError } from './web-error.ts';

/** When a page that could not be made in time is worth another try. */
const RETRY_AFTER_SECONDS = 30;

/**
 * Gives every error an answer without a stack or a reason that only we understand; what is our
 * fault is logged. What is not there is 404; what is there for other methods is 405 with `Allow`.
 */
export function addErrorAnswers(
  app: FastifyInstance,
  { log }: Pick<WebDependencies, 'log'>,
  renderError: RenderError = renderPlainError,
): void {
  const methodsOf = allowedMethods(app);
  app.setErrorHandler(async (error, request, reply) => {
    const answer = answerOf(error);
    if (answer.status >= 500) {
      log.failure('a request failed', error, { route: request.routeOptions.url ?? 'none' });
    }
    return sendError(answer, request, reply, renderError);
  });
  app.setNotFoundHandler(async (request, reply) => {
    const methods = methodsOf(request.url);
    if (methods.length === 0) return sendError({ status: 404 }, request, reply, renderError);
    reply.header('allow', methods.join(', '));
    if (request.method === 'OPTIONS') return reply.code(204).send();
    return sendError({ status: 405 }, request, reply, renderError);
  });
}

function answerOf(error: unknown): ErrorAnswer {
  const { retryAfterSeconds } = error instanceof WebError ? error : {};
  const { statusCode } = error as { readonly statusCode?: unknown };
  const status = typeof statusCode === 'number' && statusCode >= 400 ? statusCode : 500;
  if (retryAfterSeconds !== undefined) return { status, retryAfterSeconds };
  return status === 503 ? { status, retryAfterSeconds: RETRY_AFTER_SECONDS } : { status };
}

async function sendError(
  answer: ErrorAnswer,
  request: FastifyRequest,
  reply: FastifyReply,
  renderError: RenderError,
): Promise<FastifyReply> {
  reply.code(answer.status).header('cache-control', 'no-store');
  if (answer.retryAfterSeconds !== undefined) reply.header('retry-after', answer.retryAfterSeconds);
  if (request.routeOptions.config.errors === 'json') {
    return reply.type('application/json; charset=utf-8').send({ error: nameOf(answer.status) });
  }
  return reply.type('text/html; charset=utf-8').send(await renderError(answer, request));
}

/** A page with nothing but the name of the error. */
export function renderPlainError({ status }: ErrorAnswer): string {
  const name = nameOf(status);
  return `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>${name}</title>\n<h1>${name}</h1>\n</html>\n`;
}

function nameOf(status: number): string {
  return STATUS_CODES[status] ?? 'Error';
}
