import { createPublicKey, verify } from 'node:crypto';
import type { Severity } from '../../database/states.ts';
import {
  headerOf,
  instantOf,
  isFresh,
  type JsonObject,
  jsonOf,
  listOf,
  objectOf,
  type Provider,
  type ProviderEvent,
  textOf,
} from './provider.ts';

/**
 * SendGrid signs the time and the body (ECDSA), and sends several events together.
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event,
 * .../getting-started-event-webhook-security-features
 */
export const sendgrid: Provider = {
  async open(request, { keys, now }) {
    const timestamp = headerOf(request, 'x-twilio-email-event-webhook-timestamp');
    const signature = headerOf(request, 'x-twilio-email-event-webhook-signature');
    if (!isFresh(instantOf(timestamp), now)) return undefined;
    const signed = Buffer.concat([Buffer.from(timestamp), request.body]);
    const isSigned = keys.some((key) =>
      verify(
        'sha256',
        signed,
        createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' }),
        Buffer.from(signature, 'base64'),
      ),
    );
    return isSigned ? { json: jsonOf(request.body) } : undefined;
  },
  read: (json) => listOf(json).map(objectOf).flatMap(readEvent),
};

function readEvent(event: JsonObject): ProviderEvent[] {
  const what = readKind(event);
  if (what === undefined) return [];
  return [
    {
      ...what,
      address: textOf(event.email),
      // Unique arguments stand among the other fields.
      token: textOf(event.broadsheet),
      messageId: textOf(event['smtp-id']),
      at: instantOf(event.timestamp),
      identity: textOf(event.sg_event_id),
    },
  ];
}

type Kind = Pick<ProviderEvent, 'kind' | 'severity' | 'said' | 'status'>;

function readKind(event: JsonObject): Kind | undefined {
  switch (event.event) {
    case 'spamreport':
      return { kind: 'complaint' };
    case 'unsubscribe':
    case 'group_unsubscribe':
      return { kind: 'unsubscribe' };
    case 'dropped':
      return readDropped(textOf(event.reason));
    case 'bounce': {
      const standard = event.type === 'blocked' ? 'soft' : 'hard';
      return {
        kind: 'bounce',
        severity: CLASSES[textOf(event.bounce_classification)] ?? standard,
        said: textOf(event.reason),
        status: textOf(event.status),
      };
    }
    default:
      return undefined;
  }
}

const CLASSES: Readonly<Record<string, Severity>> = {
  'Invalid Address': 'hard',
  'Mailbox Unavailable': 'soft',
  Content: 'other',
  Reputation: 'other',
  'Frequency/Volume': 'other',
  'Frequency or Volume Too High': 'other',
};

/** SendGrid did not send, because of an earlier event or because of us. */
function readDropped(reason: string): Kind {
  if (/^spam report/i.test(reason)) return { kind: 'complaint' };
  if (/^unsubscribed/i.test(reason)) return { kind: 'unsubscribe' };
  const isFinal = /^(bounced address|invalid$)/i.test(reason);
  return {
    kind: 'bounce',
    ...(isFinal ? { severity: 'hard' } : { severity: 'other', said: reason }),
  };
}
