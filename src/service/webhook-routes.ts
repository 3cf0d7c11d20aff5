import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FetchText } from '../inbound/webhooks/provider.ts';
import { openWebhookTaker } from '../inbound/webhooks/take-webhook.ts';
import { WEBHOOK_PROVIDERS } from '../settings/webhook-keys.ts';
import type { RoutePlugin } from '../web/web-dependencies.ts';
import { WEB_LIMITS } from '../web/web-limits.ts';

/**
 * `POST /hooks/PROVIDER` for each provider with a key. It answers 200 when everything is stored, 401
 * if nothing proves the sender, and 5xx if the database is away; then the provider sends it again.
 */
export function webhookRoutes(fetchText: FetchText = fetchSmallText): RoutePlugin {
  return (app, deps) => {
    const taker = openWebhookTaker(deps, fetchText);
    // Signatures are about the bytes, and Amazon SNS names its JSON text.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      '*',
      { parseAs: 'buffer' },
      async (_: FastifyRequest, body: Buffer) => body,
    );
    const options = {
      bodyLimit: WEB_LIMITS.webhookBytes,
      config: { limit: 'webhook', errors: 'json' },
    } as const;
    for (const provider of WEBHOOK_PROVIDERS) {
      if ((deps.config.webhookKeys[provider] ?? []).length === 0) continue;
      app.post(
        `/hooks/${provider}`,
        options,
        async ({ headers, body }: FastifyRequest, reply: FastifyReply) => {
          reply.header('cache-control', 'no-store');
          const request = { headers, body: body instanceof Buffer ? body : Buffer.alloc(0) };
          if (await taker.take(provider, request)) return reply.send({ taken: true });
          deps.log.event('a webhook was refused: nothing proves who sent it', { provider });
          return reply.code(401).send({ error: 'Unauthorized' });
        },
      );
    }
  };
}

const TIMEOUT_MS = 5000;
const MOST_CHARACTERS = 65_536;

async function fetchSmallText(url: string): Promise<string> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { redirect: 'error', signal });
  if (!response.ok || response.body === null) throw new Error(`it answered ${response.status}`);
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.length > MOST_CHARACTERS) throw new Error('the answer is too long');
  }
  return text;
}
