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
  for (const { folder, read, confirm, pages, expired, next } of LINKS) {
    const answer = (
      reply: FastifyReply,
      token: string,
      link: Awaited<ReturnType<typeof read | typeof confirm>>,
    ) => {
      if (link.kind === 'unknown') return sendUnknown(reply, site);
      if (!('address' in link)) return sendExpired(reply, site, expired, next);
      const newsletters = 'newsletters' in link ? link.newsletters : [];
      const chosen = newsletters.map((newsletter) => viewOf(site, newsletter));
      const senders = [...new Set(chosen.map(({ from }) => from))];
      const action = tokenPath(site, folder, token);
      const scope = { address: link.address, chosen, senders, action };
      return sendPersonal(reply, site, { name: pages[link.kind], scope });
    };
    app.get<TokenRoute>(`/${folder}/:token`, async ({ params: { token } }, reply) =>
      answer(reply, token, await read(site.deps, token)),
    );
    app.post<TokenRoute>(`/${folder}/:token`, async ({ params: { token } }, reply) =>
      answer(reply, token, await confirm(site.deps, token)),
    );
  }
}
