import { randomUUID } from 'node:crypto';
import type { StoreDependencies } from '../database/dependencies.ts';
import { lockRequests, readIdentity } from '../database/identity.ts';
import { storedInstant } from '../database/instants.ts';
import type { Store } from '../database/open-store.ts';
import type { MailKind } from '../database/states.ts';
import type { Database } from '../database/tables.ts';
import type { ChangeSignal } from '../kernel/change-signal.ts';
import { clientNetwork, widerNetworks } from '../kernel/client-network.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import { inBatches } from '../kernel/in-batches.ts';
import { findNewsletter } from '../settings/find-newsletter.ts';
import { hashAddress, hashIp, hashMailbox } from '../subscribers/keyed-hashes.ts';
import { countRequests, insertMails, type NewMail } from '../subscribers/queries/mails.ts';
import {
  countFromNetworks,
  insertRequestNetworks,
} from '../subscribers/queries/request-networks.ts';
import { insertSignUps, type SignUp } from '../subscribers/queries/sign-ups.ts';

// A form stores a request and looks up nothing. So neither its answer nor the time that it takes reveals
// whether an address is known. Whether the address gets a mail is decided later (`answer-requests.ts`).

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
  const signUp: SignUp = {
    id,
    address,
    newsletters: [...new Set(newsletters)],
    language: mailLanguage(config, request.language),
    source,
    consentText,
    at: storedInstant(now),
    expiresAt: storedInstant(now.add({ hours: SIGN_UP_HOURS })),
  };
  return requestMail(deps, request, { kind: 'confirm', about: id, signUp });
}

/** Takes a request for the link to a person's preferences. A mail answers it if the address is known. */
export async function requestPreferences(
  deps: SiteDependencies,
  request: MailRequest,
): Promise<RequestResult> {
  return requestMail(deps, request, { kind: 'preferences' });
}

/** A request for a mail that waits for its transaction. */
interface Asked extends MailRequest {
  readonly deps: SiteDependencies;
  readonly kind: MailKind;
  readonly about?: string;
  /** Stored in the same transaction, with the keyed hash of the client. */
  readonly signUp?: SignUp;
  /** Runs in the same transaction. */
  readonly also?: (db: Database) => Promise<void>;
}

/** One wait for the disk, and one for the lock, serve all requests that come meanwhile. */
const MOST_TOGETHER = 30;

const batches = new WeakMap<Store, (asked: Asked) => Promise<RequestResult>>();

/**
 * Takes a request for a mail if it is within the budgets. Requests at the same time are counted one after
 * the other, in one transaction. Wakes the process that answers.
 */
export async function requestMail(
  deps: SiteDependencies,
  request: MailRequest,
  mail: Pick<Asked, 'kind' | 'about' | 'signUp' | 'also'>,
): Promise<RequestResult> {
  const { store } = deps;
  let take = batches.get(store);
  if (take === undefined) {
    take = inBatches(MOST_TOGETHER, (asked) => takeRequests(store, asked));
    batches.set(store, take);
  }
  const { address, language, ip } = request;
  const result = await take({ deps, address, language, ip, ...mail });
  if (result === 'taken') deps.signals.notices.notify();
  return result;
}

async function takeRequests(
  store: Store,
  asked: readonly Asked[],
): Promise<readonly RequestResult[]> {
  const { hash_key: key } = await readIdentity(store.db);
  const requests = asked.map((each) => hashed(each, key));
  // First without a lock: a flood of requests then does not slow the others.
  const hopeful = requests.map(await findRoom(store.db, requests));
  if (!hopeful.includes(true)) return hopeful.map(() => 'busy');
  return store.transaction(async (db) => {
    await lockRequests(db);
    const taken = requests.map(await findRoom(db, requests));
    const accepted = requests.filter((_, at) => taken[at]);
    await insertMails(
      db,
      accepted.map(({ mail }) => mail),
    );
    await insertSignUps(
      db,
      accepted.flatMap(({ signUp, ipHash }) => (signUp ? [{ ...signUp, ipHash }] : [])),
    );
    for (const { also } of accepted) await also?.(db);
    for (const { networks, mail } of accepted) {
      const hashes = networks.map(({ hash }) => hash);
      await insertRequestNetworks(db, hashes, mail.at);
    }
    return taken.map((isTaken) => (isTaken ? 'taken' : 'busy'));
  });
}

type Request = ReturnType<typeof hashed>;

function hashed({ deps, kind, about, address, language, ip, signUp, also }: Asked, key: string) {
  const { config, clock } = deps;
  const { perIpPerHour, perHour } = config.web.signUp;
  const now = clock();
  const ipHash = hashIp(key, clientNetwork(ip));
  const mail: NewMail = {
    id: randomUUID(),
    kind,
    address,
    addressHash: hashAddress(key, address),
    mailboxHash: hashMailbox(key, address),
    // A sign-up has its own.
    ipHash: kind === 'confirm' ? undefined : ipHash,
    about,
    language: mailLanguage(config, language),
    at: storedInstant(now),
    state: 'requested',
  };
  return {
    ...{ mail, signUp, also, ipHash, perIpPerHour, perHour },
    since: storedInstant(now.subtract({ hours: 1 })),
    networks: widerNetworks(ip).map(({ network, times }) => ({
      hash: hashIp(key, network),
      most: times * perIpPerHour,
    })),
  };
}

/**
 * Reads what the clients of the requests used of their budgets. Returns a function that says whether
 * there is room for a request, and counts it then.
 */
async function findRoom(
  db: Database,
  requests: readonly Request[],
): Promise<(request: Request) => boolean> {
  const since = requests.map((request) => request.since).toSorted()[0] ?? '';
  const ipHashes = [...new Set(requests.map(({ ipHash }) => ipHash))];
  const ofNetworks = requests.flatMap(({ networks }) => networks.map(({ hash }) => hash));
  const counts = await countRequests(db, since, ipHashes);
  const used = new Map([
    ...counts.ofIp,
    ...(await countFromNetworks(db, [...new Set(ofNetworks)], since)),
  ]);
  let { inAll } = counts;
  return ({ ipHash, networks, perIpPerHour, perHour }) => {
    const budgets = [{ hash: ipHash, most: perIpPerHour }, ...networks];
    if (inAll >= perHour || budgets.some(({ hash, most }) => (used.get(hash) ?? 0) >= most)) {
      return false;
    }
    inAll += 1;
    for (const { hash } of budgets) used.set(hash, (used.get(hash) ?? 0) + 1);
    return true;
  };
}

/**
 * The language of a mail that answers a form. It is the form's if it is a language code, with or without
 * a region; else the site's. Any other text from the form would appear in a mail to somebody else.
 */
function mailLanguage({ web }: StoreDependencies['config'], requested: string): string {
  return /^[a-z]{2,3}(-[a-z]{2})?$/i.test(requested) ? requested : web.language;
}
