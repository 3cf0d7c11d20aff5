import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { readIdentity } from '../../src/database/identity.ts';
import { storedInstant } from '../../src/database/instants.ts';
import { signToken } from '../../src/delivery/message/signed-token.ts';
import { unsubscribeToken } from '../../src/delivery/message/unsubscribe-link.ts';
import { openArchiveLists } from '../../src/editions/archive/archive-lists.ts';
import { publishArchive } from '../../src/editions/archive/publish-archive.ts';
import type { NewsletterSettings } from '../../src/settings/settings.ts';
import { answerAll } from '../../src/site/answer-requests.ts';
import { errorPage, openSite, type Site } from '../../src/site/pages/site.ts';
import { siteRoutes } from '../../src/site/pages/site-routes.ts';
import { preferencesToken } from '../../src/site/preferences.ts';
import { openNoticeRoutes } from '../../src/site/send-mails.ts';
import { hashAddress } from '../../src/subscribers/keyed-hashes.ts';
import { findSubscriptions } from '../../src/subscribers/queries/subscribers.ts';
import { serveFiles } from '../../src/web/files/serve-files.ts';
import type { RoutePlugin } from '../../src/web/web-dependencies.ts';
import { address, NEWSLETTER, type TestSite } from './test-site.ts';
import {
  type Answer,
  form,
  openServedTestSite,
  type ServedTestSite,
  type ServedTestSiteOptions,
} from './web.ts';

/** A test site with its whole site before it. */
export interface WholeTestSite extends ServedTestSite {
  /** Sends a form to a path below the base path, with a token that is old enough. */
  submit(path: string, values?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Answers all that was asked for by mail, as the service does. */
  answer(): Promise<void>;
  /** Brings the archive up to date, as the service does. */
  publishArchive(): Promise<void>;
  /** Every row of every table, to see that nothing changed. */
  rows(): Promise<string>;
  /** Tokens as mails have them. */
  readonly tokens: {
    /** Of the last sign-up. */
    confirm(): Promise<string>;
    unsubscribe(address: string): Promise<string>;
    preferences(address: string): Promise<string>;
    /** Of the last change of an address. */
    newAddress(): Promise<string>;
  };
}

/** A second newsletter, and one that is not offered. */
export function severalNewsletters({ deps }: TestSite): readonly NewsletterSettings[] {
  const [first] = deps.config.newsletters as [NewsletterSettings];
  return [
    first,
    { ...first, id: 'harbour-weekly', name: 'Harbour Weekly', listId: 'weekly.harbour.example' },
    {
      ...first,
      id: 'members',
      name: 'For Members',
      listed: false,
      listId: 'members.harbour.example',
    },
  ];
}

/** Opens the site, with the routes of published files behind its own, for the length of the test. */
export async function openWholeTestSite(
  t: TestContext,
  options: ServedTestSiteOptions = {},
): Promise<WholeTestSite> {
  let site: Site | undefined;
  const open: RoutePlugin = (app, deps) => {
    site = openSite(deps);
    return siteRoutes(site)(app, deps);
  };
  const web = await openServedTestSite(t, [open, serveFiles], {
    renderError: (answer, request) => errorPage(site as Site)(answer, request),
    ...options,
  });
  const { db } = web.deps.store;
  const { secrets } = web.deps.config;
  const inHours = (hours: number) => web.deps.clock().add({ hours });
  return {
    ...web,
    async submit(path, values = {}) {
      const secondsAgo = web.deps.clock().subtract({ seconds: 10 });
      const token = signToken('form', [String(secondsAgo.epochMilliseconds)], {
        ...{ secrets, expiresAt: inHours(1) },
      });
      return web.ask(path, form({ token, ...values }));
    },
    async answer() {
      const relays = openNoticeRoutes(web.deps);
      try {
        await answerAll(web.deps, () => relays);
      } finally {
        await Promise.all(relays.map(({ relay }) => relay.close()));
      }
    },
    async publishArchive() {
      const { config, textsOf } = web.deps;
      await publishArchive({ ...web.deps, lists: openArchiveLists(config, textsOf) });
    },
    async rows() {
      const tables = await db.introspection.getTables();
      const names = tables.map(({ name }) => name).toSorted();
      const rows = await Promise.all(
        names.map((name) =>
          db
            .selectFrom(name as never)
            .selectAll()
            .execute(),
        ),
      );
      assert.ok(names.includes('subscribers'));
      return JSON.stringify(rows.map((each, at) => [names[at], each]));
    },
    tokens: {
      async confirm() {
        const { id } = await db
          .selectFrom('sign_ups')
          .select('id')
          .orderBy('at', 'desc')
          .executeTakeFirstOrThrow();
        return signToken('confirm', [id], { secrets, expiresAt: inHours(168) });
      },
      async unsubscribe(text) {
        const [subscription] = await findSubscriptions(db, address(text));
        const whom = { newsletter: NEWSLETTER, subscriberId: subscription?.id ?? '' };
        return unsubscribeToken(whom, secrets);
      },
      async preferences(text) {
        const [subscription] = await findSubscriptions(db, address(text));
        const addressHash = hashAddress((await readIdentity(db)).hash_key, address(text));
        const at = storedInstant(web.deps.clock());
        return preferencesToken(web.deps, { subscriber: subscription?.id ?? '', addressHash, at });
      },
      async newAddress() {
        const { id } = await db
          .selectFrom('address_changes')
          .select('id')
          .orderBy('at', 'desc')
          .executeTakeFirstOrThrow();
        return signToken('new-address', [id], { secrets, expiresAt: inHours(24) });
      },
    },
  };
}
