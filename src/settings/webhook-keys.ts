import { createPublicKey } from 'node:crypto';
import { text } from './schema-values.ts';

/** The providers whose webhooks are understood. */
export const WEBHOOK_PROVIDERS = [
  'ses',
  'postmark',
  'mailgun',
  'sendgrid',
  'brevo',
  'mailjet',
] as const;

export type WebhookProvider = (typeof WEBHOOK_PROVIDERS)[number];

/** What proves that a request is from a provider: at least one key of each. Others have no route. */
export type WebhookKeys = Readonly<Partial<Record<WebhookProvider, readonly string[]>>>;

/** The parts of the ARN of a topic of Amazon SNS. */
const TOPIC =
  /^arn:(aws|aws-cn|aws-us-gov):sns:([a-z]{2}(?:-[a-z]+)+-\d{1,2}):\d{12}:[\w.-]{1,256}$/;

/** The only origin from which anything about a topic is fetched: Amazon SNS in the topic's region. */
export function originOfTopic(topic: string): string | undefined {
  const [, partition, region] = TOPIC.exec(topic) ?? [];
  if (partition === undefined || region === undefined) return undefined;
  return `https://sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
}

const LEAST_LENGTH = 16;

/** Several keys while one replaces another. */
const keys = (isKey: (key: string) => boolean, message: string) =>
  text
    .transform((value) => value.split(/[\s,]+/).filter((key) => key !== ''))
    .refine((all) => all.length > 0 && all.every(isKey), message)
    .optional();

const secret = (of: string) =>
  keys(
    (key) => key.length >= LEAST_LENGTH,
    `has a secret of fewer than ${LEAST_LENGTH} characters, which can be guessed; make one with \`openssl rand -hex 32\``,
  ).describe(
    `The password in the URL of the webhook of ${of}: \`https://broadsheet:PASSWORD@...\`.`,
  );

/** The variables of the environment with the keys. Each may have several, separated by spaces. */
export const webhookVariables = {
  BROADSHEET_SES_TOPIC: keys(
    (topic) => originOfTopic(topic) !== undefined,
    'has something that is not a topic; copy its ARN, like arn:aws:sns:eu-west-1:123456789012:bounces',
  ).describe(
    'The ARN of the Amazon SNS topic to which Amazon SES publishes bounces and complaints.',
  ),
  BROADSHEET_POSTMARK_PASSWORD: secret('Postmark'),
  BROADSHEET_MAILGUN_SIGNING_KEY: keys(
    (key) => key.length >= LEAST_LENGTH,
    'is too short for a key; copy the HTTP webhook signing key',
  ).describe('The HTTP webhook signing key of Mailgun.'),
  BROADSHEET_SENDGRID_PUBLIC_KEY: keys(
    isPublicKey,
    'is not a public key; copy the verification key of the event webhook',
  ).describe('The verification key of the signed event webhook of SendGrid.'),
  BROADSHEET_BREVO_PASSWORD: secret('Brevo'),
  BROADSHEET_MAILJET_PASSWORD: secret('Mailjet'),
};

/** The keys from the environment. */
export function webhookKeysOf(
  environment: {
    readonly [Name in keyof typeof webhookVariables]?: readonly string[] | undefined;
  },
): WebhookKeys {
  return {
    ses: environment.BROADSHEET_SES_TOPIC,
    postmark: environment.BROADSHEET_POSTMARK_PASSWORD,
    mailgun: environment.BROADSHEET_MAILGUN_SIGNING_KEY,
    sendgrid: environment.BROADSHEET_SENDGRID_PUBLIC_KEY,
    brevo: environment.BROADSHEET_BREVO_PASSWORD,
    mailjet: environment.BROADSHEET_MAILJET_PASSWORD,
  };
}

function isPublicKey(key: string): boolean {
  try {
    const parsed = createPublicKey({
      key: Buffer.from(key, 'base64'),
      format: 'der',
      type: 'spki',
    });
    return parsed.asymmetricKeyType === 'ec';
  } catch {
    return false;
  }
}

/**
 * The keys that sign our own webhooks, as the Standard Webhooks specification writes them: `whsec_` and
 * 24 to 64 bytes in base64.
 */
export const hookSecrets = keys(
  (key) => isBetween(Buffer.from(key.replace(/^whsec_/, ''), 'base64').length),
  'is not a secret of 24 to 64 bytes in base64; make one with `echo whsec_$(openssl rand -base64 32)`',
);

function isBetween(bytes: number): boolean {
  return bytes >= 24 && bytes <= 64;
}
