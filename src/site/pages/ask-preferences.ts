import type { FastifyInstance } from 'fastify';
import { formFields } from '../forms/form-fields.ts';
import { judgeFormToken, makeFormToken } from '../forms/form-token.ts';
import { readAddress, TRAP_FIELD } from '../forms/read-sign-up.ts';
import { requestPreferences } from '../request-preferences.ts';
import { tooManyMails } from './budgets.ts';
import { sendInbox } from './inbox.ts';
import { sendForm, sendPersonal } from './send-page.ts';
import { type FormProblem, problemsOf } from './sign-up-form.ts';
import type { Site } from './site.ts';

/** The problems of a form, by its token. */
const PROBLEMS = { good: [], 'too-soon': ['too_soon'], over: ['old_form'] } as const;

/** Asks for an address. If it is known, mails the link to its preferences. */
export function addAskPreferences(app: FastifyInstance, site: Site): void {
  const { deps, texts, common } = site;
  app.get('/preferences/', async (_request, reply) => sendForm(reply, site, page(site, {})));
  app.post('/preferences/', async (request, reply) => {
    const fields = formFields(request.body);
    const { typed, address, problems } = readAddress(fields);
    const again = `${common.base}preferences/`;
    if (fields.one(TRAP_FIELD) !== '') {
      return sendInbox(reply, site, 'preferences', { address: typed, again });
    }
    const token = fields.one('token');
    const verdict = judgeFormToken(token, deps);
    const found: readonly FormProblem[] = [...problems, ...PROBLEMS[verdict]];
    if (address === undefined || found.length > 0) {
      const kept = verdict === 'over' ? {} : { token };
      const asked = page(site, { address: typed, problems: found, ...kept });
      return sendPersonal(reply, site, asked, 400);
    }
    const request_ = { address, language: texts.language, ip: request.ip };
    if ((await requestPreferences(deps, request_)) === 'busy') throw tooManyMails();
    return sendInbox(reply, site, 'preferences', { address, again });
  });
}

function page(
  site: Site,
  state: {
    readonly address?: string;
    readonly problems?: readonly FormProblem[];
    readonly token?: string;
  },
) {
  const { texts, deps } = site;
  const { address = '', problems = [] } = state;
  const heading = texts.text('site.ask_preferences.title');
  const form = {
    ...{ address, trap: TRAP_FIELD, consent: null },
    token: state.token ?? makeFormToken(deps),
    label: texts.text('site.form.address'),
    button: texts.text('site.ask_preferences.button'),
    ...problemsOf(site, problems),
  };
  return {
    ...{ name: 'ask-preferences' as const, path: 'preferences/' },
    title: problems.length === 0 ? heading : texts.text('site.problem.title', { title: heading }),
    scope: { heading, form },
  };
}
