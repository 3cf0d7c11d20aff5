import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { consentText } from '../forms/consent-text.ts';
import { formFields } from '../forms/form-fields.ts';
import { judgeFormToken, makeFormToken } from '../forms/form-token.ts';
import { isProofOfWork } from '../forms/proof-of-work.ts';
import { readSignUp } from '../forms/read-sign-up.ts';
import { requestSignUp } from '../request-sign-up.ts';
import { tooManyMails } from './budgets.ts';
import { allowOrigin, answerPreflight } from './cross-origin.ts';
import type { Site } from './site.ts';

/** Sign-ups by scripts of the publisher's other sites (`web.formOrigins`), and by servers. */
export function addApi(app: FastifyInstance, site: Site): void {
  const { deps, texts, common } = site;
  const options = {
    config: { errors: 'json' },
    onRequest: async (request: FastifyRequest, reply: FastifyReply) =>
      allowOrigin(request, reply, deps.config),
  } as const;
  app.get('/api/form', options, async (_request, reply) => {
    const { minimumSeconds, proofOfWork } = deps.config.web.signUp;
    return reply.header('cache-control', 'no-store').send({
      token: makeFormToken(deps),
      consentText: consentText(texts, common, common.newsletters),
      newsletters: common.newsletters.map(({ id, name, description }) => ({
        ...{ id, name, description },
      })),
      ...{ minimumSeconds, proofOfWork },
    });
  });
  app.post('/api/subscribe', options, async (request, reply) => takeJson(request, reply, site));
  for (const path of ['/api/form', '/api/subscribe']) {
    app.options(path, options, async (_request, reply) => answerPreflight(reply));
  }
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
  const { address, typed, newsletters, problems, isTrapped } = readSignUp(
    fields,
    common.newsletters,
  );
  const [problem] = problems;
  if (isTrapped) return reply.code(202).send({ taken: true });
  if (problem !== undefined || address === undefined) return refuse(problem ?? 'wrong_address');
  const bits = deps.config.web.signUp.proofOfWork;
  const token = fields.one('token');
  // A server shows no form, so it has no token. A program without an Origin gains nothing that waiting
  // would not give it. If proof of work is required, it has to send a token and the proof.
  const isServer = request.headers.origin === undefined && bits === 0;
  const verdict = isServer && token === '' ? 'good' : judgeFormToken(token, deps);
  if (verdict === 'over') return refuse('no_token');
  if (verdict === 'too-soon') return refuse('too_soon');
  const isProven = isProofOfWork(fields.one('proof'), { token, address: typed, bits });
  if (!isProven) return refuse('no_proof');
  const answer = await requestSignUp(deps, {
    ...{ address, newsletters, ip: request.ip, language: texts.language },
    source: 'api',
    consentText: consentText(texts, common, common.newsletters),
  });
  if (answer === 'busy') throw tooManyMails();
  return reply.code(202).send({ taken: true });
}
