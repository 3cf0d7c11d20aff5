import type { TestContext } from 'node:test';
import type { SubscriptionStatus } from '../../src/database/states.ts';
import type { ServiceDependencies } from '../../src/delivery/send-dependencies.ts';
import { openChangeSignal } from '../../src/kernel/change-signal.ts';
import { type EventLog, silentEventLog } from '../../src/kernel/log.ts';
import type { Config } from '../../src/settings/config.ts';
import type { NewsletterSettings, SignUpLimits } from '../../src/settings/settings.ts';
import { answerAll } from '../../src/site/answer-requests.ts';
import {
  changePreferences,
  type Preference,
  type Preferences,
  readPreferences,
  type ShownChoice,
} from '../../src/site/preferences.ts';
import {
  requestPreferences,
  requestSignUp,
  type SignUpRequest,
  type SiteDependencies,
} from '../../src/site/request-mail.ts';
import { openNoticeRoutes } from '../../src/site/send-mails.ts';
import { readTexts } from '../../src/templates/read-texts.ts';
import type { ReceivedMessage } from './inbox.ts';
import {
  address,
  NEWSLETTER,
  openTestSite,
  type TestSite,
  type TestSiteOptions,
} from './test-site.ts';

/** A second and a third newsletter of the test site, and one that is not offered. */
export const TIDES = 'tides';
export const SECRET = 'unlisted';

/** A mail as somebody reads it. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Name in lower case to value, as sent; folded lines are put together. */
  readonly headers: ReadonlyMap<string, string>;
  /** All of it, decoded. */
  readonly body: string;
  readonly raw: string;
}

/** A test site with a site: what the forms and links of its pages do. */
export interface Site {
  readonly testSite: TestSite;
  readonly deps: ServiceDependencies;
  /** Fills in the form. */
  signUp(to: string, request?: Partial<SignUpRequest>): Promise<'taken' | 'busy'>;
  /** Asks for the link to the preferences. */
  askForPreferences(of: string, ip?: string): Promise<'taken' | 'busy'>;
  /** Answers all that was asked for, as the service does; `of`: with another config. */
  answer(of?: ServiceDependencies): Promise<void>;
  mailsTo(who: string): readonly Mail[];
  /** The token of the last link of the kind in the mails to `who`. */
  token(who: string, kind: 'confirm' | 'unsubscribe' | 'preferences' | 'address'): string;
  /** Moves the clock. */
  later(duration: Temporal.DurationLike): void;
  /** Of each address in a newsletter. */
  statuses(newsletter?: string): Promise<Record<string, SubscriptionStatus>>;
}

export interface SiteOptions extends TestSiteOptions {
  readonly limits?: Partial<SignUpLimits>;
  readonly config?: Partial<Config>;
  readonly log?: EventLog;
}

/** Opens a site on the database that the test `t` is run for, until the test ends. */
export async function openSite(t: TestContext, options: SiteOptions = {}): Promise<Site> {
  const testSite = await openTestSite(t, options);
  let now = Temporal.Instant.from(options.now ?? '2026-03-20T07:00Z');
  const deps = serviceOf(testSite, options);
  const site: Site = {
    ...{ testSite, deps },
    signUp: (to, request) =>
      requestSignUp(deps, {
        address: address(to),
        newsletters: [NEWSLETTER],
        ...{ source: 'form', language: 'en', consentText: 'I want it.', ip: '192.0.2.1' },
        ...request,
      }),
    askForPreferences: (of, ip = '192.0.2.1') =>
      requestPreferences(deps, { address: address(of), language: 'en', ip }),
    async answer(of = deps) {
      const routes = openNoticeRoutes(of);
      try {
        await answerAll(of, () => routes);
      } finally {
        await Promise.all(routes.map(({ relay }) => relay.close()));
      }
    },
    mailsTo: (who) => testSite.inbox.messagesTo(who).map(readMail),
    token(who, kind) {
      const links = this.mailsTo(who).flatMap(({ body }) => [
        ...body.matchAll(new RegExp(`https://harbour\\.example/${kind}/([\\w.-]+)`, 'g')),
      ]);
      const token = links.at(-1)?.[1];
      if (token === undefined) throw new Error(`no mail to ${who} has a link to ${kind}`);
      return token;
    },
    later(duration) {
      now = now.toZonedDateTimeISO('UTC').add(duration).toInstant();
      testSite.setTime(now.toString());
    },
    async statuses(newsletter = NEWSLETTER) {
      const rows = await testSite.deps.store.db
        .selectFrom('subscribers')
        .select(['address', 'status'])
        .where('newsletter', '=', newsletter)
        .orderBy('address')
        .execute();
      return Object.fromEntries(rows.map((row) => [row.address, row.status]));
    },
  };
  return site;
}

/** What the parts of the service need, of a test site with three newsletters. */
export function serviceOf(testSite: TestSite, options: SiteOptions = {}): ServiceDependencies {
  const { config } = testSite.deps;
  const [first] = config.newsletters;
  if (first === undefined) throw new Error('the paper has no newsletter');
  const another = (id: string, name: string, changes: Partial<NewsletterSettings> = {}) => ({
    ...{ ...first, id, name, listId: `${id}.harbour.example` },
    ...changes,
  });
  const newsletters = [first, another(TIDES, 'Tides'), another(SECRET, 'Staff', { listed: false })];
  const signUp = { ...config.web.signUp, ...options.limits };
  return {
    ...testSite.deps,
    config: { ...config, newsletters, web: { ...config.web, signUp }, ...options.config },
    log: options.log ?? silentEventLog,
    textsOf: readTexts(config.folders.languages),
    signals: { deliveries: openChangeSignal(), notices: openChangeSignal() },
  };
}

/** A message as its reader sees it. */
export function readMail({ raw, to }: ReceivedMessage): Mail {
  const text = raw.toString();
  const end = text.indexOf('\r\n\r\n');
  const headers = new Map(
    text
      .slice(0, end)
      .replace(/\r\n[ \t]+/g, ' ')
      .split('\r\n')
      .map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 2),
      ]),
  );
  const bytes = text
    .slice(end)
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
  const body = Buffer.from(bytes, 'latin1').toString();
  return { to, subject: headers.get('subject') ?? '', headers, body, raw: text };
}

/** Opens the page of preferences and sends its form with these boxes ticked, and no other. */
export async function savePreferences(
  deps: SiteDependencies,
  token: string,
  ticked: readonly string[],
): Promise<Preferences | undefined> {
  const shown = (await readPreferences(deps, token))?.subscriptions ?? [];
  return changePreferences(deps, token, { ticked, shown: shown.map(asShown) });
}

/** A box as the page shows it. */
export function asShown({ newsletter, status, leftAt }: Preference): ShownChoice {
  const box = { newsletter: newsletter.id, isTicked: status === 'active' };
  return leftAt === undefined ? box : { ...box, leftAt };
}
