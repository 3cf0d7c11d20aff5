import { storedInstant } from '../database/instants.ts';
import type { Message } from '../delivery/message/message.ts';
import { noticeMessage } from '../delivery/message/notice-message.ts';
import { signToken } from '../delivery/message/signed-token.ts';
import { unsubscribeToken, unsubscribeUrlOf } from '../delivery/message/unsubscribe-link.ts';
import type { ServiceDependencies } from '../delivery/send-dependencies.ts';
import { addressKey } from '../kernel/email-address.ts';
import { requireServiceUrl } from '../settings/require-service-url.ts';
import type { NewsletterSettings } from '../settings/settings.ts';
import { findAddressChange } from '../subscribers/queries/address-changes.ts';
import type { StoredNotice } from '../subscribers/queries/notices.ts';
import { findSignUp } from '../subscribers/queries/sign-ups.ts';
import { findSubscriptions } from '../subscribers/queries/subscribers.ts';
import { findSubscription } from '../subscribers/queries/subscriptions.ts';
import { renderNotice } from './mails/render-notice.ts';
import { preferencesToken } from './person.ts';
import { standingsToJoin } from './standings-to-join.ts';

type Needed = Pick<ServiceDependencies, 'config' | 'store' | 'clock' | 'templates' | 'textsOf'>;

/** The current content of a notice. */
interface Matter {
  /** Ids. */
  readonly newsletters: readonly string[];
  /** The target of its button: a page of the service, or a published page. */
  readonly url?: { readonly of: 'service' | 'public'; readonly path: string };
  readonly unsubscribeToken?: string;
}

/**
 * The message of a notice, always with the same bytes. Undefined if it is no longer needed because they
 * confirmed, left or were erased. Throws a config error for a broken template, or without a secret to
 * sign its link.
 */
export async function composeNotice(
  deps: Needed,
  notice: StoredNotice,
): Promise<Message | undefined> {
  const matter = await findMatter(deps, notice);
  return matter && compose(deps, notice, matter);
}

/**
 * Does the same work for a mail that is not sent as for one that is sent. Composing takes some
 * milliseconds; without this, the time would reveal which addresses are known. Never throws.
 */
export async function composeForNobody(deps: Needed, notice: StoredNotice): Promise<void> {
  const matter = { newsletters: [], url: ofService('preferences/') };
  // A broken template is reported when somebody gets a real mail.
  await compose(deps, notice, matter).catch(() => undefined);
}

async function compose(
  { config, templates, textsOf }: Needed,
  notice: StoredNotice,
  matter: Matter,
): Promise<Message | undefined> {
  const found = config.newsletters.filter(({ id }) => matter.newsletters.includes(id));
  const [newsletter, ...others] = found.length > 0 ? found : config.newsletters;
  if (newsletter === undefined) return undefined;
  const newsletters: readonly [NewsletterSettings, ...NewsletterSettings[]] =
    found.length > 0 ? [newsletter, ...others] : [newsletter];
  const { publicUrl, site } = config;
  const serviceUrl = requireServiceUrl(config);
  const { id, kind, address } = notice;
  const { url, unsubscribeToken: token } = matter;
  const mail = await renderNotice({
    ...{ kind, templates, newsletters, site, address, texts: textsOf(notice.language) },
    ...(url === undefined
      ? {}
      : { url: (url.of === 'service' ? serviceUrl : publicUrl) + url.path }),
    ...(token === undefined ? {} : { unsubscribeUrl: unsubscribeUrlOf(serviceUrl, token) }),
  });
  return noticeMessage({
    ...{ id, newsletter, address, publicUrl, serviceUrl, ...mail },
    date: Temporal.Instant.from(notice.at),
    ...(token === undefined ? {} : { unsubscribeToken: token }),
  });
}

function ofService(path: string): NonNullable<Matter['url']> {
  return { of: 'service', path };
}

function findMatter(deps: Needed, notice: StoredNotice): Promise<Matter | undefined> {
  switch (notice.kind) {
    case 'confirm':
      return ofSignUp(deps, notice);
    case 'welcome':
      return ofSubscription(deps, notice);
    case 'preferences':
      return ofPreferences(deps, notice);
    case 'new-address':
      return ofAddressChange(deps, notice);
    case 'already':
      return Promise.resolve({
        newsletters: notice.facts.newsletters ?? [],
        url: ofService('preferences/'),
      });
    case 'address-changed':
      return Promise.resolve({ newsletters: [notice.newsletter ?? ''] });
  }
}

async function ofSignUp(deps: Needed, { facts }: StoredNotice): Promise<Matter | undefined> {
  const { db } = deps.store;
  const signUp = await findSignUp(db, facts.signUp ?? '');
  if (signUp === undefined || signUp.confirmedAt !== undefined) return undefined;
  if (signUp.expiresAt <= storedInstant(deps.clock())) return undefined;
  const known = await findSubscriptions(db, signUp.address);
  const standings = await standingsToJoin(deps, db, signUp, known);
  if (standings.length === 0) return undefined;
  const expiresAt = Temporal.Instant.from(signUp.expiresAt);
  const token = signToken('confirm', [signUp.id], { secrets: deps.config.secrets, expiresAt });
  const newsletters = standings.map(({ newsletter }) => newsletter);
  return { newsletters, url: ofService(`confirm/${token}`) };
}

async function ofSubscription(
  { config, store }: Needed,
  { facts, address }: StoredNotice,
): Promise<Matter | undefined> {
  const subscription = await findSubscription(store.db, facts.subscriber ?? '');
  if (subscription?.status !== 'active') return undefined;
  if (addressKey(subscription.address) !== addressKey(address)) return undefined;
  const { newsletter, id } = subscription;
  const isArchived = config.newsletters.some(
    (each) => each.id === newsletter && each.archive !== 'off',
  );
  return {
    newsletters: [newsletter],
    ...(isArchived ? { url: { of: 'public', path: `archive/${newsletter}/` } as const } : {}),
    unsubscribeToken: unsubscribeToken({ newsletter, subscriberId: id }, config.secrets),
  };
}

async function ofPreferences(
  deps: Needed,
  { facts, address, addressHash, at }: StoredNotice,
): Promise<Matter | undefined> {
  const { subscriber = '' } = facts;
  const subscription = await findSubscription(deps.store.db, subscriber);
  if (subscription === undefined) return undefined;
  if (addressKey(subscription.address) !== addressKey(address)) return undefined;
  const token = preferencesToken(deps, { subscriber, addressHash, at });
  return { newsletters: [subscription.newsletter], url: ofService(`preferences/${token}`) };
}

async function ofAddressChange(
  { config, store }: Needed,
  { facts }: StoredNotice,
): Promise<Matter | undefined> {
  const change = await findAddressChange(store.db, facts.change ?? '');
  if (change === undefined || change.confirmedAt !== undefined) return undefined;
  const subscription = await findSubscription(store.db, change.subscriber);
  if (subscription === undefined) return undefined;
  const expiresAt = Temporal.Instant.from(change.expiresAt);
  const token = signToken('new-address', [change.id], { secrets: config.secrets, expiresAt });
  return { newsletters: [subscription.newsletter], url: ofService(`address/${token}`) };
}
