import { verify, X509Certificate } from 'node:crypto';
import type { Severity } from '../../database/states.ts';
import { TOKEN_HEADER } from '../../delivery/message/message-token.ts';
import { originOfTopic } from '../../settings/webhook-keys.ts';
import {
  instantOf,
  isFresh,
  type JsonObject,
  jsonOf,
  listOf,
  type OpenedWebhook,
  objectOf,
  type Provider,
  type ProviderEvent,
  textOf,
  type WebhookContext,
  type WebhookRequest,
} from './provider.ts';

/**
 * Amazon SES, over a topic of Amazon SNS. SNS signs for every customer with the same certificates, so the
 * topic is what has to be ours: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html,
 * https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
 */
export function openSes(): Provider {
  const certificates = openCertificates();
  return {
    async open(request: WebhookRequest, context: WebhookContext) {
      const message = objectOf(jsonOf(request.body));
      const topic = context.keys.find((key) => key === message.TopicArn);
      const origin = topic === undefined ? undefined : originOfTopic(topic);
      if (origin === undefined) return undefined;
      const at = instantOf(message.Timestamp);
      if (!isFresh(at, context.now)) return undefined;
      const url = textOf(message.SigningCertURL);
      // No other address is ever fetched.
      if (!url.startsWith(`${origin}/`) || !CERTIFICATE_PATH.test(url.slice(origin.length))) {
        return undefined;
      }
      const certificate = await certificates(url, context);
      if (!isSigned(message, certificate)) return undefined;
      return openMessage(message, origin, context);
    },
    read: readSes,
  };
}

const CERTIFICATE_PATH = /^\/SimpleNotificationService-[\w-]{1,100}\.pem$/;

/** So many at once; they change once a year. */
const MOST_CERTIFICATES = 8;

/** Returns certificates by their URLs. Valid ones are kept. */
function openCertificates() {
  const known = new Map<string, X509Certificate>();
  return async (url: string, { now, fetchText }: WebhookContext): Promise<X509Certificate> => {
    const found = known.get(url) ?? new X509Certificate(await fetchText(url));
    const [from, until] = [found.validFromDate, found.validToDate].map((date) => date.getTime());
    const time = now.epochMilliseconds;
    if (from === undefined || until === undefined || time < from || time > until) {
      known.delete(url);
      throw new Error('the certificate of Amazon SNS is not valid at this time');
    }
    if (known.size >= MOST_CERTIFICATES) known.clear();
    known.set(url, found);
    return found;
  };
}

/** The fields that the signature is about, in order. */
const SIGNED: Readonly<Record<string, readonly string[]>> = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: [
    'Message',
    'MessageId',
    'SubscribeURL',
    'Timestamp',
    'Token',
    'TopicArn',
    'Type',
  ],
};

const HASHES: Readonly<Record<string, string>> = { '1': 'sha1', '2': 'sha256' };

function isSigned(message: JsonObject, { publicKey }: X509Certificate): boolean {
  const names = SIGNED[textOf(message.Type)];
  const hash = HASHES[textOf(message.SignatureVersion)];
  if (names === undefined || hash === undefined) return false;
  const signed = names
    .filter((name) => message[name] !== undefined)
    .map((name) => `${name}\n${textOf(message[name])}\n`);
  const signature = Buffer.from(textOf(message.Signature), 'base64');
  return verify(hash, Buffer.from(signed.join('')), publicKey, signature);
}

/** Confirms the subscription of our own topic by itself: nobody else can have signed the request. */
async function openMessage(
  message: JsonObject,
  origin: string,
  { fetchText }: WebhookContext,
): Promise<OpenedWebhook | undefined> {
  if (message.Type === 'SubscriptionConfirmation') {
    const url = textOf(message.SubscribeURL);
    if (!url.startsWith(`${origin}/?Action=ConfirmSubscription&`)) return undefined;
    await fetchText(url);
    return { json: undefined };
  }
  return { json: jsonOf(textOf(message.Message)) };
}

function readSes(json: unknown): readonly ProviderEvent[] {
  const event = objectOf(json);
  const mail = objectOf(event.mail);
  const type = textOf(event.eventType ?? event.notificationType);
  const headers = new Map(
    listOf(mail.headers).map((each) => {
      const { name, value } = objectOf(each);
      return [textOf(name).toLowerCase(), textOf(value)];
    }),
  );
  // SES sends the message with an id of its own, and returns our headers if they are included.
  const ids = {
    token: headers.get(TOKEN_HEADER.toLowerCase()),
    messageId: headers.get('message-id'),
  };
  const common = (details: JsonObject) => ({
    ...ids,
    at: instantOf(details.timestamp),
    identity: `${type} ${textOf(mail.messageId)} ${textOf(details.feedbackId ?? details.timestamp)}`,
  });
  switch (type) {
    case 'Bounce':
      return readBounce(objectOf(event.bounce), common(objectOf(event.bounce)));
    case 'Complaint': {
      const complaint = objectOf(event.complaint);
      return listOf(complaint.complainedRecipients).map((each) => ({
        ...common(complaint),
        kind: 'complaint',
        address: textOf(objectOf(each).emailAddress),
      }));
    }
    case 'Subscription': {
      const subscription = objectOf(event.subscription);
      if (objectOf(subscription.newTopicPreferences).unsubscribeAll !== true) return [];
      return listOf(mail.destination).map((address) => ({
        ...common(subscription),
        kind: 'unsubscribe',
        address: textOf(address),
      }));
    }
    default:
      return [];
  }
}

function readBounce(
  bounce: JsonObject,
  common: Pick<ProviderEvent, 'token' | 'messageId' | 'at' | 'identity'>,
): readonly ProviderEvent[] {
  const severity = severityOf(textOf(bounce.bounceType), textOf(bounce.bounceSubType));
  return listOf(bounce.bouncedRecipients).flatMap((each): ProviderEvent[] => {
    const { emailAddress, status, diagnosticCode } = objectOf(each);
    // Absence notes come as transient bounces without a code.
    const isAnswer =
      bounce.bounceType === 'Transient' && textOf(status) + textOf(diagnosticCode) === '';
    if (isAnswer) return [];
    return [
      {
        ...common,
        kind: 'bounce',
        address: textOf(emailAddress),
        severity,
        said: textOf(diagnosticCode).replace(/^[\w-]+ *;\s*/, ''),
        status: textOf(status),
      },
    ];
  });
}

/** `Permanent` includes addresses that SES no longer sends to (`Suppressed`, `OnAccountSuppressionList`). */
function severityOf(type: string, subtype: string): Severity {
  if (type === 'Permanent') return 'hard';
  return /^(MessageTooLarge|ContentRejected|AttachmentRejected)$/.test(subtype) ? 'other' : 'soft';
}
