import type { FastifyInstance } from 'fastify';
import { requestAddressChange } from '../address-change.ts';
import { eraseMe } from '../erase-me.ts';
import { formFields } from '../forms/form-fields.ts';
import { readAddress, TRAP_FIELD } from '../forms/read-sign-up.ts';
import { personalData } from '../personal-data.ts';
import { readPreferences } from '../preferences.ts';
import { tooManyMails } from './budgets.ts';
import { sendInbox } from './inbox.ts';
import { sendPreferences, sendPreferencesOver } from './preferences.ts';
import { sendPersonal } from './send-page.ts';
import type { Site } from './site.ts';

type Route = { Params: { token: string } };

/** What else the holder of a link to preferences can do: change the address, get their data, erase it. */
export function addPersonalPages(app: FastifyInstance, site: Site): void {
  addAddressChange(app, site);
  addData(app, site);
  addErasure(app, site);
}

function addAddressChange(app: FastifyInstance, site: Site): void {
  const { deps, texts, common } = site;
  app.post<Route>('/preferences/:token/address', async (request, reply) => {
    const { token } = request.params;
    const fields = formFields(request.body);
    const { typed, address, problems } = readAddress(fields);
    const preferences = await readPreferences(deps, token);
    if (preferences === undefined) return sendPreferencesOver(reply, site);
    const again = `${common.base}preferences/${encodeURIComponent(token)}`;
    if (fields.one(TRAP_FIELD) !== '') {
      return sendInbox(reply, site, 'new_address', { address: typed, again });
    }
    if (address === undefined || problems.length > 0) {
      const state = { newAddress: typed, problems };
      return sendPreferences(reply, site, token, preferences, state);
    }
    const asked = { address, language: texts.language, ip: request.ip };
    const answer = await requestAddressChange(deps, token, asked);
    if (answer === undefined) return sendPreferencesOver(reply, site);
    if (answer === 'busy') throw tooManyMails();
    return sendInbox(reply, site, 'new_address', { address, again });
  });
}

function addData(app: FastifyInstance, site: Site): void {
  app.get<Route>('/preferences/:token/data.json', async ({ params: { token } }, reply) => {
    const data = await personalData(site.deps, token);
    if (data === undefined) return sendPreferencesOver(reply, site);
    return reply
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer')
      .header('content-disposition', 'attachment; filename="my-data.json"')
      .type('application/json; charset=utf-8')
      .send(`${JSON.stringify(data, null, 2)}\n`);
  });
}

function addErasure(app: FastifyInstance, site: Site): void {
  const { deps, texts, common } = site;
  app.get<Route>('/preferences/:token/erase', async ({ params: { token } }, reply) => {
    const preferences = await readPreferences(deps, token);
    if (preferences === undefined) return sendPreferencesOver(reply, site);
    const action = `${common.base}preferences/${encodeURIComponent(token)}`;
    return sendPersonal(reply, site, {
      ...{ name: 'erase', title: texts.text('site.erase.title') },
      scope: { address: preferences.address, action },
    });
  });
  app.post<Route>('/preferences/:token/erase', async ({ params: { token } }, reply) => {
    const isErased = await eraseMe(deps, token);
    if (!isErased) return sendPreferencesOver(reply, site);
    return sendPersonal(reply, site, { name: 'erased', title: texts.text('site.erased.title') });
  });
}
