import type { FastifyInstance, FastifyReply } from 'fastify';
import {
  type AddressConfirmation,
  confirmAddressChange,
  readAddressChange,
} from '../address-change.ts';
import { sendExpired, sendUnknown } from './link-over.ts';
import { sendPersonal } from './send-page.ts';
import type { Site } from './site.ts';

type Route = { Params: { token: string } };

/** The link that confirms a new address: a page with a button, and the button's action. */
export function addNewAddress(app: FastifyInstance, site: Site): void {
  const { deps } = site;
  app.get<Route>('/address/:token', async ({ params }, reply) =>
    answer(reply, site, params.token, await readAddressChange(deps, params.token)),
  );
  app.post<Route>('/address/:token', async ({ params }, reply) =>
    answer(reply, site, params.token, await confirmAddressChange(deps, params.token)),
  );
}

function answer(
  reply: FastifyReply,
  site: Site,
  token: string,
  confirmation: AddressConfirmation,
): FastifyReply {
  const { texts, common } = site;
  switch (confirmation.kind) {
    case 'unknown':
      return sendUnknown(reply, site);
    case 'expired':
      return sendExpired(reply, site, {
        text: 'address_expired',
        next: { path: 'preferences/', text: 'preferences_again' },
      });
    case 'open':
    case 'done': {
      const { address, kind } = confirmation;
      const name = kind === 'open' ? 'new-address' : 'address-changed';
      const title = texts.text(`site.${name.replace('-', '_')}.title`);
      const action = `${common.base}address/${encodeURIComponent(token)}`;
      return sendPersonal(reply, site, { name, title, scope: { address, action } });
    }
  }
}
