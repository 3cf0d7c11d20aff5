import { existsSync } from 'node:fs';
import type { Edition } from '../../editions/edition.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { EmailAddress } from '../../kernel/email-address.ts';
import type { Config } from '../../settings/config.ts';
import type { NewsletterSettings } from '../../settings/settings.ts';
import type { Message } from './message.ts';
import type { PlaceholderValues } from './personalise.ts';
import { buildMessage } from './prepare-messages.ts';
import { unsubscribeToken, wayOutOf } from './unsubscribe-link.ts';

/** An invented subscriber (RFC 2606: a reserved domain). */
const READER = { id: 'preview', address: 'reader@example.org' as EmailAddress };

/** Signs the links of a sample if there is no secret: they belong to nobody. */
const NO_SECRET = 'the secret of a preview is none';

/** What makes a sample. */
export interface SampleDependencies {
  readonly config: Pick<Config, 'publicUrl' | 'serviceUrl' | 'secrets' | 'dkim'>;
  readonly clock: Clock;
}

/** The message of an edition to an invented subscriber, and what replaces the placeholders in it. */
export async function sampleMessage(
  { config, clock }: SampleDependencies,
  newsletter: NewsletterSettings,
  edition: Edition,
): Promise<{ readonly message: Message; readonly values: PlaceholderValues }> {
  const { publicUrl, serviceUrl, secrets: known, dkim } = config;
  const secrets = known.length > 0 ? known : [NO_SECRET];
  const token = unsubscribeToken({ newsletter: newsletter.id, subscriberId: READER.id }, secrets);
  const message = await buildMessage({
    ...{ edition, newsletter, subscriber: READER, publicUrl, serviceUrl, secrets },
    // It may be made where the keys are not, as in CI.
    dkim: dkim.filter(({ keyFile }) => existsSync(keyFile)),
    date: clock(),
  });
  const unsubscribeUrl = wayOutOf(newsletter, serviceUrl, token);
  return { message, values: { unsubscribeUrl, address: READER.address } };
}
