import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Confirmation, confirmSignUp, readConfirmation } from '../confirm-sign-up.ts';
import { sendExpired, sendUnknown } from './link-over.ts';
import { sendPersonal } from './send-page.ts';
import { type Site, viewOf } from './site.ts';

type Route = { Params: { token: string } };

/** The link of a confirmation mail: a page with a button, and the button's action. */
export function addConfirm(app: FastifyInstance, site: Site): void {
  const { deps } = site;
  app.get<Route>('/confirm/:token', async ({ params }, reply) =>
    answer(reply, site, params.token, await readConfirmation(deps, params.token)),
  );
  app.post<Route>('/confirm/:token', async ({ params }, reply) =>
    answer(reply, site, params.token, await confirmSignUp(deps, params.token)),
  );
}

function answer(
  reply: FastifyReply,
  site: Site,
  token: string,
  confirmation: Confirmation,
): FastifyReply {
  const { texts, common } = site;
  switch (confirmation.kind) {
    case 'unknown':
      return sendUnknown(reply, site);
    case 'expired':
      return sendExpired(reply, site, {
        text: 'confirm_expired',
        next: { path: 'subscribe/', text: 'confirm_again' },
      });
    case 'open':
    case 'done': {
      const { address, kind, newsletters } = confirmation;
      const name = kind === 'open' ? 'confirm' : 'welcome';
      const chosen = newsletters.map((newsletter) => viewOf(site, newsletter));
      const senders = [...new Set(chosen.map(({ from }) => from))];
      const action = `${common.base}confirm/${encodeURIComponent(token)}`;
      const title = texts.text(`site.${name}.title`);
      return sendPersonal(reply, site, {
        name,
        title,
        scope: { address, chosen, senders, action },
      });
    }
  }
}
