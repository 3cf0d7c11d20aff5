import type { StoreDependencies } from '../database/dependencies.ts';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import { readToken, signToken } from '../delivery/message/signed-token.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import { weeklySisterOf } from '../settings/find-newsletter.ts';
import type { NewsletterSettings } from '../settings/settings.ts';
import { changeSubscriptions } from '../subscribers/change-subscriptions.ts';
import { eraseSubscriber } from '../subscribers/erase-subscriber.ts';
import { lastDeparture } from '../subscribers/journal/journal.ts';
import { findSubscriptions } from '../subscribers/queries/subscribers.ts';
import { findSubscription, lockSubscriptions } from '../subscribers/queries/subscriptions.ts';
import { type Consent, isSubscribed, type Subscriber } from '../subscribers/subscriber.ts';
import { beginSubscriptions } from './confirm-sign-up.ts';
import type { SiteDependencies } from './request-mail.ts';
import { hashesOf, type MailboxStatus, statusesOf } from './subscription-status.ts';

/** How long a link to preferences is valid: long enough for a mail server that defers mail. */
export const LINK_HOURS = 24;

/** The holder of a link to preferences. */
export interface Person {
  /** Id of the subscription that the link was made for. */
  readonly subscriber: string;
  readonly address: EmailAddress;
  readonly addressHash: string;
}

/** The token of a link to preferences. `at` is the time of the request (ISO 8601 instant). */
export function preferencesToken(
  { config }: StoreDependencies,
  whom: { readonly subscriber: string; readonly addressHash: string; readonly at: string },
): string {
  const expiresAt = Temporal.Instant.from(whom.at).add({ hours: LINK_HOURS });
  return signToken('preferences', [whom.subscriber, whom.addressHash], {
    secrets: config.secrets,
    expiresAt,
  });
}

/** The content of a preferences token, even if the person no longer exists. */
function readPreferencesToken(
  { config, clock }: StoreDependencies,
  token: string,
): Pick<Person, 'subscriber' | 'addressHash'> | undefined {
  const { secrets } = config;
  const fields = readToken('preferences', token, { secrets, now: clock() });
  if (fields === undefined || fields === 'expired') return undefined;
  const [subscriber = '', addressHash = ''] = fields;
  return { subscriber, addressHash };
}

/**
 * The holder of a link to preferences. Undefined if the link is invalid. It ends after `LINK_HOURS`, with
 * an erasure, or with a change of the address.
 */
export async function findPerson(
  deps: StoreDependencies,
  db: Database,
  token: string,
): Promise<Person | undefined> {
  const content = readPreferencesToken(deps, token);
  return content && holderOf(db, content);
}

/** The person to whose address a link was mailed. Its reader must not change another address. */
export async function holderOf(
  db: Database,
  content: Pick<Person, 'subscriber' | 'addressHash'>,
): Promise<Person | undefined> {
  const subscription = await findSubscription(db, content.subscriber);
  if (subscription === undefined) return undefined;
  const { address } = subscription;
  const hashes = await hashesOf(db, address);
  return hashes.includes(content.addressHash) ? { ...content, address } : undefined;
}

/** One newsletter on the page of preferences. */
export interface Preference extends Pick<MailboxStatus, 'status' | 'leftAt'> {
  /** Only its id if it is not in the config. People can leave such a newsletter, but not join it. */
  readonly newsletter: NewsletterSettings | { readonly id: string };
}

/** A person's subscriptions, and the ones that they could have. */
export interface Preferences {
  readonly address: EmailAddress;
  /** All listed newsletters, and others that the person has. `none`: was never subscribed. */
  readonly subscriptions: readonly Preference[];
  /** Newsletters that were ticked in the form, but that the person left after it was shown. */
  readonly leftMeanwhile: readonly Preference['newsletter'][];
}

/** A checkbox of the form as it was shown. */
export interface ShownChoice {
  /** Id. */
  readonly newsletter: string;
  readonly isTicked: boolean;
  /** `Preference.leftAt` at that time. */
  readonly leftAt?: string;
}

/** The form of preferences as it was submitted. */
export interface PreferencesForm {
  /** Ids of the ticked boxes. */
  readonly ticked: readonly string[];
  readonly shown: readonly ShownChoice[];
}

/** The content of a page of preferences. Undefined if the link is invalid or expired. Changes nothing. */
export async function readPreferences(
  deps: SiteDependencies,
  token: string,
): Promise<Preferences | undefined> {
  const { db } = deps.store;
  const person = await findPerson(deps, db, token);
  if (person === undefined) return undefined;
  const { address } = person;
  const known = await findSubscriptions(db, address);
  const subscriptions = await preferencesOf(deps, db, address, known);
  return { address, subscriptions, leftMeanwhile: [] };
}

/**
 * Joins and leaves the newsletters that the person ticked and unticked. Others keep their current status.
 * If the person left a newsletter after the form was shown, it stays left, whatever the form says. The
 * link was mailed to them, so it confirms what they join. Undefined if the link is invalid or expired.
 */
export async function changePreferences(
  deps: SiteDependencies,
  token: string,
  form: PreferencesForm,
): Promise<Preferences | undefined> {
  const now = deps.clock();
  const at = storedInstant(now);
  const oldest = storedInstant(now.subtract({ hours: LINK_HOURS }));
  return deps.store.transaction(async (db) => {
    const person = await findPerson(deps, db, token);
    if (person === undefined) return undefined;
    const { address } = person;
    const before = await lockSubscriptions(db, address);
    const choices = (await preferencesOf(deps, db, address, before)).map((preference) => ({
      newsletter: preference.newsletter,
      decision: decide(preference, form, oldest),
    }));
    const chosen = (decision: Decision) =>
      choices.filter((choice) => choice.decision === decision).map(({ newsletter }) => newsletter);
    const consent: Consent = { at, source: 'preferences', confirmedAt: at };
    const joined = chosen('join').map(({ id }) => id);
    const left = chosen('leave').map(({ id }) => id);
    const event = { kind: 'left', at, source: 'preferences' } as const;
    const leaving = before
      .filter(({ newsletter }) => left.includes(newsletter))
      .map(({ id }) => ({ id, event }));
    await beginSubscriptions(db, deps.config, { address, newsletters: joined, consent, at });
    const here = before.filter(({ status }) => isSubscribed(status)).map(({ id }) => id);
    await changeSubscriptions(db, deps.config, async (writer) => {
      await writer.markSeen(here, at);
      await writer.apply(leaving);
    });
    const after = await findSubscriptions(db, address);
    const subscriptions = await preferencesOf(deps, db, address, after);
    return { address, subscriptions, leftMeanwhile: chosen('conflict') };
  });
}

type Decision = 'join' | 'leave' | 'conflict' | 'nothing';

/** `oldest`: if a form does not say when it was shown, it was shown after this instant. */
function decide(
  { newsletter, status, leftAt }: Preference,
  { ticked, shown }: PreferencesForm,
  oldest: string,
): Decision {
  const isHere = status === 'active';
  const before = shown.find((choice) => choice.newsletter === newsletter.id) ?? {
    isTicked: isHere,
    leftAt: leftAt !== undefined && leftAt < oldest ? leftAt : undefined,
  };
  const isTicked = ticked.includes(newsletter.id);
  if (isTicked && !isHere && leftAt !== undefined && leftAt !== before.leftAt) {
    return 'conflict';
  }
  if (isTicked === before.isTicked) return 'nothing';
  if (!isTicked) return 'leave';
  return 'name' in newsletter && !isHere ? 'join' : 'nothing';
}

async function preferencesOf(
  { config }: SiteDependencies,
  db: Database,
  address: EmailAddress,
  known: readonly Subscriber[],
): Promise<readonly Preference[]> {
  const missing = known
    .filter(({ newsletter, status }) => {
      const isInConfig = config.newsletters.some(({ id }) => id === newsletter);
      return !isInConfig && (status === 'active' || status === 'pending');
    })
    .map(({ newsletter: id }) => ({ id }));
  const shown = config.newsletters.filter(
    ({ id, listed }) =>
      listed ||
      known.some(
        ({ newsletter }) => newsletter === id || weeklySisterOf(config, newsletter)?.id === id,
      ),
  );
  const newsletters: readonly Preference['newsletter'][] = [...shown, ...missing];
  const ids = newsletters.map(({ id }) => id);
  const statuses = await statusesOf(db, address, known, ids);
  return newsletters.map((newsletter, index) => {
    const { status, leftAt } = statuses[index] ?? { status: 'none' };
    return { newsletter, status, leftAt };
  });
}

/**
 * Erases all data about the holder of a link to preferences. It can be repeated, with the same answer.
 * False if the link is invalid or expired.
 */
export async function eraseMe(deps: StoreDependencies, token: string): Promise<boolean> {
  const content = readPreferencesToken(deps, token);
  if (content === undefined) return false;
  const { db } = deps.store;
  const person = await findPerson(deps, db, token);
  if (person !== undefined) {
    await eraseSubscriber(deps, person.address, 'preferences');
    return true;
  }
  const departure = await lastDeparture(db, '', [content.addressHash]);
  return departure?.status === 'erased';
}
