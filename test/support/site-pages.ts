import type { TestContext } from 'node:test';
import type { BrowserContext } from 'playwright-core';
import type { Store } from '../../src/database/open-store.ts';
import { signToken } from '../../src/delivery/message/signed-token.ts';
import { insertEdition } from '../../src/editions/queries/editions.ts';
import type { NewsletterSettings } from '../../src/settings/settings.ts';
import { makeEdition, NEWSLETTER, openTestSite, type TestSite } from './test-site.ts';
import { askUrl, form } from './web.ts';
import { openWholeTestSite, severalNewsletters, type WholeTestSite } from './whole-test-site.ts';

/** Where a site of a test says that it is. */
export const SITE_URL = 'https://harbour.example/';

/** Every page of a site as somebody gets it, by a name. */
export type SitePages = ReadonlyMap<string, string>;

/** Pages and their assets, for a browser. */
export interface CollectedSite {
  readonly site: WholeTestSite;
  readonly pages: SitePages;
}

const ADA = 'ada@example.org';
const HEADLINES = [
  'Open Ledger Act Passes by Two Votes After a Night Without Sleep',
  'Night Ferries Saved as Province and Ports Agree to Pay for the Last Boat',
  'Bells May Ring at Night, but Not After Eleven, High Court Rules',
  'Grain and Timber Duties to Fall in Three Steps From Midsummer',
  'Nine Countries, One Ticket: Union Agrees on a Single Rail Fare',
];

export interface CollectOptions {
  readonly language?: string;
  readonly newsletters?: (testSite: TestSite) => readonly NewsletterSettings[];
  /** Called once the test site is open, before its site is: the store that the site works on. */
  readonly store?: (testSite: TestSite) => Promise<Store>;
}

/** Walks through everything that the site can answer, and keeps each page. */
export async function collectPages(
  t: TestContext,
  options: CollectOptions = {},
): Promise<CollectedSite> {
  const opened = await openTestSite(t, {
    subscribers: [ADA, 'bob@example.org', 'cyd@example.org'],
  });
  await putEditions(opened);
  const store = (await options.store?.(opened)) ?? opened.deps.store;
  const testSite = { ...opened, deps: { ...opened.deps, store } };
  const { feeds, web } = testSite.deps.config;
  const newsletters = options.newsletters?.(testSite) ?? newslettersOf(testSite);
  const site = await openWholeTestSite(t, {
    ...{ testSite, limits: { perMinute: { page: 1000, form: 1000, oneClick: 1000 } } },
    config: { newsletters, feeds: { ...feeds, formats: ['rss', 'atom', 'json'] } },
    web: {
      ...{ language: options.language ?? 'en', privacyUrl: `${SITE_URL}privacy/` },
      signUp: { ...web.signUp, perIpPerHour: 30 },
    },
  });
  const pages = new Map<string, string>();
  const keep = async (name: string, asked: ReturnType<WholeTestSite['ask']>) => {
    const { body } = await asked;
    pages.set(name, body);
    return body;
  };
  await keepForms(site, keep);
  await keepLinks(site, keep);
  return { site, pages };
}

type Keep = (name: string, asked: ReturnType<WholeTestSite['ask']>) => Promise<string>;

async function keepForms(site: WholeTestSite, keep: Keep): Promise<void> {
  const { ask, submit } = site;
  const [first = { id: '' }] = site.deps.config.newsletters;
  await keep('home', ask(''));
  await keep('subscribe', ask('subscribe/'));
  await keep('subscribe to one', ask(`subscribe/${first.id}/`));
  await keep('wrong sign-up', submit('subscribe/', { address: 'ada@' }));
  await keep('one more click', ask('subscribe/', form({ address: ADA, newsletters: first.id })));
  const fields = { address: 'new@example.org', newsletters: first.id };
  await keep('inbox', submit('subscribe/', fields));
  await keep('ask for preferences', ask('preferences/'));
  await keep('wrong question for preferences', submit('preferences/', { address: '' }));
  await keep('inbox of preferences', submit('preferences/', { address: ADA }));
  await keep('embed', ask('embed/'));
  await keep('not found', ask('nothing'));
  await keep('not allowed', ask('resubscribe/x'));
  await keep(
    'not understood',
    ask('subscribe/', { method: 'POST', body: 'x', headers: { 'content-type': 'a/b' } }),
  );
}

async function keepLinks(site: WholeTestSite, keep: Keep): Promise<void> {
  const { ask, tokens } = site;
  const confirm = `confirm/${await tokens.confirm()}`;
  await keep('confirm', ask(confirm));
  await keep('welcome', ask(confirm, form({})));
  await keep('cut link', ask('confirm/x'));
  await keep('link that is over', ask('preferences/x'));
  const preferences = `preferences/${await tokens.preferences('bob@example.org')}`;
  await keep('preferences', ask(preferences));
  await keep('preferences saved', ask(preferences, form({ save: '1', newsletters: NEWSLETTER })));
  await keep('wrong address', ask(`${preferences}/address`, form({ address: 'x@' })));
  await keep(
    'inbox of an address',
    ask(`${preferences}/address`, form({ address: 'bo@example.org' })),
  );
  await keep('erase', ask(`${preferences}/erase`));
  const address = `address/${await tokens.newAddress()}`;
  await keep('new address', ask(address));
  await keep('address changed', ask(address, form({})));
  const unsubscribe = `unsubscribe/${await tokens.unsubscribe(ADA)}`;
  await keep('keep', ask(`${unsubscribe}/keep`));
  await keep('kept', ask(`${unsubscribe}/keep`, form({})));
  await keep('less often', ask(`${unsubscribe}/weekly`));
  const taken = await keep('taken less often', ask(`${unsubscribe}/weekly`, form({})));
  const back = /action="\/(resubscribe\/[^"]+)"/.exec(taken)?.[1];
  if (back !== undefined) await ask(back, form({}));
  await keep('unsubscribe', ask(unsubscribe));
  const left = await keep('unsubscribed', ask(unsubscribe, form({ page: '1' })));
  await keep('has left', ask(unsubscribe));
  const undo = /action="\/(resubscribe\/[^"]+)"/.exec(left)?.[1] ?? '';
  await keep('resubscribed', ask(undo, form({})));
  const erase = `preferences/${await tokens.preferences('cyd@example.org')}/erase`;
  await keep('erased', ask(erase, form({})));
  const { secrets } = site.deps.config;
  const approve = `approve/${signToken('approve', [`${NEWSLETTER}-2026-03-20`], { secrets })}`;
  await keep('approve', ask(approve));
  await keep('approved', ask(approve, form({})));
  for (let at = 0; at < 40; at++) {
    const fields = { address: `reader${at}@example.org`, newsletters: NEWSLETTER };
    const answer = await site.submit('subscribe/', fields);
    if (answer.status !== 429) continue;
    await keep('too many', Promise.resolve(answer));
    return;
  }
}

/** One edition that was sent, and one that waits for its editor. */
async function putEditions({ deps: { store } }: TestSite): Promise<void> {
  for (const day of ['2026-03-19', '2026-03-20']) {
    const edition = makeEdition(`${NEWSLETTER}-${day}`);
    const [post] = edition.posts;
    await insertEdition(store.db, {
      ...{ ...edition, day, subject: HEADLINES[0] ?? '' },
      preheader: 'The vote was 51 to 49, and two members were asleep in the library.',
      posts: HEADLINES.map((title, at) => ({
        ...{
          file: `${at}.md`,
          url: post?.url ?? '',
          title,
          id: `tag:harbour.example,${day}:${at}`,
        },
        role: at === 0 ? ('lead' as const) : ('story' as const),
      })),
    });
  }
  const editions = store.db.updateTable('editions');
  await editions
    .set({ planned_at: '2026-03-19T07:00:00.000Z' })
    .where('day', '=', '2026-03-19')
    .execute();
  await editions
    .set({ paused_at: '2026-03-20T07:00:00.000Z', paused_by: 'approval', pause_reason: 'asked' })
    .where('day', '=', '2026-03-20')
    .execute();
}

/** The first as people know it, with a weekly in another language beside it. */
function newslettersOf(testSite: TestSite): readonly NewsletterSettings[] {
  const [first, second] = severalNewsletters(testSite) as [NewsletterSettings, NewsletterSettings];
  const description = 'The day’s politics in five minutes, every weekday morning.';
  return [
    { ...first, description, weekly: 'wythnos' },
    {
      ...{ ...second, id: 'wythnos', name: 'Yr Wythnos', language: 'cy' },
      description: 'Newyddion yr wythnos o’r harbwr, bob dydd Gwener.',
    },
  ];
}

/** One newsletter alone. */
export function oneNewsletter(testSite: TestSite): readonly NewsletterSettings[] {
  return newslettersOf(testSite).slice(0, 1);
}

/**
 * Lets `context` reach the site at SITE_URL, as over https. What is asked for elsewhere fails;
 * `pages` are at `page/NAME` besides, as often as they are asked for.
 */
export async function routeToSite(
  context: BrowserContext,
  {
    site,
    pages = new Map(),
  }: { readonly site: Pick<WholeTestSite, 'server'>; readonly pages?: SitePages },
): Promise<void> {
  const { headers: policy } = await askUrl(site.server.url);
  await context.route('**/*', async (route) => {
    const request = route.request();
    const url = request.url();
    if (!url.startsWith(SITE_URL)) return route.abort();
    const name = decodeURIComponent(url.slice(SITE_URL.length)).replace(/^page\//, '');
    const html = pages.get(name);
    if (html !== undefined) {
      const csp = String(policy['content-security-policy']);
      const headers = { 'content-security-policy': csp, 'content-type': 'text/html' };
      return route.fulfill({ body: html, headers });
    }
    const { host: _host, ...headers } = request.headers();
    const body = request.postData();
    const answer = await askUrl(url.replace(SITE_URL, site.server.url), {
      ...{ method: request.method(), headers },
      ...(body === null ? {} : { body }),
    });
    const names = Object.entries(answer.headers).map(([key, value]) => [key, String(value)]);
    return route.fulfill({
      ...{ status: answer.status, body: answer.body },
      headers: Object.fromEntries(names),
    });
  });
}
