import type { FastifyInstance, FastifyReply } from 'fastify';
import { answerProbe } from '../answer-probe.ts';
import { formFields } from '../forms/form-fields.ts';
import { type Leaving, readUnsubscribe, resubscribe, unsubscribe } from '../unsubscribe.ts';
import { sendExpired, sendUnknown } from './link-over.ts';
import { sendPersonal } from './send-page.ts';
import { type Site, viewOf } from './site.ts';

type Route = { Params: { token: string } };

/**
 * The unsubscribe link. GET shows a button. POST unsubscribes at once, whoever sends it (RFC 8058): a
 * provider's server has no cookie, follows no redirect, and sends any body or none. A sender that checks
 * which service answers here gets a proof.
 */
export function addUnsubscribe(app: FastifyInstance, site: Site): void {
  const { deps } = site;
  app.get<Route>('/unsubscribe/:token', async ({ params: { token } }, reply) => {
    const proof = await answerProbe(deps, token);
    if (proof !== undefined) return reply.header('cache-control', 'no-store').send(proof);
    const leaving = await readUnsubscribe(deps, token);
    if (leaving === undefined) return sendUnknown(reply, site);
    const isOver = leaving.status !== 'active' && leaving.status !== 'pending';
    return isOver ? sendLeft(reply, site, leaving) : sendButton(reply, site, token, leaving);
  });
  const options = { config: { limit: 'oneClick', body: 'anyType' } } as const;
  app.post<Route>('/unsubscribe/:token', options, async (request, reply) => {
    // The undo link is only for the person, not for a server that acts for them.
    const isPerson = formFields(request.body).one('page') !== '';
    const by = isPerson ? 'link' : 'one-click';
    const left = await unsubscribe(deps, request.params.token, by);
    if (left === undefined) return sendUnknown(reply, site);
    return sendLeft(reply, site, left.leaving, isPerson ? left.undoToken : undefined);
  });
  app.post<Route>('/resubscribe/:token', async ({ params: { token } }, reply) => {
    const leaving = await resubscribe(deps, token);
    if (leaving === undefined) {
      const next = { path: 'subscribe/', text: 'confirm_again' };
      return sendExpired(reply, site, { text: 'undo_over', next });
    }
    return sendLeaving(reply, site, 'resubscribed', leaving);
  });
}

function sendButton(
  reply: FastifyReply,
  site: Site,
  token: string,
  leaving: Leaving,
): FastifyReply {
  const action = `${site.common.base}unsubscribe/${encodeURIComponent(token)}`;
  return sendLeaving(reply, site, 'unsubscribe', leaving, { action });
}

function sendLeft(
  reply: FastifyReply,
  site: Site,
  leaving: Leaving,
  undoToken?: string,
): FastifyReply {
  const { base } = site.common;
  const { newsletter } = leaving;
  const isOffered = 'listed' in newsletter && newsletter.listed;
  const undo =
    undoToken === undefined ? null : `${base}resubscribe/${encodeURIComponent(undoToken)}`;
  const signUp = isOffered ? `${base}subscribe/${newsletter.id}/` : null;
  return sendLeaving(reply, site, 'unsubscribed', leaving, { undo, sign_up: signUp });
}

function sendLeaving(
  reply: FastifyReply,
  site: Site,
  name: 'unsubscribe' | 'unsubscribed' | 'resubscribed',
  { newsletter, address }: Leaving,
  scope: object = {},
): FastifyReply {
  return sendPersonal(reply, site, {
    ...{ name, title: site.texts.text(`site.${name}.title`) },
    scope: { newsletter: viewOf(site, newsletter), address, ...scope },
  });
}
