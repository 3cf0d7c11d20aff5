import type { FastifyInstance, FastifyReply } from 'fastify';
import { formFields } from '../forms.ts';
import {
  answerProbe,
  type Leaving,
  readUnsubscribe,
  resubscribe,
  unsubscribe,
} from '../unsubscribe.ts';
import {
  type Site,
  sendExpired,
  sendPersonal,
  sendUnknown,
  type TokenRoute,
  tokenPath,
  viewOf,
} from './site.ts';

/**
 * The unsubscribe link. GET shows a button. POST unsubscribes at once, whoever sends it (RFC 8058): a
 * provider's server has no cookie, follows no redirect, and sends any body or none. A sender that checks
 * which service answers here gets a proof.
 */
export function addUnsubscribe(app: FastifyInstance, site: Site): void {
  const { deps, common } = site;
  const sendLeaving = (
    reply: FastifyReply,
    name: 'unsubscribe' | 'unsubscribed' | 'resubscribed',
    { newsletter, address }: Leaving,
    more: object = {},
  ) => {
    const scope = { newsletter: viewOf(site, newsletter), address, ...more };
    return sendPersonal(reply, site, { name, scope });
  };
  const sendLeft = (reply: FastifyReply, leaving: Leaving, undoToken?: string) => {
    const { newsletter } = leaving;
    const isOffered = 'listed' in newsletter && newsletter.listed;
    return sendLeaving(reply, 'unsubscribed', leaving, {
      undo: undoToken === undefined ? null : tokenPath(site, 'resubscribe', undoToken),
      sign_up: isOffered ? `${common.base}subscribe/${newsletter.id}/` : null,
    });
  };
  const sendProof = async (reply: FastifyReply, token: string) => {
    const proof = await answerProbe(deps, token);
    return proof && reply.header('cache-control', 'no-store').send(proof);
  };
  app.get<TokenRoute>('/unsubscribe/:token', async ({ params: { token } }, reply) => {
    if (await sendProof(reply, token)) return reply;
    const leaving = await readUnsubscribe(deps, token);
    if (leaving === undefined) return sendUnknown(reply, site);
    const isOver = leaving.status !== 'active' && leaving.status !== 'pending';
    if (isOver) return sendLeft(reply, leaving);
    const action = tokenPath(site, 'unsubscribe', token);
    return sendLeaving(reply, 'unsubscribe', leaving, { action });
  });
  const options = { config: { limit: 'oneClick', body: 'anyType' } } as const;
  app.post<TokenRoute>('/unsubscribe/:token', options, async (request, reply) => {
    // The undo link is only for the person, not for a server that acts for them.
    const isPerson = formFields(request.body).one('page') !== '';
    const by = isPerson ? 'link' : 'one-click';
    const { token } = request.params;
    const left = await unsubscribe(deps, token, by);
    if (left === undefined) return (await sendProof(reply, token)) ?? sendUnknown(reply, site);
    return sendLeft(reply, left.leaving, isPerson ? left.undoToken : undefined);
  });
  app.post<TokenRoute>('/resubscribe/:token', async ({ params: { token } }, reply) => {
    const leaving = await resubscribe(deps, token);
    if (leaving !== undefined) return sendLeaving(reply, 'resubscribed', leaving);
    const next = { path: 'subscribe/', text: 'confirm_again' };
    return sendExpired(reply, site, 'undo_over', next);
  });
}
