import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { FetchText } from '../../src/inbound/webhooks/provider.ts';
import type { WebhookKeys, WebhookProvider } from '../../src/settings/webhook-keys.ts';
import { CERTIFICATE, KEY } from './certificates.ts';
import type { AskOptions } from './web.ts';

// Requests as the providers send them, with keys of the tests.

export const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:bounces';
export const SNS = 'https://sns.eu-west-1.amazonaws.com';
const CERTIFICATE_URL = `${SNS}/SimpleNotificationService-0123456789abcdef.pem`;
const PASSWORD = 'a password of the tests'.replaceAll(' ', '-');
const SIGNING_KEY = 'key-0123456789abcdef0123456789abcdef';

const sendgrid = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const SENDGRID_KEY = sendgrid.publicKey
  .export({ format: 'der', type: 'spki' })
  .toString('base64');

export const WEBHOOK_KEYS: WebhookKeys = {
  ses: [TOPIC],
  postmark: [PASSWORD],
  mailgun: [SIGNING_KEY],
  sendgrid: [SENDGRID_KEY],
  brevo: ['another-password-of-brevo', PASSWORD],
  mailjet: [PASSWORD],
};

/** Answers with the certificate of the tests, and notes what was asked for. */
export function openFakeSns(): { readonly asked: string[]; readonly fetchText: FetchText } {
  const asked: string[] = [];
  return {
    asked,
    async fetchText(url) {
      asked.push(url);
      return url === CERTIFICATE_URL ? CERTIFICATE : 'confirmed';
    },
  };
}

/** The request with `json`, signed as its provider does at `at`. */
export function signed(provider: WebhookProvider, json: unknown, at: Temporal.Instant): AskOptions {
  const seconds = String(Math.floor(at.epochMilliseconds / 1000));
  switch (provider) {
    case 'ses':
      return notification({ Message: JSON.stringify(json) }, at);
    case 'mailgun': {
      const token = createHash('sha256').update(JSON.stringify(json)).digest('hex').slice(0, 50);
      const signature = createHmac('sha256', SIGNING_KEY)
        .update(seconds + token)
        .digest('hex');
      return post({ signature: { timestamp: seconds, token, signature }, 'event-data': json });
    }
    case 'sendgrid': {
      const body = JSON.stringify(json);
      const signature = sign('sha256', Buffer.from(seconds + body), sendgrid.privateKey);
      return post(json, {
        'x-twilio-email-event-webhook-timestamp': seconds,
        'x-twilio-email-event-webhook-signature': signature.toString('base64'),
      });
    }
    case 'brevo':
      return post(json, { authorization: `Bearer ${PASSWORD}` });
    default:
      return post(json, { authorization: basic(PASSWORD) });
  }
}

export function basic(password: string): string {
  return `Basic ${Buffer.from(`broadsheet:${password}`).toString('base64')}`;
}

export function post(json: unknown, headers: Readonly<Record<string, string>> = {}): AskOptions {
  const type = { 'content-type': 'application/json' };
  return { method: 'POST', headers: { ...type, ...headers }, body: JSON.stringify(json) };
}

/** A message of Amazon SNS, signed after `fields` replaced its own. `after`: changed when it was signed. */
export function notification(
  fields: Readonly<Record<string, string>>,
  at: Temporal.Instant,
  after: Readonly<Record<string, string>> = {},
): AskOptions {
  const message: Record<string, string> = {
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: TOPIC,
    Timestamp: at.toString({ fractionalSecondDigits: 3 }),
    SignatureVersion: '2',
    SigningCertURL: CERTIFICATE_URL,
    ...fields,
  };
  const names = ['Message', 'MessageId', 'Subject', 'SubscribeURL', 'Timestamp', 'Token'];
  const text = [...names, 'TopicArn', 'Type']
    .filter((name) => message[name] !== undefined)
    .map((name) => `${name}\n${message[name]}\n`)
    .join('');
  const hash = message.SignatureVersion === '1' ? 'sha1' : 'sha256';
  const Signature = sign(hash, Buffer.from(text), KEY).toString('base64');
  return post({ ...message, Signature, ...after }, { 'content-type': 'text/plain; charset=UTF-8' });
}
