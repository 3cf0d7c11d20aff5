import type { FastifyInstance, FastifyReply } from 'fastify';
import { formFields } from '../forms/form-fields.ts';
import { TRAP_FIELD } from '../forms/read-sign-up.ts';
import {
  changePreferences,
  type Preference,
  type Preferences,
  readPreferences,
  type ShownChoice,
} from '../preferences.ts';
import { sendExpired } from './link-over.ts';
import { sendPersonal } from './send-page.ts';
import { type FormProblem, problemsOf } from './sign-up-form.ts';
import { type Site, viewOf } from './site.ts';

type Route = { Params: { token: string } };

/** A person's subscriptions, and the form to change them. The link identifies the person. */
export function addPreferences(app: FastifyInstance, site: Site): void {
  const { deps } = site;
  app.get<Route>('/preferences/:token', async ({ params: { token } }, reply) => {
    const preferences = await readPreferences(deps, token);
    if (preferences === undefined) return sendPreferencesOver(reply, site);
    return sendPreferences(reply, site, token, preferences);
  });
  app.post<Route>('/preferences/:token', async ({ params: { token }, body }, reply) => {
    const fields = formFields(body);
    // A form with no ticked box looks like an empty form or another one.
    const isMeant = fields.one('save') !== '';
    const preferences = isMeant
      ? await changePreferences(deps, token, {
          ticked: fields.all('newsletters'),
          shown: fields.one('shown').split(';').map(readShown),
        })
      : await readPreferences(deps, token);
    if (preferences === undefined) return sendPreferencesOver(reply, site);
    return sendPreferences(reply, site, token, preferences, { isSaved: isMeant });
  });
}

/** The answer to an expired or invalid link to preferences, on any of its pages. */
export function sendPreferencesOver(reply: FastifyReply, site: Site): FastifyReply {
  const next = { path: 'preferences/', text: 'preferences_again' };
  return sendExpired(reply, site, { text: 'preferences_over', next });
}

/** The page of preferences: shown at first, after saving, or with the problems of a new address. */
export function sendPreferences(
  reply: FastifyReply,
  site: Site,
  token: string,
  { address, subscriptions, leftMeanwhile }: Preferences,
  state: {
    readonly isSaved?: boolean;
    readonly newAddress?: string;
    readonly problems?: readonly FormProblem[];
  } = {},
): FastifyReply {
  const { texts, common } = site;
  const { problems = [], newAddress = '' } = state;
  const heading = texts.text('site.preferences.title');
  const form = {
    ...{ address: newAddress, trap: TRAP_FIELD, consent: null },
    which: texts.text('site.preferences.which'),
    choices: subscriptions.map((preference) => ({
      ...viewOf(site, preference.newsletter),
      is_checked: preference.status === 'active',
      note: noteOf(site, preference.status),
    })),
    shown: subscriptions.map(writeShown).join(';'),
    label: texts.text('site.preferences.new_address'),
    button: texts.text('site.preferences.change'),
    ...problemsOf(site, problems),
  };
  const page = {
    name: 'preferences' as const,
    title: problems.length === 0 ? heading : texts.text('site.problem.title', { title: heading }),
    scope: {
      ...{ heading, form, address, is_saved: state.isSaved ?? false },
      left_meanwhile: leftMeanwhile.map((newsletter) => viewOf(site, newsletter)),
      action: `${common.base}preferences/${encodeURIComponent(token)}`,
    },
  };
  return sendPersonal(reply, site, page, problems.length === 0 ? 200 : 400);
}

/** A checkbox as it was shown. The form sends it back: `daily 1`, `daily 0 2026-03-20T07:00:00.000Z`. */
function writeShown({ newsletter, status, leftAt }: Preference): string {
  return [newsletter.id, status === 'active' ? '1' : '0', leftAt ?? ''].join(' ').trim();
}

function readShown(text: string): ShownChoice {
  const [newsletter = '', ticked, leftAt] = text.split(' ');
  return { newsletter, isTicked: ticked === '1', ...(leftAt === undefined ? {} : { leftAt }) };
}

function noteOf(
  { texts }: Site,
  status: Preferences['subscriptions'][number]['status'],
): string | null {
  const isTold = status === 'bounced' || status === 'complained' || status === 'pending';
  return isTold ? texts.text(`site.preferences.${status}`) : null;
}
