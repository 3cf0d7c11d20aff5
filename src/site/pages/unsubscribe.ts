import type { FastifyInstance, FastifyReply } from 'fastify';
import { isSubscribed } from '../../subscribers/subscriber.ts';
import { formFields } from '../forms.ts';
import { keepReading, readStillReading } from '../still-reading.ts';
import {
  answerProbe,
  type Leaving,
  readUnsubscribe,
  resubscribe,
  unsubscribe,
} from '../unsubscribe.ts';
import { readWeekly, takeWeekly, type WeeklyState, weeklyFor } from '../weekly.ts';
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
    name: 'unsubscribe' | 'unsubscribed' | 'resubscribed' | 'keep' | 'kept' | 'weekly',
    { newsletter, address }: Leaving,
    more: object = {},
  ) => {
    const scope = { newsletter: viewOf(site, newsletter), address, ...more };
    return sendPersonal(reply, site, { name, scope });
  };
  const actionOf = (token: string) => tokenPath(site, 'unsubscribe', token);
  const sendLeft = async (
    reply: FastifyReply,
    token: string,
    leaving: Leaving,
    undoToken?: string,
  ) => {
    const { newsletter } = leaving;
    const isOffered = 'listed' in newsletter && newsletter.listed;
    const weekly = undoToken === undefined ? undefined : await weeklyFor(deps, token);
    return sendLeaving(reply, 'unsubscribed', leaving, {
      action: actionOf(token),
      weekly: weekly ? viewOf(site, weekly) : null,
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
    const isOver = !isSubscribed(leaving.status) && leaving.status !== 'pending';
    if (isOver) return sendLeft(reply, token, leaving);
    return sendLeaving(reply, 'unsubscribe', leaving, { action: actionOf(token) });
  });
  const options = { config: { limit: 'oneClick', body: 'anyType' } } as const;
  app.post<TokenRoute>('/unsubscribe/:token', options, async (request, reply) => {
    // The undo link is only for the person, not for a server that acts for them.
    const isPerson = formFields(request.body).one('page') !== '';
    const by = isPerson ? 'link' : 'one-click';
    const { token } = request.params;
    const left = await unsubscribe(deps, token, by);
    if (left === undefined) return (await sendProof(reply, token)) ?? sendUnknown(reply, site);
    return sendLeft(reply, token, left.leaving, isPerson ? left.undoToken : undefined);
  });
  const sendAnswer = (
    reply: FastifyReply,
    token: string,
    leaving: Leaving,
    name: 'keep' | 'kept',
  ) =>
    isSubscribed(leaving.status)
      ? sendLeaving(reply, name, leaving, { action: actionOf(token) })
      : sendLeft(reply, token, leaving);
  app.get<TokenRoute>('/unsubscribe/:token/keep', async ({ params: { token } }, reply) => {
    const leaving = await readStillReading(deps, token);
    return leaving ? sendAnswer(reply, token, leaving, 'keep') : sendUnknown(reply, site);
  });
  app.post<TokenRoute>('/unsubscribe/:token/keep', async ({ params: { token } }, reply) => {
    const leaving = await keepReading(deps, token);
    return leaving ? sendAnswer(reply, token, leaving, 'kept') : sendUnknown(reply, site);
  });
  const sendWeekly = (
    reply: FastifyReply,
    token: string,
    offer: WeeklyState,
    undoToken?: string,
  ) => {
    if (offer === undefined) return sendUnknown(reply, site);
    if (offer === 'over') return sendExpired(reply, site, 'undo_over', SIGN_UP);
    return sendLeaving(reply, 'weekly', offer.leaving, {
      weekly: viewOf(site, offer.weekly),
      action: actionOf(token),
      undo: undoToken === undefined ? null : tokenPath(site, 'resubscribe', undoToken),
    });
  };
  app.get<TokenRoute>('/unsubscribe/:token/weekly', async ({ params: { token } }, reply) =>
    sendWeekly(reply, token, await readWeekly(deps, token)),
  );
  app.post<TokenRoute>('/unsubscribe/:token/weekly', async ({ params: { token } }, reply) => {
    const taken = await takeWeekly(deps, token);
    return sendWeekly(reply, token, taken, typeof taken === 'object' ? taken.undoToken : undefined);
  });
  app.post<TokenRoute>('/resubscribe/:token', async ({ params: { token } }, reply) => {
    const leaving = await resubscribe(deps, token);
    if (leaving !== undefined) return sendLeaving(reply, 'resubscribed', leaving);
    return sendExpired(reply, site, 'undo_over', SIGN_UP);
  });
}

const SIGN_UP = { path: 'subscribe/', text: 'confirm_again' };
