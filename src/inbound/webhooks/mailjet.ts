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
 * Mailjet signs nothing; the URL has a name and a password. It sends one event, or several as a list.
 * https://dev.mailjet.com/email/guides/webhooks/
 */
export const mailjet: Provider = {
  open: openByPassword,
  read: (json) => listOf(json).map(objectOf).flatMap(readEvent),
};

function readEvent(event: JsonObject): ProviderEvent[] {
  const what = readKind(event);
  if (what === undefined) return [];
  return [
    {
      ...what,
      address: textOf(event.email),
      token: textOf(event.CustomID),
      at: instantOf(event.time),
      identity: `${textOf(event.event)} ${textOf(event.MessageID)} ${textOf(event.time)}`,
    },
  ];
}

type Kind = Pick<ProviderEvent, 'kind' | 'severity' | 'said'>;

function readKind(event: JsonObject): Kind | undefined {
  switch (event.event) {
    case 'spam':
      return { kind: 'complaint' };
    case 'unsub':
      return { kind: 'unsubscribe' };
    case 'bounce':
    case 'blocked':
      return readError(event);
    default:
      return undefined;
  }
}

/** Says surely that the mailbox does not exist, or that Mailjet never sends to it. */
const FINAL = /^(user unknown|mailbox inactive|invalid domain|no mail host|blacklisted)$/;

function readError(event: JsonObject): Kind | undefined {
  const error = textOf(event.error).toLowerCase();
  if (error === 'spam reporter') return { kind: 'complaint' };
  if (error === 'duplicate in campaign') return undefined;
  const said = textOf(event.comment) || error;
  return { kind: 'bounce', severity: severityOf(event, error), said };
}

function severityOf(event: JsonObject, error: string): Severity {
  // It bounced lately or often, and was not tried again.
  if (error === 'preblocked') return 'soft';
  if (!['recipient', 'domain'].includes(textOf(event.error_related_to))) return 'other';
  return event.hard_bounce === true || (event.event === 'blocked' && FINAL.test(error))
    ? 'hard'
    : 'soft';
}
