import { createHmac } from 'node:crypto';
import type { Severity } from '../../database/states.ts';
import {
  instantOf,
  isEqual,
  isFresh,
  type JsonObject,
  jsonOf,
  objectOf,
  type Provider,
  type ProviderEvent,
  textOf,
} from './provider.ts';

/**
 * Mailgun signs a time and a token, but not the event: a token is good for one body.
 * https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks,
 * .../docs/mailgun/user-manual/events/event-structure
 */
export const mailgun: Provider = {
  async open({ body }, { keys, now }) {
    const json = objectOf(jsonOf(body));
    const signature = objectOf(json.signature);
    const [timestamp, token] = [textOf(signature.timestamp), textOf(signature.token)];
    if (token === '' || !isFresh(instantOf(timestamp), now)) return undefined;
    // The second is by the key of the account, if the domain is of a subaccount.
    const given = [signature.signature, signature['parent-signature']].map(textOf);
    const isSigned = keys.some((key) => {
      const expected = createHmac('sha256', key)
        .update(timestamp + token)
        .digest('hex');
      return given.some((each) => isEqual(each, expected));
    });
    return isSigned ? { json, nonce: token } : undefined;
  },
  read(json) {
    const event = objectOf(objectOf(json)['event-data']);
    const what = readKind(event);
    if (what === undefined) return [];
    const headers = objectOf(objectOf(event.message).headers);
    return [
      {
        ...what,
        address: textOf(event.recipient),
        token: textOf(objectOf(event['user-variables']).broadsheet),
        messageId: `<${textOf(headers['message-id']).replace(/[<>]/g, '')}>`,
        at: instantOf(event.timestamp),
        identity: textOf(event.id),
      },
    ];
  },
};

type Kind = Pick<ProviderEvent, 'kind' | 'severity' | 'said' | 'status'>;

function readKind(event: JsonObject): Kind | undefined {
  switch (event.event) {
    case 'complained':
      return { kind: 'complaint' };
    case 'unsubscribed':
      return { kind: 'unsubscribe' };
    case 'failed':
      return event.severity === 'permanent' ? readFailure(event) : undefined;
    default:
      return undefined;
  }
}

/** `suppress-...`: Mailgun did not send, because of an earlier event. */
function readFailure(event: JsonObject): Kind {
  const status = objectOf(event['delivery-status']);
  const reason = textOf(event.reason);
  if (reason === 'suppress-complaint') return { kind: 'complaint' };
  if (reason === 'suppress-unsubscribe') return { kind: 'unsubscribe' };
  if (reason === 'suppress-bounce') return { kind: 'bounce', severity: 'hard' };
  const words = textOf(status.message) || textOf(status.description);
  const code = textOf(status.code);
  return {
    kind: 'bounce',
    severity: SEVERITIES[reason] ?? (status['bounce-type'] === 'soft' ? 'soft' : 'hard'),
    // The code is in most messages, too. Mailgun's own codes have another first digit.
    said: /^[45]\d\d$/.test(code) && !words.startsWith(code) ? `${code} ${words}` : words,
    status: textOf(status['enhanced-code']),
  };
}

/** `old`: it tried for too long; `espblock`: the receiving provider blocks us. */
const SEVERITIES: Readonly<Record<string, Severity>> = {
  old: 'soft',
  espblock: 'other',
};
