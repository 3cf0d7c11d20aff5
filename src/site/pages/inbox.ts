import type { FastifyReply } from 'fastify';
import { sendPersonal } from './send-page.ts';
import type { Site } from './site.ts';

/** The kind of request. */
type Asked = 'sign_up' | 'preferences' | 'new_address';

/**
 * Shows that a mail is on its way. The page is the same for known and unknown addresses. `again`: path of
 * the form.
 */
export function sendInbox(
  reply: FastifyReply,
  site: Site,
  asked: Asked,
  { address, again }: { readonly address: string; readonly again: string },
): FastifyReply {
  const { texts } = site;
  return sendPersonal(reply, site, {
    ...{ name: 'inbox', title: texts.text('site.inbox.title') },
    scope: {
      ...{ address, again },
      text: texts.text(`site.inbox.${asked}`),
      steps: [texts.text(`site.inbox.${asked}_step_1`), texts.text(`site.inbox.${asked}_step_2`)],
    },
  });
}
