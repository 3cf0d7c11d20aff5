import { randomUUID } from 'node:crypto';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import { readToken } from '../delivery/message/signed-token.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import type { Config } from '../settings/config.ts';
import type { NewsletterSettings } from '../settings/settings.ts';
import { type AppliedChange, changeSubscriptions } from '../subscribers/change-subscriptions.ts';
import { newSubscriber } from '../subscribers/new-subscriber.ts';
import { insertMail } from '../subscribers/queries/mails.ts';
import {
  findSignUp,
  lockSignUp,
  markConfirmed,
  type SignUp,
} from '../subscribers/queries/sign-ups.ts';
import { findSubscriptions } from '../subscribers/queries/subscribers.ts';
import { lockSubscriptions } from '../subscribers/queries/subscriptions.ts';
import type { Consent } from '../subscribers/subscriber.ts';
import type { SiteDependencies } from './request-mail.ts';
import { hashesOf, statusesToJoin } from './subscription-status.ts';

/**
 * The state of a link that confirms a sign-up. `open`: not confirmed yet. `expired`: it is too old, or
 * they left after the sign-up. They can sign up again.
 */
export type Confirmation =
  | {
      readonly kind: 'open' | 'done';
      readonly address: EmailAddress;
      readonly newsletters: readonly NewsletterSettings[];
    }
  | { readonly kind: 'expired' | 'unknown' };

/** The state for the page of a link to confirm. Changes nothing. */
export async function readConfirmation(
  deps: SiteDependencies,
  token: string,
): Promise<Confirmation> {
  const id = readConfirmToken(deps, 'confirm', token);
  if (typeof id !== 'string') return id;
  const { db } = deps.store;
  const signUp = await findSignUp(db, id);
  if (signUp === undefined) return { kind: 'expired' };
  if (signUp.confirmedAt !== undefined) return describe(deps, signUp, 'done');
  const known = await findSubscriptions(db, signUp.address);
  const joined = await statusesToJoin(deps, db, signUp, known);
  return joined.length === 0 ? { kind: 'expired' } : describe(deps, signUp, 'open');
}

/**
 * Confirms a sign-up: the address gets the newsletters, and a welcome mail for each new one. It can be
 * repeated, with the same answer. Only the first time changes anything: a later one does not subscribe
 * people who left after it.
 */
export async function confirmSignUp(deps: SiteDependencies, token: string): Promise<Confirmation> {
  const id = readConfirmToken(deps, 'confirm', token);
  if (typeof id !== 'string') return id;
  const at = storedInstant(deps.clock());
  const confirmation = await deps.store.transaction(async (db): Promise<Confirmation> => {
    const signUp = await lockSignUp(db, id);
    if (signUp === undefined) return { kind: 'expired' };
    if (signUp.confirmedAt !== undefined) return describe(deps, signUp, 'done');
    const newsletters = await join(deps, db, signUp, at);
    if (newsletters.length === 0) return { kind: 'expired' };
    await markConfirmed(db, signUp.id, newsletters, at);
    return describe(deps, { ...signUp, newsletters }, 'done');
  });
  deps.signals.notices.notify();
  return confirmation;
}

/** The id in the token of a link that confirms a sign-up or a new address. */
export function readConfirmToken(
  { config, clock }: SiteDependencies,
  purpose: 'confirm' | 'new-address',
  token: string,
): string | { readonly kind: 'expired' | 'unknown' } {
  const fields = readToken(purpose, token, { secrets: config.secrets, now: clock() });
  if (fields === 'expired') return { kind: 'expired' };
  return fields?.[0] ?? { kind: 'unknown' };
}

/** Makes the person a subscriber. Returns the newsletters that they get from now on. */
async function join(
  deps: SiteDependencies,
  db: Database,
  signUp: SignUp,
  at: string,
): Promise<readonly string[]> {
  const { address, language } = signUp;
  const known = await lockSubscriptions(db, address);
  const statuses = await statusesToJoin(deps, db, signUp, known);
  const newsletters = statuses.map(({ newsletter }) => newsletter);
  const consent = consentOf(signUp, at);
  const begun = await beginSubscriptions(db, deps.config, { address, newsletters, consent, at });
  const [addressHash = ''] = await hashesOf(db, address);
  for (const { id, subscription } of begun) {
    await insertMail(db, {
      id: randomUUID(),
      kind: 'welcome',
      newsletter: subscription.newsletter,
      address,
      addressHash,
      about: id,
      language,
      at,
      state: 'waiting',
    });
  }
  return newsletters;
}

function describe(
  { config }: SiteDependencies,
  { address, newsletters: ids }: SignUp,
  kind: 'open' | 'done',
): Confirmation {
  const newsletters = config.newsletters.filter(({ id }) => ids.includes(id));
  return { kind, address, newsletters };
}

/**
 * The consent that a sign-up proves. With `confirmedAt`, the person also proved that the address is
 * theirs.
 */
export function consentOf(
  { at, source, consentText: text, ipHash }: SignUp,
  confirmedAt?: string,
): Consent {
  return { at, source, text, ipHash, confirmedAt };
}

/**
 * Begins subscriptions of a mailbox to `newsletters` (ids) with a confirmed consent. Call it as the last
 * step of the transaction `db`. Returns the subscriptions that began, or began again.
 */
export async function beginSubscriptions(
  db: Database,
  config: Pick<Config, 'journalFile' | 'hooks'>,
  join: {
    readonly address: EmailAddress;
    readonly newsletters: readonly string[];
    readonly consent: Consent;
    /** ISO 8601 instant. */
    readonly at: string;
  },
): Promise<readonly AppliedChange[]> {
  const { address, newsletters, consent, at } = join;
  const { source } = consent;
  const known = (await lockSubscriptions(db, address)).map(({ newsletter }) => newsletter);
  const unknown = newsletters
    .filter((newsletter) => !known.includes(newsletter))
    .map((newsletter) =>
      newSubscriber({ newsletter, address, consent, status: 'pending', changedAt: consent.at }),
    );
  return changeSubscriptions(db, config, async (writer) => {
    await writer.add(unknown, source);
    // Read again: another transaction may have stored one of them.
    const rows = await lockSubscriptions(db, address);
    const event = { kind: 'confirmed', address, consent, at, source } as const;
    const changes = rows
      .filter(({ newsletter }) => newsletters.includes(newsletter))
      .map(({ id }) => ({ id, event }));
    return writer.apply(changes);
  });
}
