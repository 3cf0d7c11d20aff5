import type { FastifyInstance, FastifyReply } from 'fastify';
import { TRAP_FIELD } from '../../pages/sign-up-form.ts';
import { weeklySisterOf } from '../../settings/find-newsletter.ts';
import { requestAddressChange } from '../address-change.ts';
import { formFields, judgeFormToken, makeFormToken, readAddress } from '../forms.ts';
import {
  changePreferences,
  eraseMe,
  type Preference,
  type Preferences,
  readPreferences,
  type ShownChoice,
} from '../preferences.ts';
import { requestPreferences } from '../request-mail.ts';
import { personalData } from '../show-subscriber.ts';
import { type FormProblem, formTitle, problemsOf, sendInbox } from './form.ts';
import {
  formPage,
  refuseIfBusy,
  type Site,
  sendExpired,
  sendPersonal,
  type TokenRoute,
  tokenPath,
  viewOf,
} from './site.ts';

/**
 * The pages of preferences: the form that asks for a link to them, the subscriptions, another address,
 * the person's data and its erasure. The link identifies the person.
 */
export function addPreferences(app: FastifyInstance, site: Site): void {
  addLinkForm(app, site);
  addSubscriptions(app, site);
  addAddressChange(app, site);
  addData(app, site);
  addErasure(app, site);
}

/** The problems of a form, by its token. */
const TOKEN_PROBLEMS = { good: [], 'too-soon': ['too_soon'], expired: ['old_form'] } as const;

/** Asks for an address. If it is known, mails the link to its preferences. */
function addLinkForm(app: FastifyInstance, site: Site): void {
  const { deps, texts, common } = site;
  app.get(
    '/preferences/',
    formPage(site, (token) => linkForm(site, '', [], token)),
  );
  app.post('/preferences/', async (request, reply) => {
    const fields = formFields(request.body);
    const { typed, address, problems } = readAddress(fields);
    const again = `${common.base}preferences/`;
    if (fields.one(TRAP_FIELD) !== '') {
      return sendInbox(reply, site, 'preferences', { address: typed, again });
    }
    const token = fields.one('token');
    const verdict = judgeFormToken(token, deps);
    const found: readonly FormProblem[] = [...problems, ...TOKEN_PROBLEMS[verdict]];
    if (address === undefined || found.length > 0) {
      const kept = verdict === 'expired' ? undefined : token;
      return sendPersonal(reply, site, linkForm(site, typed, found, kept), 400);
    }
    const { language } = texts;
    refuseIfBusy(await requestPreferences(deps, { address, language, ip: request.ip }));
    return sendInbox(reply, site, 'preferences', { address, again });
  });
}

function linkForm(
  site: Site,
  address = '',
  problems: readonly FormProblem[] = [],
  token = makeFormToken(site.deps),
) {
  const { texts } = site;
  const heading = texts.text('site.ask_preferences.title');
  const form = {
    address,
    trap: TRAP_FIELD,
    consent: null,
    token,
    label: texts.text('site.form.address'),
    button: texts.text('site.ask_preferences.button'),
    ...problemsOf(site, problems),
  };
  return {
    name: 'ask-preferences' as const,
    path: 'preferences/',
    title: formTitle(site, heading, problems),
    scope: { heading, form },
  };
}

/** A person's subscriptions, and the form to change them. */
function addSubscriptions(app: FastifyInstance, site: Site): void {
  const { deps } = site;
  app.get<TokenRoute>('/preferences/:token', async ({ params: { token } }, reply) =>
    sendPreferences(reply, site, token, await readPreferences(deps, token)),
  );
  app.post<TokenRoute>('/preferences/:token', async ({ params: { token }, body }, reply) => {
    const fields = formFields(body);
    // A form with no ticked box looks like an empty form or another one.
    const isSaved = fields.one('save') !== '';
    // A button of a newsletter: the one to join, and the one to leave for it.
    const [joined, left] = fields.one('choose').split(' ');
    const ticked = fields.all('newsletters').filter((id) => id !== left);
    const preferences = isSaved
      ? await changePreferences(deps, token, {
          ticked: joined ? [...ticked, joined] : ticked,
          shown: fields.one('shown').split(';').map(readShown),
        })
      : await readPreferences(deps, token);
    return sendPreferences(reply, site, token, preferences, { isSaved });
  });
}

/** The answer to an expired or invalid link to preferences, on any of its pages. */
function sendNoPreferences(reply: FastifyReply, site: Site): FastifyReply {
  const next = { path: 'preferences/', text: 'preferences_again' };
  return sendExpired(reply, site, 'preferences_over', next);
}

/** The page of preferences: shown at first, after saving, or with the problems of a new address. */
function sendPreferences(
  reply: FastifyReply,
  site: Site,
  token: string,
  preferences: Preferences | undefined,
  state: {
    readonly isSaved?: boolean;
    readonly newAddress?: string;
    readonly problems?: readonly FormProblem[];
  } = {},
): FastifyReply {
  if (preferences === undefined) return sendNoPreferences(reply, site);
  const { texts } = site;
  const { address, subscriptions, leftMeanwhile } = preferences;
  const { isSaved = false, problems = [], newAddress = '' } = state;
  const heading = texts.text('site.preferences.title');
  const form = {
    address: newAddress,
    trap: TRAP_FIELD,
    consent: null,
    which: texts.text('site.preferences.which'),
    choices: subscriptions.map(({ newsletter, status }) => ({
      ...viewOf(site, newsletter),
      is_checked: status === 'active',
      note:
        status === 'bounced' ||
        status === 'complained' ||
        status === 'pending' ||
        status === 'paused'
          ? texts.text(`site.preferences.${status}`)
          : null,
      choose: buttonOf(site, newsletter.id, subscriptions),
    })),
    shown: subscriptions.map(writeShown).join(';'),
    label: texts.text('site.preferences.new_address'),
    button: texts.text('site.preferences.change'),
    ...problemsOf(site, problems),
  };
  const page = {
    name: 'preferences' as const,
    title: formTitle(site, heading, problems),
    scope: {
      heading,
      form,
      address,
      is_saved: isSaved,
      left_meanwhile: leftMeanwhile.map((newsletter) => viewOf(site, newsletter)),
      action: tokenPath(site, 'preferences', token),
    },
  };
  return sendPersonal(reply, site, page, problems.length === 0 ? 200 : 400);
}

/** The button beside a newsletter: resumes it, or takes its weekly sister instead. Null if there is none. */
function buttonOf(
  { deps: { config }, texts }: Site,
  id: string,
  subscriptions: Preferences['subscriptions'],
) {
  const statusOf = (wanted: string) =>
    subscriptions.find(({ newsletter }) => newsletter.id === wanted)?.status;
  if (statusOf(id) === 'paused') return { value: id, text: texts.text('site.preferences.resume') };
  const weekly = weeklySisterOf(config, id);
  if (weekly === undefined || statusOf(id) !== 'active' || statusOf(weekly.id) === 'active') {
    return null;
  }
  const text = texts.text('site.weekly.button', { weekly: weekly.name });
  return { value: `${weekly.id} ${id}`, text };
}

/** A checkbox as it was shown. The form sends it back: `daily 1`, `daily 0 2026-03-20T07:00:00.000Z`. */
function writeShown({ newsletter, status, leftAt }: Preference): string {
  return [newsletter.id, status === 'active' ? '1' : '0', leftAt ?? ''].join(' ').trim();
}

function readShown(text: string): ShownChoice {
  const [newsletter = '', ticked, leftAt] = text.split(' ');
  return { newsletter, isTicked: ticked === '1', leftAt };
}

function addAddressChange(app: FastifyInstance, site: Site): void {
  const { deps, texts } = site;
  app.post<TokenRoute>('/preferences/:token/address', async (request, reply) => {
    const { token } = request.params;
    const fields = formFields(request.body);
    const { typed, address, problems } = readAddress(fields);
    const preferences = await readPreferences(deps, token);
    if (preferences === undefined) return sendNoPreferences(reply, site);
    const again = tokenPath(site, 'preferences', token);
    if (fields.one(TRAP_FIELD) !== '') {
      return sendInbox(reply, site, 'new_address', { address: typed, again });
    }
    if (address === undefined) {
      const state = { newAddress: typed, problems };
      return sendPreferences(reply, site, token, preferences, state);
    }
    const change = { address, language: texts.language, ip: request.ip };
    const result = await requestAddressChange(deps, token, change);
    if (result === undefined) return sendNoPreferences(reply, site);
    refuseIfBusy(result);
    return sendInbox(reply, site, 'new_address', { address, again });
  });
}

function addData(app: FastifyInstance, site: Site): void {
  app.get<TokenRoute>('/preferences/:token/data.json', async ({ params: { token } }, reply) => {
    const data = await personalData(site.deps, token);
    if (data === undefined) return sendNoPreferences(reply, site);
    return reply
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer')
      .header('content-disposition', 'attachment; filename="my-data.json"')
      .type('application/json; charset=utf-8')
      .send(`${JSON.stringify(data, null, 2)}\n`);
  });
}

function addErasure(app: FastifyInstance, site: Site): void {
  const { deps } = site;
  app.get<TokenRoute>('/preferences/:token/erase', async ({ params: { token } }, reply) => {
    const preferences = await readPreferences(deps, token);
    if (preferences === undefined) return sendNoPreferences(reply, site);
    const { address } = preferences;
    const scope = { address, action: tokenPath(site, 'preferences', token) };
    return sendPersonal(reply, site, { name: 'erase', scope });
  });
  app.post<TokenRoute>('/preferences/:token/erase', async ({ params: { token } }, reply) => {
    if (!(await eraseMe(deps, token))) return sendNoPreferences(reply, site);
    return sendPersonal(reply, site, { name: 'erased' });
  });
}
