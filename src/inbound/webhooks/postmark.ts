import type { Severity } from '../../database/states.ts';
import {
  instantOf,
  objectOf,
  openByPassword,
  type Provider,
  type ProviderEvent,
  textOf,
} from './provider.ts';

/**
 * Postmark signs nothing; the URL has a name and a password.
 * https://postmarkapp.com/developer/webhooks/webhooks-overview, .../bounce-webhook,
 * .../spam-complaint-webhook, .../subscription-change-webhook, .../api/bounce-api#bounce-types
 */
export const postmark: Provider = { open: openByPassword, read };

function read(json: unknown): readonly ProviderEvent[] {
  const event = objectOf(json);
  const common = {
    token: textOf(objectOf(event.Metadata).broadsheet),
    address: textOf(event.Email ?? event.Recipient),
    at: instantOf(event.BouncedAt ?? event.ChangedAt),
  };
  const identity = (what: string) =>
    `${what} ${textOf(event.ID)} ${textOf(event.MessageID)} ${textOf(event.ChangedAt)}`;
  switch (event.RecordType) {
    case 'SpamComplaint':
      return [{ ...common, kind: 'complaint', identity: identity('complaint') }];
    case 'SubscriptionChange':
      if (event.SuppressSending !== true) return [];
      return [{ ...common, ...readReason(event.SuppressionReason), identity: identity('change') }];
    case 'Bounce': {
      const type = textOf(event.Type);
      const bounce = { ...common, identity: identity(type) };
      if (type === 'SpamComplaint') return [{ ...bounce, kind: 'complaint' }];
      if (type === 'Unsubscribe') return [{ ...bounce, kind: 'unsubscribe' }];
      const said = textOf(event.Details);
      // It no longer sends to the address, after an earlier bounce, complaint or wish.
      const isInactive = type === 'SMTPApiError' && /\binactive\b/i.test(said);
      if (isInactive) return [{ ...bounce, kind: 'bounce', severity: 'hard' }];
      const severity = SEVERITIES[type];
      return severity === undefined ? [] : [{ ...bounce, kind: 'bounce', severity, said }];
    }
    default:
      return [];
  }
}

/** Why Postmark no longer sends to an address. */
function readReason(reason: unknown): Pick<ProviderEvent, 'kind' | 'severity' | 'said'> {
  switch (reason) {
    case 'HardBounce':
      return { kind: 'bounce', severity: 'hard', said: '' };
    case 'SpamComplaint':
      return { kind: 'complaint' };
    default:
      return { kind: 'unsubscribe' };
  }
}

/** The types of bounces. Others are no bounces: absence notes, delays, tests. */
const SEVERITIES: Readonly<Record<string, Severity>> = {
  HardBounce: 'hard',
  BadEmailAddress: 'hard',
  ManuallyDeactivated: 'hard',
  SoftBounce: 'soft',
  DnsError: 'soft',
  Unknown: 'soft',
  Blocked: 'other',
  SpamNotification: 'other',
  DMARCPolicy: 'other',
  SMTPApiError: 'other',
  TemplateRenderingFailed: 'other',
};
