import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireServiceUrl } from '../../settings/require-service-url.ts';
import { WebError } from '../../web/web-error.ts';
import { formFields, isProofOfWork, judgeFormToken, makeFormToken, readSignUp } from '../forms.ts';
import { requestSignUp } from '../request-mail.ts';
import { consentText } from './form.ts';
import { refuseIfBusy, type Site } from './site.ts';

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
    return reply.header('cache-control', 'no-store').send({
      token: makeFormToken(deps),
      consentText: consentText(site, common.newsletters),
      newsletters: common.newsletters.map(({ id, name, description }) => ({
        id,
        name,
        description,
      })),
      minimumSeconds,
      proofOfWork,
    });
  });
  app.post('/api/subscribe', options, async (request, reply) => takeJson(request, reply, site));
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

async function takeJson(
  request: FastifyRequest,
  reply: FastifyReply,
  site: Site,
): Promise<FastifyReply> {
  const { deps, texts, common } = site;
  reply.header('cache-control', 'no-store');
  const refuse = (error: string) => reply.code(400).send({ error });
  const fields = formFields(request.body);
  const form = readSignUp(fields, common.newsletters);
  const { address, typed, newsletters, isTrapped } = form;
  const [problem] = form.problems;
  if (isTrapped) return reply.code(202).send({ taken: true });
  if (problem !== undefined || address === undefined) return refuse(problem ?? 'wrong_address');
  const bits = deps.config.web.signUp.proofOfWork;
  const token = fields.one('token');
  // A server shows no form, so it has no token. A program without an Origin gains nothing that waiting
  // would not give it. If proof of work is required, it has to send a token and the proof.
  const isServer = request.headers.origin === undefined && bits === 0;
  const verdict = isServer && token === '' ? 'good' : judgeFormToken(token, deps);
  if (verdict === 'expired') return refuse('no_token');
  if (verdict === 'too-soon') return refuse('too_soon');
  const isProven = isProofOfWork(fields.one('proof'), { token, address: typed, bits });
  if (!isProven) return refuse('no_proof');
  const result = await requestSignUp(deps, {
    address,
    newsletters,
    source: 'api',
    ip: request.ip,
    language: texts.language,
    consentText: consentText(site, common.newsletters),
  });
  refuseIfBusy(result);
  return reply.code(202).send({ taken: true });
}
