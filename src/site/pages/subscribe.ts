import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { NewsletterView } from '../../pages/layout-scope.ts';
import { consentText, FORM_SOURCES } from '../../pages/sign-up-form.ts';
import { requireServiceUrl } from '../../settings/require-service-url.ts';
import { WebError } from '../../web/web-error.ts';
import { formFields, isProofOfWork, judgeFormToken, makeFormToken, readSignUp } from '../forms.ts';
import { requestSignUp } from '../request-mail.ts';
import {
  type FormProblem,
  formTitle,
  type SignUpFormState,
  sendInbox,
  signUpForm,
} from './form.ts';
import { formPage, refuseIfBusy, type Site, sendPersonal } from './site.ts';

/** The subscribe forms, for all newsletters and for each, and their submission. */
export function addSubscribe(app: FastifyInstance, site: Site): void {
  const { newsletters } = site.common;
  if (newsletters.length === 0) return;
  const addForm = (path: string, offered: readonly NewsletterView[]) => {
    const title = titleOf(site, offered);
    const pageWith = (token: string) => {
      const form = signUpForm(site, { source: 'subscribe', offered, token });
      return { name: 'subscribe' as const, title, path, scope: { heading: title, form } };
    };
    app.get(`/${path}`, formPage(site, pageWith));
  };
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
  const { common } = site;
  const fields = formFields(request.body);
  // The newsletters that the submitted form offered: all, or the only one.
  const only = common.newsletters.find(({ id }) => id === fields.one('only'));
  const offered = only === undefined ? common.newsletters : [only];
  const source = FORM_SOURCES.find((name) => name === fields.one('form')) ?? 'embedded';
  const taken = await takeSignUp(request, site, { offered, source });
  const { typed, newsletters, token, problems } = taken;
  if (problems.length === 0) {
    const again = `${common.base}subscribe/`;
    return sendInbox(reply, site, 'sign_up', { address: taken.address ?? typed, again });
  }
  const state: SignUpFormState = { source, offered, chosen: newsletters, address: typed, token };
  // From another site, or from a page that was open for days.
  if (problems.includes('old_form')) {
    const scope = { form: signUpForm(site, state) };
    return sendPersonal(reply, site, { name: 'one-more-click', scope });
  }
  const heading = titleOf(site, offered);
  const title = formTitle(site, heading, problems);
  const scope = { heading, form: signUpForm(site, { ...state, problems }) };
  return sendPersonal(reply, site, { name: 'subscribe', title, scope }, 400);
}

/**
 * Checks a submitted sign-up, and requests its mail if nothing is wrong with it. `token` of the result:
 * the form's, if it is still valid. A bot that fills in every field gets the same answer as people, and
 * nothing happens.
 */
async function takeSignUp(
  request: FastifyRequest,
  site: Site,
  form: {
    readonly offered: readonly NewsletterView[];
    readonly source: string;
    readonly needsToken?: boolean;
  },
) {
  const { deps, texts } = site;
  const { offered, source, needsToken = true } = form;
  const fields = formFields(request.body);
  const { address, typed, newsletters, problems, isTrapped } = readSignUp(fields, offered);
  const token = fields.one('token');
  const verdict = needsToken || token !== '' ? judgeFormToken(token, deps) : 'good';
  const bits = deps.config.web.signUp.proofOfWork;
  const findProblems = (): readonly FormProblem[] => {
    if (problems.length > 0) return problems;
    if (verdict === 'expired') return ['old_form'];
    if (!isProofOfWork(fields.one('proof'), { token, address: typed, bits })) return ['no_proof'];
    return verdict === 'too-soon' ? ['too_soon'] : [];
  };
  const found = isTrapped ? [] : findProblems();
  if (!isTrapped && found.length === 0 && address !== undefined) {
    const { ip } = request;
    const { language } = texts;
    const words = consentText(texts, site.common, offered);
    refuseIfBusy(
      await requestSignUp(deps, { address, newsletters, source, ip, language, consentText: words }),
    );
  }
  return {
    address,
    typed,
    newsletters,
    problems: found,
    token: verdict === 'expired' ? undefined : token,
  };
}

/** How long a browser caches the answer to a preflight. */
const MAX_AGE_SECONDS = 600;

/** Sign-ups by scripts of the publisher's other sites (`web.formOrigins`), and by servers. */
export function addApi(app: FastifyInstance, site: Site): void {
  const { deps, common } = site;
  const options = {
    config: { errors: 'json' },
    onRequest: async (request: FastifyRequest, reply: FastifyReply) =>
      allowOrigin(request, reply, site),
  } as const;
  app.get('/api/form', options, async (_request, reply) => {
    const { minimumSeconds, proofOfWork } = deps.config.web.signUp;
    const newsletters = common.newsletters.map(({ id, name, description }) => ({
      id,
      name,
      description,
    }));
    return reply.header('cache-control', 'no-store').send({
      token: makeFormToken(deps),
      consentText: consentText(site.texts, common, common.newsletters),
      newsletters,
      minimumSeconds,
      proofOfWork,
    });
  });
  app.post('/api/subscribe', options, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    // A server shows no form, so it has no token. A program without an Origin gains nothing that waiting
    // would not give it. If proof of work is required, it has to send a token and the proof.
    const needsToken =
      request.headers.origin !== undefined || deps.config.web.signUp.proofOfWork > 0;
    const form = { offered: common.newsletters, source: 'api', needsToken };
    const [problem] = (await takeSignUp(request, site, form)).problems;
    if (problem === undefined) return reply.code(202).send({ taken: true });
    return reply.code(400).send({ error: problem === 'old_form' ? 'no_token' : problem });
  });
  for (const path of ['/api/form', '/api/subscribe']) {
    // A browser asks this before it sends JSON.
    app.options(path, options, async (_request, reply) =>
      reply
        .header('access-control-allow-methods', 'GET, POST')
        .header('access-control-allow-headers', 'Content-Type')
        .header('access-control-max-age', MAX_AGE_SECONDS)
        .code(204)
        .send(),
    );
  }
}

/**
 * Lets scripts of our own pages and of `web.formOrigins` read the answer (the Fetch standard, CORS
 * protocol). Refuses others before anything is done. A client without an Origin is not a script on a
 * page. There are no cookies, so no user's permissions are at risk, but the publisher's name is.
 */
function allowOrigin(
  { headers: { origin } }: FastifyRequest,
  reply: FastifyReply,
  { deps: { config } }: Site,
): void {
  reply.header('vary', 'Origin');
  if (origin === undefined) return;
  const own = new URL(requireServiceUrl(config)).origin;
  const isAllowed = config.web.formOrigins.includes(origin) || origin === own;
  if (!isAllowed) throw new WebError(403);
  reply.header('access-control-allow-origin', origin);
}
