import type { FastifyInstance, FastifyReply } from 'fastify';
import { longDate } from '../../editions/digest/digest-scope.ts';
import { PLACEHOLDERS } from '../../editions/edition.ts';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { oneLine } from '../../kernel/one-line.ts';
import { type Approval, approveByLink, readApproval } from '../../schedule/approve-edition.ts';
import {
  type Site,
  sendExpired,
  sendPersonal,
  type TokenRoute,
  tokenPath,
  viewOf,
} from './site.ts';

/**
 * The link in the mail that asks an editor for approval: a page with the edition and a button, and the
 * button's action.
 */
export function addApprove(app: FastifyInstance, site: Site): void {
  const { deps, texts } = site;
  const sendDone = (reply: FastifyReply, approval?: Approval, isHeld = false) => {
    if (approval === undefined) return sendExpired(reply, site, 'approve_over');
    const { edition } = approval.edition;
    const [title, text] =
      approval.retracted !== undefined
        ? ['held_title', 'retracted']
        : approval.failing !== undefined
          ? ['held_title', 'failing']
          : isHeld
            ? ['held_title', 'held']
            : approval.kind === 'approved'
              ? ['title', 'text']
              : ['over_title', 'over'];
    const page = {
      name: 'approved' as const,
      title: texts.text(`site.approved.${title}`),
      scope: {
        ...editionScope(site, edition),
        text: texts.text(`site.approved.${text}`, { edition: edition.id }),
      },
    };
    return sendPersonal(reply, site, page, isHeld ? 503 : 200);
  };
  app.get<TokenRoute>('/approve/:token', async ({ params: { token } }, reply) => {
    const approval = await readApproval(deps, token);
    if (approval?.kind !== 'open') return sendDone(reply, approval);
    const edition = editionScope(site, approval.edition.edition);
    const scope = { ...edition, action: tokenPath(site, 'approve', token) };
    return sendPersonal(reply, site, { name: 'approve', scope });
  });
  app.post<TokenRoute>('/approve/:token', async ({ params: { token } }, reply) => {
    try {
      return sendDone(reply, await approveByLink(deps, token));
    } catch (error) {
      const isHeld = error instanceof BroadsheetError && error.exitCode === EXIT.config;
      if (!isHeld) throw error;
      deps.log.failure('an edition cannot be approved', error);
      return sendDone(reply, await readApproval(deps, token), true);
    }
  });
}

function editionScope(site: Site, edition: Approval['edition']['edition']): object {
  const { texts, deps } = site;
  const newsletter = deps.config.newsletters.find(({ id }) => id === edition.newsletter);
  return {
    newsletter: viewOf(site, newsletter ?? { id: edition.newsletter }),
    edition: {
      day: edition.day,
      date: longDate(edition.day, texts.language),
      subject: oneLine(edition.subject),
      preheader: oneLine(edition.preheader),
      stories: edition.posts
        .filter(({ role }) => role !== undefined)
        .map(({ title, url }) => ({ url, title: oneLine(title) })),
      text: edition.text
        .replaceAll(`${PLACEHOLDERS.unsubscribeUrl}/weekly`, texts.text('site.approve.link'))
        .replaceAll(PLACEHOLDERS.unsubscribeUrl, texts.text('site.approve.link'))
        .replaceAll(PLACEHOLDERS.address, texts.text('site.approve.you')),
    },
  };
}
