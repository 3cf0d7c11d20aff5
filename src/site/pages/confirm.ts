import type { FastifyInstance, FastifyReply } from 'fastify';
import { confirmAddressChange, readAddressChange } from '../address-change.ts';
import { confirmSignUp, readConfirmation } from '../confirm-sign-up.ts';
import {
  type Site,
  sendExpired,
  sendPersonal,
  sendUnknown,
  type TokenRoute,
  tokenPath,
  viewOf,
} from './site.ts';

/** What the links of the two confirmation mails do, and what their pages show. */
const LINKS = [
  {
    folder: 'confirm',
    read: readConfirmation,
    confirm: confirmSignUp,
    pages: { open: 'confirm', done: 'welcome' },
    expired: 'confirm_expired',
    next: { path: 'subscribe/', text: 'confirm_again' },
  },
  {
    folder: 'address',
    read: readAddressChange,
    confirm: confirmAddressChange,
    pages: { open: 'new-address', done: 'address-changed' },
    expired: 'address_expired',
    next: { path: 'preferences/', text: 'preferences_again' },
  },
] as const;

/**
 * The links that confirm a sign-up and a new address: each a page with a button, and the button's
 * action.
 */
export function addConfirm(app: FastifyInstance, site: Site): void {
  for (const link of LINKS) {
    const path = `/${link.folder}/:token`;
    app.get<TokenRoute>(path, async ({ params: { token } }, reply) =>
      answer(reply, site, link, token, await link.read(site.deps, token)),
    );
    app.post<TokenRoute>(path, async ({ params: { token } }, reply) =>
      answer(reply, site, link, token, await link.confirm(site.deps, token)),
    );
  }
}

function answer(
  reply: FastifyReply,
  site: Site,
  { folder, pages, expired, next }: (typeof LINKS)[number],
  token: string,
  confirmation: Awaited<ReturnType<(typeof LINKS)[number]['read']>>,
): FastifyReply {
  if (!('address' in confirmation)) {
    return confirmation.kind === 'unknown'
      ? sendUnknown(reply, site)
      : sendExpired(reply, site, expired, next);
  }
  const { kind, address } = confirmation;
  const newsletters = 'newsletters' in confirmation ? confirmation.newsletters : [];
  const chosen = newsletters.map((newsletter) => viewOf(site, newsletter));
  const senders = [...new Set(chosen.map(({ from }) => from))];
  const name = pages[kind];
  return sendPersonal(reply, site, {
    name,
    title: site.texts.text(`site.${name.replace('-', '_')}.title`),
    scope: { address, chosen, senders, action: tokenPath(site, folder, token) },
  });
}
