import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { NewsletterView } from '../../pages/layout-scope.ts';
import { formFields, isProofOfWork, judgeFormToken, readSignUp } from '../forms.ts';
import { requestSignUp } from '../request-mail.ts';
import {
  consentText,
  FORM_SOURCES,
  type FormProblem,
  formTitle,
  type SignUpFormState,
  sendInbox,
  signUpForm,
} from './form.ts';
import { refuseIfBusy, type Site, sendForm, sendPersonal } from './site.ts';

/** The subscribe forms, for all newsletters and for each, and their submission. */
export function addSubscribe(app: FastifyInstance, site: Site): void {
  const { newsletters } = site.common;
  if (newsletters.length === 0) return;
  const addForm = (path: string, offered: readonly NewsletterView[]) =>
    app.get(`/${path}`, async (_request, reply) => {
      const title = titleOf(site, offered);
      const form = signUpForm(site, { source: 'subscribe', offered });
      return sendForm(reply, site, {
        name: 'subscribe',
        title,
        path,
        scope: { heading: title, form },
      });
    });
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
  // The newsletters that the submitted form offered: all, or the only one.
  const only = common.newsletters.find(({ id }) => id === fields.one('only'));
  const offered = only === undefined ? common.newsletters : [only];
  const { address, typed, newsletters, problems, isTrapped } = readSignUp(fields, offered);
  const again = `${common.base}subscribe/`;
  // A bot that fills in every field gets the same answer as people, and nothing happens.
  if (isTrapped) return sendInbox(reply, site, 'sign_up', { address: typed, again });
  const token = fields.one('token');
  const verdict = judgeFormToken(token, deps);
  const source = FORM_SOURCES.find((name) => name === fields.one('form')) ?? 'embedded';
  const state: SignUpFormState = {
    source,
    offered,
    chosen: newsletters,
    address: typed,
    token: verdict === 'expired' ? undefined : token,
  };
  const refuse = (found: readonly FormProblem[]) => {
    const heading = titleOf(site, offered);
    const scope = { heading, form: signUpForm(site, { ...state, problems: found }) };
    const title = formTitle(site, heading, found);
    return sendPersonal(reply, site, { name: 'subscribe', title, scope }, 400);
  };
  if (address === undefined || problems.length > 0) return refuse(problems);
  // From another site, or from a page that was open for days.
  if (verdict === 'expired') {
    return sendPersonal(reply, site, {
      name: 'one-more-click',
      title: texts.text('site.one_more_click.title'),
      scope: { form: signUpForm(site, state) },
    });
  }
  const bits = deps.config.web.signUp.proofOfWork;
  const isProven = isProofOfWork(fields.one('proof'), { token, address: typed, bits });
  if (!isProven) return refuse(['no_proof']);
  if (verdict === 'too-soon') return refuse(['too_soon']);
  const result = await requestSignUp(deps, {
    address,
    newsletters,
    source,
    ip: request.ip,
    language: texts.language,
    consentText: consentText(site, offered),
  });
  refuseIfBusy(result);
  return sendInbox(reply, site, 'sign_up', { address, again });
}
