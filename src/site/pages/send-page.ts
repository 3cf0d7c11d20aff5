import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Page } from '../../pages/open-pages.ts';
import type { Site } from './site.ts';

/**
 * Answers with a page for one person: its URL has a token, or it shows an address. No cache keeps it, and
 * no other site gets its URL.
 */
export function sendPersonal(
  reply: FastifyReply,
  site: Site,
  page: Page,
  status = 200,
): FastifyReply {
  reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer');
  return send(reply.code(status), site.pages.render(page));
}

/**
 * Answers with a public page that has a form. The form's token is valid for a day, so shared caches must
 * not keep the page. The browser's own cache may show it when the user goes back.
 */
export function sendForm(reply: FastifyReply, site: Site, page: Page): FastifyReply {
  return send(reply.header('cache-control', 'private, no-cache'), site.pages.render(page));
}

/** Answers with a page that is the same for all, or with 304 if the client has it. */
export function sendPublic(
  request: FastifyRequest,
  reply: FastifyReply,
  site: Site,
  page: Page,
): FastifyReply {
  const html = site.pages.render(page);
  const tag = `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"`;
  reply.header('etag', tag).header('cache-control', 'public, max-age=300');
  return isKnown(request, tag) ? reply.code(304).send() : send(reply, html);
}

/** Whether the client has the version with `tag` (strong). RFC 9110 §13.1.2, by weak comparison. */
export function isKnown({ headers }: FastifyRequest, tag: string): boolean {
  const wanted = headers['if-none-match'] ?? '';
  if (wanted.trim() === '*') return true;
  return wanted.split(',').some((each) => each.trim().replace(/^W\//, '') === tag);
}

function send(reply: FastifyReply, html: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(html);
}
