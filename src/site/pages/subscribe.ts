import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { NewsletterView } from '../../pages/layout-scope.ts';
import { consentText } from '../forms/consent-text.ts';
import { type FormFields, formFields } from '../forms/form-fields.ts';
import { judgeFormToken } from '../forms/form-token.ts';
import { isProofOfWork } from '../forms/proof-of-work.ts';
import { readSignUp } from '../forms/read-sign-up.ts';
import { requestSignUp } from '../request-sign-up.ts';
import { tooManyMails } from './budgets.ts';
import { sendInbox } from './inbox.ts';
import { sendForm, sendPersonal } from './send-page.ts';
import {
  FORM_SOURCES,
  type FormProblem,
  type SignUpFormState,
  signUpForm,
} from './sign-up-form.ts';
import type { Site } from './site.ts';

/** The subscribe forms, for all newsletters and for each, and their submission. */
export function addSubscribe(app: FastifyInstance, site: Site): void {
  const { newsletters } = site.common;
  if (newsletters.length === 0) return;
  const addForm = (path: string, offered: readonly NewsletterView[]) =>
    app.get(`/${path}`, async (_request, reply) =>
      sendForm(reply, site, {
        ...{ name: 'subscribe', title: titleOf(site, offered), path },
        scope: {
          heading: titleOf(site, offered),
          form: signUpForm(site, { source: 'subscribe', offered }),
        },
      }),
    );
  addForm('subscribe/', newsletters);
  for (const newsletter of newsletters) addForm(`subscribe/${newsletter.id}/`, [newsletter]);
  app.post('/subscribe/', async (request, reply) => takeForm(request, reply, site));
}

function titleOf({ texts }: Site, [only, ...others]: readonly NewsletterView[]): string {
  return only === undefined || others.length > 0
    ? texts.text('site.subscribe.title')
    : texts.text('site.subscribe.title_of', { newsletter: only.name });
}

async function takeForm(
  request: FastifyRequest,
  reply: FastifyReply,
  site: Site,
): Promise<FastifyReply> {
  const { deps, texts, common } = site;
  const fields = formFields(request.body);
  const offered = offeredBy(fields, common.newsletters);
  const form = readSignUp(fields, offered);
  const again = `${common.base}subscribe/`;
  // A bot that fills in every field gets the same answer as people, and nothing happens.
  if (form.isTrapped) return sendInbox(reply, site, 'sign_up', { address: form.typed, again });
  const token = fields.one('token');
  const verdict = judgeFormToken(token, deps);
  const source = FORM_SOURCES.find((name) => name === fields.one('form')) ?? 'embedded';
  const state: SignUpFormState = {
    ...{ source, offered, chosen: form.newsletters, address: form.typed },
    ...(verdict === 'over' ? {} : { token }),
  };
  const refuse = (problems: readonly FormProblem[]) => sendProblems(reply, site, state, problems);
  const { address, newsletters } = form;
  if (address === undefined || form.problems.length > 0) return refuse(form.problems);
  // From another site, or from a page that was open for days.
  if (verdict === 'over') return sendOneMoreClick(reply, site, state);
  const bits = deps.config.web.signUp.proofOfWork;
  if (!isProofOfWork(fields.one('proof'), { token, address: form.typed, bits })) {
    return refuse(['no_proof']);
  }
  if (verdict === 'too-soon') return refuse(['too_soon']);
  const answer = await requestSignUp(deps, {
    ...{ address, newsletters, source, ip: request.ip, language: texts.language },
    consentText: consentText(texts, common, offered),
  });
  if (answer === 'busy') throw tooManyMails();
  return sendInbox(reply, site, 'sign_up', { address, again });
}

/** The newsletters that the submitted form offered: all, or the only one. */
function offeredBy(
  fields: FormFields,
  newsletters: readonly NewsletterView[],
): readonly NewsletterView[] {
  const one = newsletters.find(({ id }) => id === fields.one('only'));
  return one === undefined ? newsletters : [one];
}

function sendProblems(
  reply: FastifyReply,
  site: Site,
  state: SignUpFormState,
  problems: readonly FormProblem[],
): FastifyReply {
  const heading = titleOf(site, state.offered);
  const title = site.texts.text('site.problem.title', { title: heading });
  const scope = { heading, form: signUpForm(site, { ...state, problems }) };
  return sendPersonal(reply, site, { name: 'subscribe', title, scope }, 400);
}

function sendOneMoreClick(reply: FastifyReply, site: Site, state: SignUpFormState): FastifyReply {
  return sendPersonal(reply, site, {
    ...{ name: 'one-more-click', title: site.texts.text('site.one_more_click.title') },
    scope: { form: signUpForm(site, state) },
  });
}
