import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import type { NewsletterSettings } from '../settings/settings.ts';
import { changeSubscriptions } from '../subscribers/change-subscriptions.ts';
import { findSubscriptions } from '../subscribers/queries/subscribers.ts';
import { lockSubscriptions } from '../subscribers/queries/subscriptions.ts';
import type { Consent, Subscriber } from '../subscribers/subscriber.ts';
import { beginSubscriptions } from './confirm-sign-up.ts';
import { findPerson, LINK_HOURS } from './person.ts';
import type { SiteDependencies } from './request-mail.ts';
import { type MailboxStatus, statusesOf } from './subscription-status.ts';

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
    await changeSubscriptions(db, deps.config, (writer) => writer.apply(leaving));
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
    ({ id, listed }) => listed || known.some(({ newsletter }) => newsletter === id),
  );
  const newsletters: readonly Preference['newsletter'][] = [...shown, ...missing];
  const ids = newsletters.map(({ id }) => id);
  const statuses = await statusesOf(db, address, known, ids);
  return newsletters.map((newsletter, index) => {
    const { status, leftAt } = statuses[index] ?? { status: 'none' };
    return { newsletter, status, leftAt };
  });
}
