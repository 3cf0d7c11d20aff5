import type { FastifyReply } from 'fastify';
import { sendPersonal } from './send-page.ts';
import type { Site } from './site.ts';

/** A valid link that has expired, with the next step. */
export function sendExpired(
  reply: FastifyReply,
  site: Site,
  /** Keys of texts under `site.link`. */
  { text, next }: { readonly text: string; readonly next?: NextStep },
): FastifyReply {
  return sendLinkOver(reply, site, { status: 410, title: 'expired_title', text, next });
}

/** A link that we did not send, or not in this form: mail programs cut long links. */
export function sendUnknown(reply: FastifyReply, site: Site): FastifyReply {
  return sendLinkOver(reply, site, { status: 404, title: 'unknown_title', text: 'unknown' });
}

export interface NextStep {
  /** Below the base path. */
  readonly path: string;
  readonly text: string;
}

function sendLinkOver(
  reply: FastifyReply,
  site: Site,
  page: {
    readonly status: number;
    readonly title: string;
    readonly text: string;
    readonly next?: NextStep | undefined;
  },
): FastifyReply {
  const told = (key: string) => site.texts.text(`site.link.${key}`);
  const next =
    page.next === undefined
      ? null
      : { path: `${site.common.base}${page.next.path}`, text: told(page.next.text) };
  const scope = { text: told(page.text), next };
  return sendPersonal(
    reply,
    site,
    { name: 'link-over', title: told(page.title), scope },
    page.status,
  );
}
