import { randomUUID } from 'node:crypto';
import { readIdentity } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { Database } from '../database/tables.ts';
import { readToken } from '../delivery/message/signed-token.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import type { NewsletterSettings } from '../settings/settings.ts';
import { hashAddress } from '../subscribers/keyed-hashes.ts';
import { insertNotice } from '../subscribers/queries/notices.ts';
import { findSignUp, lockSignUp, markConfirmed } from '../subscribers/queries/sign-ups.ts';
import { findSubscriptions } from '../subscribers/queries/subscribers.ts';
import { lockSubscriptions } from '../subscribers/queries/subscriptions.ts';
import type { SignUp } from '../subscribers/sign-up.ts';
import { consentOf } from './answer-sign-up.ts';
import { beginSubscriptions } from './begin-subscriptions.ts';
import type { SiteDependencies } from './site-dependencies.ts';
import { standingsToJoin } from './standings-to-join.ts';

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
  const id = readId(deps, token);
  if (typeof id !== 'string') return id;
  const { db } = deps.store;
  const signUp = await findSignUp(db, id);
  if (signUp === undefined) return { kind: 'expired' };
  if (signUp.confirmedAt !== undefined) return describe(deps, signUp, 'done');
  const known = await findSubscriptions(db, signUp.address);
  const joined = await standingsToJoin(deps, db, signUp, known);
  return joined.length === 0 ? { kind: 'expired' } : describe(deps, signUp, 'open');
}

/**
 * Confirms a sign-up: the address gets the newsletters, and a welcome mail for each new one. It can be
 * repeated, with the same answer. Only the first time changes anything: a later one does not subscribe
 * people who left after it.
 */
export async function confirmSignUp(deps: SiteDependencies, token: string): Promise<Confirmation> {
  const id = readId(deps, token);
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

function readId(
  { config, clock }: SiteDependencies,
  token: string,
): string | { readonly kind: 'expired' | 'unknown' } {
  const fields = readToken('confirm', token, { secrets: config.secrets, now: clock() });
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
  const { address } = signUp;
  const known = await lockSubscriptions(db, address);
  const standings = await standingsToJoin(deps, db, signUp, known);
  const newsletters = standings.map(({ newsletter }) => newsletter);
  const consent = consentOf(signUp, at);
  const begun = await beginSubscriptions(db, deps.config, { address, newsletters, consent, at });
  for (const { id, subscription } of begun) {
    await welcome(db, signUp, { id, newsletter: subscription.newsletter, at });
  }
  return newsletters;
}

async function welcome(
  db: Database,
  { address, language }: SignUp,
  to: { readonly id: string; readonly newsletter: string; readonly at: string },
): Promise<void> {
  const addressHash = hashAddress((await readIdentity(db)).hash_key, address);
  const { id, newsletter, at } = to;
  await insertNotice(db, {
    ...{ id: randomUUID(), kind: 'welcome', newsletter, address, addressHash, language, at },
    ...{ facts: { subscriber: id }, state: 'waiting' },
  });
}

function describe(
  { config }: SiteDependencies,
  { address, newsletters: ids }: SignUp,
  kind: 'open' | 'done',
): Confirmation {
  const newsletters = config.newsletters.filter(({ id }) => ids.includes(id));
  return { kind, address, newsletters };
}
