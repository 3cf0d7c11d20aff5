import type { Severity } from '../../database/states.ts';
import {
  instantOf,
  type JsonObject,
  listOf,
  objectOf,
  openByPassword,
  type Provider,
  type ProviderEvent,
  textOf,
} from './provider.ts';

/**
 * Brevo signs nothing; the URL has a name and a password, or the webhook a token.
 * https://developers.brevo.com/docs/transactional-webhooks, .../secured-webhooks
 */
export const brevo: Provider = {
  open: openByPassword,
  read: (json) => listOf(json).map(objectOf).flatMap(readEvent),
};

function readEvent(event: JsonObject): ProviderEvent[] {
  const name = textOf(event.event);
  const kind = KINDS[name];
  if (kind === undefined) return [];
  const messageId = textOf(event['message-id']);
  const at = event.ts_event ?? event.ts;
  return [
    {
      kind,
      ...(kind === 'bounce' && { severity: SEVERITIES[name], said: textOf(event.reason) }),
      address: textOf(event.email),
      token: textOf(event['X-Mailin-custom']),
      messageId,
      at: instantOf(at),
      identity: `${name} ${messageId} ${textOf(at)}`,
    },
  ];
}

const KINDS: Readonly<Record<string, ProviderEvent['kind']>> = {
  ...{ hard_bounce: 'bounce', soft_bounce: 'bounce', invalid_email: 'bounce' },
  ...{ blocked: 'bounce', error: 'bounce', spam: 'complaint', unsubscribed: 'unsubscribe' },
};

const SEVERITIES: Readonly<Record<string, Severity>> = {
  ...{ hard_bounce: 'hard', invalid_email: 'hard', soft_bounce: 'soft' },
  ...{ blocked: 'other', error: 'other' },
};
