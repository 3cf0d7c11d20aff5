import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { HtmlValidate } from 'html-validate';
import type { ArchiveList } from '../../src/editions/archive/archive-lists.ts';
import { openArchiveLists } from '../../src/editions/archive/archive-lists.ts';
import type { Config } from '../../src/settings/config.ts';
import type { NewsletterSettings } from '../../src/settings/settings.ts';
import { archiveOf, textsOf } from '../support/archive.ts';
import { listenToConsole, withBrowser } from '../support/browser.ts';
import { cleanUpAfter } from '../support/clean-up-after.ts';
import { NEWSLETTER, openTestSite } from '../support/test-site.ts';

const NASTY = 'Tolls & <script>alert(1)</script> "tides"';

function editionOn(newsletter: string, day: string, subject = `News of ${day}`) {
  return {
    id: `${newsletter}-${day}`,
    newsletter,
    day,
    subject,
    preheader: '',
    plannedAt: `${day}T07:00:00.000Z`,
    composedAt: `${day}T07:00:00.000Z`,
  };
}

/** The HTML of a list, of the newsletters of a config that a test changes. */
async function rendered(
  t: TestContext,
  list: Omit<ArchiveList, 'newsletter' | 'path'> & { readonly of?: number },
  change: (newsletter: NewsletterSettings) => readonly NewsletterSettings[] = (one) => [one],
  config: Partial<Config> = {},
): Promise<string> {
  const { deps } = await openTestSite(t);
  const newsletters = deps.config.newsletters.flatMap(change);
  const lists = openArchiveLists({ ...deps.config, newsletters, ...config }, textsOf);
  const { of, ...rest } = list;
  const newsletter = of === undefined ? undefined : newsletters[of];
  const path = newsletter === undefined ? 'archive' : `archive/${newsletter.id}`;
  return lists.render({ ...rest, path, ...(newsletter && { newsletter }) }, newsletters);
}

async function faultsOf(html: string): Promise<string[]> {
  const validator = new HtmlValidate({
    extends: ['html-validate:recommended', 'html-validate:a11y'],
    rules: { 'no-inline-style': 'error', 'long-title': 'off' },
  });
  const { results } = await validator.validateString(html);
  return results.flatMap(({ messages }) =>
    messages.map(({ line, message, ruleId }) => `${line}: ${message} (${ruleId})`),
  );
}

test('editions are listed by month, with their days, and lead to their pages', async (t) => {
  const editions = ['2026-04-01', '2026-03-31', '2026-03-30'].map((day) =>
    editionOn(NEWSLETTER, day),
  );
  const html = await rendered(t, { of: 0, years: [], editions });
  assert.deepEqual(await faultsOf(html), []);
  assert.deepEqual(
    [...html.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, name]) => name),
    ['April 2026', 'March 2026'],
  );
  assert.match(
    html,
    /<time datetime="2026-03-31">Tuesday,? 31 March|<time datetime="2026-03-31">Tuesday, March 31/,
  );
  assert.match(
    html,
    /<a href="\/archive\/politics-essential-2026-03-31\/">News of 2026-03-31<\/a>/,
  );
  assert.match(
    html,
    /<a href="\/subscribe\/politics-essential\/"|<a class="onward" href="\/subscribe\/politics-essential\/"/,
  );
  assert.match(
    html,
    /<link rel="canonical" href="https:\/\/harbour\.example\/archive\/politics-essential\/">/,
  );
  assert.match(
    html,
    /<link rel="alternate" type="application\/rss\+xml"[^>]* href="https:\/\/harbour\.example\/archive\/politics-essential\/rss\.xml">/,
  );
  assert.doesNotMatch(html, /noindex/);
});

test('names and subjects stay text, and say in which language they are', async (t) => {
  const editions = [editionOn(NEWSLETTER, '2026-03-31', NASTY)];
  const html = await rendered(t, { of: 0, years: [], editions }, (one) => [
    { ...one, name: NASTY, description: NASTY, language: 'ar' },
  ]);
  assert.deepEqual(await faultsOf(html), []);
  assert.doesNotMatch(html, /<script>/);
  assert.match(html, /<a href="[^"]*" lang="ar" dir="rtl">Tolls &amp; &lt;script/);
});

test('the page of all names each newsletter, and those that are not for search engines hide it', async (t) => {
  const two = (one: NewsletterSettings) => [
    one,
    { ...one, id: 'evening', name: 'The Evening', archive: 'noindex' as const },
  ];
  const editions = [editionOn('evening', '2026-03-31'), editionOn(NEWSLETTER, '2026-03-31')];
  const html = await rendered(t, { years: [], editions }, two);
  assert.deepEqual(await faultsOf(html), []);
  assert.match(html, /<span>The Evening<\/span> · <time/);
  assert.match(html, /<li><a href="\/archive\/evening\/">The Evening<\/a><\/li>/);
  assert.match(html, /<meta name="robots" content="noindex">/);
});

test('the pages of years lead to each other', async (t) => {
  const years = ['2026', '2025'];
  const editions = [editionOn(NEWSLETTER, '2025-03-31')];
  const html = await rendered(t, { of: 0, year: '2025', years, editions });
  assert.deepEqual(await faultsOf(html), []);
  assert.match(html, /<h1>Politics Essential: 2025<\/h1>/);
  assert.match(html, /<a href="\/archive\/politics-essential\/2026\/">2026<\/a>/);
  assert.match(
    html,
    /<a href="\/archive\/politics-essential\/2025\/" aria-current="page">2025<\/a>/,
  );
});

test('who is not offered on the site has no way to sign up in its list', async (t) => {
  const html = await rendered(t, { of: 0, years: [], editions: [] }, (one) => [
    { ...one, listed: false },
  ]);
  assert.deepEqual(await faultsOf(html), []);
  assert.doesNotMatch(html, /subscribe\/politics-essential/);
});

test('an archive without an edition says so', async (t) => {
  const html = await rendered(t, { years: [], editions: [] });
  assert.deepEqual(await faultsOf(html), []);
  assert.match(html, /No edition has been sent yet\./);
});

test('the lists are usable from files alone, on any screen, and axe finds nothing', async (t) => {
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'] });
  for (const day of [20, 21, 22]) {
    testSite.setTime(`2026-03-${day}T07:00:00Z`);
    await testSite.putEdition(`${NEWSLETTER}-2026-03-${day}`);
    await testSite.send();
  }
  await archiveOf(testSite, (config) => openArchiveLists(config, textsOf)).publish();
  const url = await openPlainServer(t, testSite.deps.config.folders.output);
  await withBrowser(async (browser) => {
    for (const width of [320, 1280]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
        const page = await context.newPage();
        const complaints = listenToConsole(page);
        for (const path of ['archive/', `archive/${NEWSLETTER}/`]) {
          await page.goto(url + path, { waitUntil: 'load' });
          const { violations, passes } = await new AxeBuilder({ page }).analyze();
          assert.ok(passes.length > 20);
          assert.deepEqual(
            violations.map(({ id, nodes }) => [path, id, nodes.map(({ html }) => html)]),
            [],
          );
          const scrolled = await page.evaluate<number>('document.documentElement.scrollWidth');
          assert.ok(scrolled <= width, `${path} is ${scrolled} pixels wide`);
        }
        assert.deepEqual(complaints, []);
        await page.getByRole('link', { name: 'The harbour wall stands' }).first().click();
        await page.waitForURL(`**/archive/${NEWSLETTER}-2026-03-22/`);
        await page.getByRole('link', { name: 'All editions' }).first().click();
        await page.waitForURL(`**/archive/${NEWSLETTER}/`);
        await context.close();
      }
    }
  });
});

const TYPES: Readonly<Record<string, string>> = {
  ...{ '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript' },
  '.svg': 'image/svg+xml',
};

/** A web server that knows nothing of Broadsheet, and allows no inline styles. */
async function openPlainServer(t: TestContext, folder: string): Promise<string> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = join(folder, pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    response.setHeader('content-security-policy', "default-src 'self'");
    if (!existsSync(file)) response.writeHead(404).end();
    else response.setHeader('content-type', TYPES[extname(file)] ?? '').end(readFileSync(file));
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  cleanUpAfter(t, () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
