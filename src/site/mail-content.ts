import type { StoreDependencies } from '../database/dependencies.ts';
import { storedInstant } from '../database/instants.ts';
import type { MailKind } from '../database/states.ts';
import type { Database } from '../database/tables.ts';
import { signToken } from '../delivery/message/signed-token.ts';
import { unsubscribeToken } from '../delivery/message/unsubscribe-link.ts';
import { addressKey } from '../kernel/email-address.ts';
import { oneLine } from '../kernel/one-line.ts';
import { makeReport } from '../reports/make-report.ts';
import { reportPage } from '../reports/report-page.ts';
import { reportText, sectionsOf } from '../reports/report-sections.ts';
import { lastDeparture } from '../subscribers/journal/journal.ts';
import { findAddressChange } from '../subscribers/queries/address-changes.ts';
import type { TransactionalMail } from '../subscribers/queries/mails.ts';
import { findSignUp, type SignUp } from '../subscribers/queries/sign-ups.ts';
import { findSubscriptions } from '../subscribers/queries/subscribers.ts';
import { findSubscription } from '../subscribers/queries/subscriptions.ts';
import { isSubscribed } from '../subscribers/subscriber.ts';
import { preferencesToken } from './preferences.ts';
import { hashesOf, type MailboxStatus, statusesToJoin } from './subscription-status.ts';

/** What a mail says. The report of an edition is made already. */
export type MailContent = MailAbout &
  (
    | { readonly kind: Exclude<MailKind, 'report'> }
    | { readonly kind: 'report'; readonly report: Awaited<ReturnType<typeof renderReport>> }
  );

interface MailAbout {
  /** Ids of the newsletters that it names. */
  readonly newsletters: readonly string[];
  /** The target of its button: a page of the service, or a published page. */
  readonly url?: { readonly of: 'service' | 'public'; readonly path: string };
  readonly unsubscribeToken?: string;
  /** Whether the mailbox gets only one such mail a day: its owner does not want more, or it bounced. */
  readonly isRare?: boolean;
  /** The sign-up that it asks to confirm, and the mailbox's status for each newsletter of it. */
  readonly toBegin?: { readonly signUp: SignUp; readonly statuses: readonly MailboxStatus[] };
}

/**
 * What a mail says, by what the database has now. Undefined if there is no reason for the mail, or none
 * any more: nobody is known, or they confirmed, left, complained or were erased. This is the only place
 * that decides it: a form's request is admitted if there is something to say, and each attempt to send a
 * mail begins here.
 */
export function findMailContent(
  deps: StoreDependencies,
  db: Database,
  mail: TransactionalMail,
): Promise<MailContent | undefined> {
  switch (mail.kind) {
    case 'confirm':
    case 'already':
      return ofSignUp(deps, db, mail);
    case 'welcome':
      return ofSubscription(deps, db, mail);
    case 'preferences':
      return ofPreferences(deps, db, mail);
    case 'new-address':
      return ofAddressChange(deps, db, mail);
    case 'address-changed':
      return Promise.resolve({ kind: mail.kind, newsletters: [mail.newsletter ?? ''] });
    case 'leave':
      return ofLeave(deps, db, mail);
    case 'still-reading':
      return ofSilence(deps, db, mail);
    case 'report':
      return ofReport(deps, mail);
  }
}

/** If they left after the sign-up (a late answer, or one from a backup), it does not ask them. */
async function ofSignUp(
  deps: StoreDependencies,
  db: Database,
  { about = '' }: TransactionalMail,
): Promise<MailContent | undefined> {
  const signUp = await findSignUp(db, about);
  if (signUp === undefined || signUp.confirmedAt !== undefined) return undefined;
  if (signUp.expiresAt <= storedInstant(deps.clock())) return undefined;
  const known = await findSubscriptions(db, signUp.address);
  const statuses = await statusesToJoin(deps, db, signUp, known);
  if (statuses.length === 0) return undefined;
  const newsletters = statuses.map(({ newsletter }) => newsletter);
  if (statuses.every(({ status }) => status === 'active')) {
    return { kind: 'already', newsletters, url: { of: 'service', path: 'preferences/' } };
  }
  const expiresAt = Temporal.Instant.from(signUp.expiresAt);
  const token = signToken('confirm', [signUp.id], { secrets: deps.config.secrets, expiresAt });
  return {
    kind: 'confirm',
    newsletters,
    url: { of: 'service', path: `confirm/${token}` },
    isRare: statuses.some(
      ({ status }) => status === 'bounced' || status === 'complained' || status === 'erased',
    ),
    toBegin: { signUp, statuses },
  };
}

async function ofSubscription(
  { config }: StoreDependencies,
  db: Database,
  { about = '', address }: TransactionalMail,
): Promise<MailContent | undefined> {
  const subscription = await findSubscription(db, about);
  if (subscription?.status !== 'active') return undefined;
  if (addressKey(subscription.address) !== addressKey(address)) return undefined;
  const { newsletter, id } = subscription;
  const isArchived = config.newsletters.some(
    (each) => each.id === newsletter && each.archive !== 'off',
  );
  return {
    kind: 'welcome',
    newsletters: [newsletter],
    url: isArchived ? { of: 'public', path: `archive/${newsletter}/` } : undefined,
    unsubscribeToken: unsubscribeToken({ newsletter, subscriberId: id }, config.secrets),
  };
}

/** People who bounced or complained get no such mail. They can sign up again. */
async function ofPreferences(
  deps: StoreDependencies,
  db: Database,
  { address, addressHash, at }: TransactionalMail,
): Promise<MailContent | undefined> {
  const known = await findSubscriptions(db, address);
  const first = known.find(({ status }) => status !== 'bounced' && status !== 'complained');
  if (first === undefined) return undefined;
  const token = preferencesToken(deps, { subscriber: first.id, addressHash, at });
  return {
    kind: 'preferences',
    newsletters: [first.newsletter],
    url: { of: 'service', path: `preferences/${token}` },
  };
}

async function ofAddressChange(
  { config }: StoreDependencies,
  db: Database,
  { about = '', address }: TransactionalMail,
): Promise<MailContent | undefined> {
  const change = await findAddressChange(db, about);
  if (change === undefined || change.confirmedAt !== undefined) return undefined;
  const subscription = await findSubscription(db, change.subscriber);
  if (subscription === undefined) return undefined;
  const { newsletter } = subscription;
  const known = await findSubscriptions(db, address);
  const departure = await lastDeparture(db, newsletter, await hashesOf(db, address));
  const expiresAt = Temporal.Instant.from(change.expiresAt);
  const token = signToken('new-address', [change.id], { secrets: config.secrets, expiresAt });
  return {
    kind: 'new-address',
    newsletters: [newsletter],
    url: { of: 'service', path: `address/${token}` },
    isRare:
      known.some(({ status }) => status === 'bounced' || status === 'complained') ||
      (known.length === 0 && departure !== undefined),
  };
}

/** The button leads to the page of the unsubscribe link, or of the preferences if they get several. */
async function ofLeave(
  deps: StoreDependencies,
  db: Database,
  { address, addressHash, at }: TransactionalMail,
): Promise<MailContent | undefined> {
  const known = await findSubscriptions(db, address);
  const active = known.filter(({ status }) => isSubscribed(status));
  const [first, ...others] = active;
  if (first === undefined) return undefined;
  const { newsletter, id } = first;
  const path =
    others.length === 0
      ? `unsubscribe/${unsubscribeToken({ newsletter, subscriberId: id }, deps.config.secrets)}`
      : `preferences/${preferencesToken(deps, { subscriber: id, addressHash, at })}`;
  return {
    kind: 'leave',
    newsletters: active.map((each) => each.newsletter),
    url: { of: 'service', path },
  };
}

/** Nothing if they answered, or left, before it was sent. */
async function ofSilence(
  { config }: StoreDependencies,
  db: Database,
  { about = '', address }: TransactionalMail,
): Promise<MailContent | undefined> {
  const subscription = await findSubscription(db, about);
  if (subscription?.status !== 'active' || subscription.askedAt === undefined) return undefined;
  if (addressKey(subscription.address) !== addressKey(address)) return undefined;
  const { newsletter, id } = subscription;
  const token = unsubscribeToken({ newsletter, subscriberId: id }, config.secrets);
  return {
    kind: 'still-reading',
    newsletters: [newsletter],
    url: { of: 'service', path: `unsubscribe/${token}/keep` },
    unsubscribeToken: token,
  };
}

/** Nothing if the newsletter has no reports any more, or another editor. */
async function ofReport(
  deps: StoreDependencies,
  { about: edition = '', newsletter: id = '', address }: TransactionalMail,
): Promise<MailContent | undefined> {
  const newsletter = deps.config.newsletters.find((each) => each.id === id);
  if (newsletter?.reportAfterHours === undefined || newsletter.editor !== address) return undefined;
  return { kind: 'report', newsletters: [id], report: await renderReport(deps, edition) };
}

/** The report of an edition as a mail. It is in English, as everything for editors. */
async function renderReport(deps: StoreDependencies, edition: string) {
  const report = await makeReport(deps, { edition });
  return {
    subject: oneLine(sectionsOf(report).title),
    language: 'en',
    html: reportPage(report, { forMail: true }),
    text: `${reportText(report).join('\n')}\n`,
  };
}
