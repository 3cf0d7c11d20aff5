import { randomUUID } from 'node:crypto';
import type { StoreDependencies } from '../database/dependencies.ts';
import { lockIdentity, readIdentity } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { MailKind } from '../database/states.ts';
import type { Database } from '../database/tables.ts';
import type { ChangeSignal } from '../kernel/change-signal.ts';
import { clientNetwork, widerNetworks } from '../kernel/client-network.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import { findNewsletter } from '../settings/find-newsletter.ts';
import { hashAddress, hashIp, hashMailbox } from '../subscribers/keyed-hashes.ts';
import { countRequests, insertMail } from '../subscribers/queries/mails.ts';
import {
  countFromNetwork,
  insertRequestNetworks,
} from '../subscribers/queries/request-networks.ts';
import { insertSignUp } from '../subscribers/queries/sign-ups.ts';

// A form stores a request and looks up nothing. So neither its answer nor the time that it takes reveals
// whether an address is known. Whether the address gets a mail is decided later (`admit-mail.ts`).

/** The dependencies of the code that answers people on the site. */
export interface SiteDependencies extends StoreDependencies {
  readonly signals: {
    /** Somebody made a request that a mail answers. */
    readonly notices: ChangeSignal;
  };
}

/** A form that requests a mail. */
export interface MailRequest {
  readonly address: EmailAddress;
  /** BCP 47. The language of the mail. */
  readonly language: string;
  readonly ip: string;
}

/** A submitted sign-up form. */
export interface SignUpRequest extends MailRequest {
  /** Ids, at least one. */
  readonly newsletters: readonly string[];
  /** The name of the form, for the record of consent. */
  readonly source: string;
  /** The text beside the button, for the record of consent. */
  readonly consentText: string;
}

/** `busy`: this client, the networks around it or all together have used up their hour. */
export type RequestResult = 'taken' | 'busy';

/** How long a sign-up can be confirmed. */
const SIGN_UP_HOURS = 7 * 24;

/** Takes a sign-up, which a mail answers. Throws a usage error for an unknown newsletter. */
export async function requestSignUp(
  deps: SiteDependencies,
  request: SignUpRequest,
): Promise<RequestResult> {
  const { config, clock } = deps;
  const now = clock();
  const id = randomUUID();
  const { address, source, consentText } = request;
  const newsletters = request.newsletters.map((each) => findNewsletter(config, each).id);
  return requestMail(deps, request, { kind: 'confirm', about: id }, (db, ipHash) =>
    insertSignUp(db, {
      id,
      address,
      newsletters: [...new Set(newsletters)],
      language: mailLanguage(config, request.language),
      source,
      consentText,
      ipHash,
      at: storedInstant(now),
      expiresAt: storedInstant(now.add({ hours: SIGN_UP_HOURS })),
    }),
  );
}

/** Takes a request for the link to a person's preferences. A mail answers it if the address is known. */
export async function requestPreferences(
  deps: SiteDependencies,
  request: MailRequest,
): Promise<RequestResult> {
  return requestMail(deps, request, { kind: 'preferences' });
}

/**
 * Takes a request for a mail if it is within the budgets. Requests at the same time are counted one after
 * the other. `also` runs in the same transaction. Wakes the process that answers.
 */
export async function requestMail(
  { config, store, clock, signals }: SiteDependencies,
  { address, language, ip }: MailRequest,
  { kind, about }: { readonly kind: MailKind; readonly about?: string },
  also?: (db: Database, ipHash: string) => Promise<void>,
): Promise<RequestResult> {
  const { hash_key: key } = await readIdentity(store.db);
  const ipHash = hashIp(key, clientNetwork(ip));
  const { perIpPerHour, perHour } = config.web.signUp;
  const networks = widerNetworks(ip).map(({ network, times }) => ({
    hash: hashIp(key, network),
    most: times * perIpPerHour,
  }));
  const now = clock();
  const at = storedInstant(now);
  const since = storedInstant(now.subtract({ hours: 1 }));
  const hasRoom = async (db: Database) => {
    const { ofIp, inAll } = await countRequests(db, since, ipHash);
    if (ofIp >= perIpPerHour || inAll >= perHour) return false;
    for (const { hash, most } of networks) {
      if ((await countFromNetwork(db, hash, since)) >= most) return false;
    }
    return true;
  };
  // First without a lock: a flood of requests then does not slow the others.
  if (!(await hasRoom(store.db))) return 'busy';
  const isTaken = await store.transaction(async (db) => {
    await lockIdentity(db);
    if (!(await hasRoom(db))) return false;
    await insertMail(db, {
      id: randomUUID(),
      kind,
      address,
      addressHash: hashAddress(key, address),
      mailboxHash: hashMailbox(key, address),
      // A sign-up has its own.
      ipHash: kind === 'confirm' ? undefined : ipHash,
      about,
      language: mailLanguage(config, language),
      at,
      state: 'requested',
    });
    await also?.(db, ipHash);
    const hashes = networks.map(({ hash }) => hash);
    await insertRequestNetworks(db, hashes, at);
    return true;
  });
  if (isTaken) signals.notices.notify();
  return isTaken ? 'taken' : 'busy';
}

/**
 * The language of a mail that answers a form. It is the form's if it is a language code, with or without
 * a region; else the site's. Any other text from the form would appear in a mail to somebody else.
 */
function mailLanguage({ web }: StoreDependencies['config'], requested: string): string {
  return /^[a-z]{2,3}(-[a-z]{2})?$/i.test(requested) ? requested : web.language;
}
