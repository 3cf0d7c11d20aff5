import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import type { SubscriptionStatus } from '../../src/database/states.ts';
import { askEditors } from '../../src/schedule/ask-editors.ts';
import type { NewsletterSettings } from '../../src/settings/settings.ts';
import { listenToConsole, withBrowser } from '../support/browser.ts';
import { type Mail, readMail } from '../support/site.ts';
import { routeToSite, SITE_URL } from '../support/site-pages.ts';
import { address, NEWSLETTER, openTestSite } from '../support/test-site.ts';
import { askRaw, askUrl, form } from '../support/web.ts';
import { openWholeTestSite, type WholeTestSite } from '../support/whole-test-site.ts';

const ADA = 'ada@example.org';
const DAY = 24 * 3600;

/** Somebody who reads, with a browser and an inbox. */
interface Reader {
  readonly site: WholeTestSite;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Presses the button of this name. */
  press(name: string): Promise<void>;
  /** Writes into the field of this name. */
  write(name: string, text: string): Promise<void>;
  later(seconds: number): void;
  mails(): Promise<readonly Mail[]>;
  /** Opens the last link to `path` in the newest mail that has one. */
  open(path: string): Promise<void>;
  heading(): Promise<string>;
  status(): Promise<SubscriptionStatus | undefined>;
}

test('without a script, by mouse: sign up, confirm, get an edition, read it on the site, leave with one click, come back', (t) =>
  withReader(t, { javaScriptEnabled: false }, async (reader) => {
    await travel(reader);
    assert.equal(await reader.page.getByRole('button', { name: /^Copy/ }).count(), 0);
  }));

test('with a script, by keyboard alone: sign up, confirm, get an edition, read it on the site, leave with one click, come back', (t) =>
  withReader(t, { javaScriptEnabled: true }, async (reader) => {
    await travel(reader);
    await reader.page.goto(SITE_URL);
    await reader.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await reader.press('Copy the address of the RSS feed');
    await reader.page.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
    const copied = await reader.page.evaluate('navigator.clipboard.readText()');
    assert.equal(copied, `${SITE_URL}rss.xml`);
  }));

test('somebody changes what they get, moves to another address, takes their data along and is erased', (t) =>
  withReader(t, { javaScriptEnabled: false }, async (reader) => {
    const { site, page } = reader;
    await signUp(reader);
    await page.goto(`${SITE_URL}preferences/`);
    await reader.write('Your email address', ADA);
    reader.later(5);
    await reader.press('Send me the link');
    assert.equal(await reader.heading(), 'Check your inbox');
    await reader.open('preferences');
    assert.equal(await reader.heading(), 'Your preferences');
    await page.getByLabel('Politics Essential').uncheck();
    await reader.press('Save');
    assert.equal(await page.getByRole('status').innerText(), 'Your choice has been saved.');
    assert.equal(await reader.status(), 'unsubscribed');
    await page.getByLabel('Politics Essential').check();
    await reader.press('Save');
    assert.equal(await reader.status(), 'active');
    const preferences = page.url();
    const data = await site.ask(`${preferences.slice(SITE_URL.length)}/data.json`);
    assert.match(data.body, /ada@example\.org/);
    await reader.write('Your new email address', 'ada@elsewhere.example');
    await reader.press('Change the address');
    assert.equal(await reader.heading(), 'Check your inbox');
    await site.answer();
    const [asked] = site.testSite.inbox.messagesTo('ada@elsewhere.example').map(readMail);
    await page.goto(linkOf(asked, 'address'));
    await reader.press('Yes, use this address');
    assert.equal(await reader.heading(), 'Your new address is in use');
    assert.equal(await reader.status(), undefined);
    // The old link is of an address that is nobody's any more.
    await page.goto(preferences);
    assert.equal(await reader.heading(), 'This link has expired');
    await page.goto(`${SITE_URL}preferences/`);
    await reader.write('Your email address', 'ada@elsewhere.example');
    reader.later(5);
    await reader.press('Send me the link');
    await site.answer();
    const last = site.testSite.inbox.messagesTo('ada@elsewhere.example').map(readMail).at(-1);
    await page.goto(linkOf(last, 'preferences'));
    await page.getByRole('link', { name: 'Erase my data' }).click();
    await reader.press('Yes, erase everything');
    assert.equal(await reader.heading(), 'Everything is erased');
    assert.doesNotMatch(await site.rows(), /elsewhere/);
  }));

test('a scanner that opens all links of 8 kinds of messages, by GET and HEAD, changes nothing', async (t) => {
  const site = await openScanned(t);
  const { messages } = site.testSite.inbox;
  assert.equal(new Set(messages.map(readMail).map(({ subject }) => subject)).size, 8);
  const links = new Set(messages.map(readMail).flatMap(linksOf));
  const kinds = new Set([...links].map((link) => link.slice(SITE_URL.length).split('/')[0]));
  for (const kind of ['confirm', 'unsubscribe', 'preferences', 'address', 'archive', 'approve']) {
    assert.ok(kinds.has(kind), `a message has a link to ${kind}: ${[...kinds]}`);
  }
  const before = await site.rows();
  for (const link of links) {
    for (const method of ['GET', 'HEAD']) {
      const answer = await askUrl(link.replace(SITE_URL, site.server.url), { method });
      assert.ok(answer.status < 500, `${method} ${link}: ${answer.status}`);
    }
  }
  assert.equal(await site.rows(), before);
});

/** A site that has sent every kind of message that it has. */
async function openScanned(t: TestContext): Promise<WholeTestSite> {
  const testSite = await openTestSite(t, { subscribers: ['bob@example.org'] });
  const [first] = testSite.deps.config.newsletters as [NewsletterSettings];
  const newsletters = [{ ...first, approve: true, editor: address('editor@example.org') }];
  const site = await openWholeTestSite(t, { testSite, limits: WIDE, config: { newsletters } });
  const press = (path: string, values = {}) => site.ask(path, form(values));
  await site.submit('subscribe/', { address: ADA });
  await site.answer();
  await press(`confirm/${await site.tokens.confirm()}`);
  await site.submit('subscribe/', { address: ADA });
  await site.submit('subscribe/', { address: 'eve@example.org' });
  await site.submit('preferences/', { address: ADA });
  const preferences = `preferences/${await site.tokens.preferences('bob@example.org')}`;
  await press(`${preferences}/address`, { address: 'bo@example.org' });
  await site.answer();
  await press(`address/${await site.tokens.newAddress()}`);
  await site.answer();
  testSite.writePost('2026-03-19-wall.md', post('The wall stands'));
  await testSite.send();
  await site.publishArchive();
  await askEditor(site);
  return site;
}

/** Mails the editor an edition that waits for them. */
async function askEditor({ testSite, deps }: WholeTestSite): Promise<void> {
  const { id, newsletter } = await testSite.putEdition(`${NEWSLETTER}-2026-03-23`);
  const at = '2026-03-23T07:00:00.000Z';
  const { db } = deps.store;
  await db
    .updateTable('editions')
    .set({ paused_at: at, paused_by: 'approval', pause_reason: 'it waits for its editor' })
    .where('id', '=', id)
    .execute();
  await db
    .insertInto('slots')
    .values({
      ...{ newsletter, day: '2026-03-23', due_at: at, state: 'approval', edition: id },
      ...{ reason: null, holder: null, lease_until: null, changed_at: at, told_at: null },
    })
    .execute();
  await askEditors(deps, new AbortController().signal);
}

/** Every link to the site, in the headers as well. */
function linksOf({ raw, body }: Mail): string[] {
  return [
    ...[...body.matchAll(/https:\/\/harbour\.example\/[^\s"'<>)\]]+/g)].map(([link]) => link),
    ...[...raw.matchAll(/<(https:\/\/harbour\.example\/[^>\s]+)>/g)].map(([, link = '']) => link),
  ];
}

/** The whole way, as the names of the tests tell it. */
async function travel(reader: Reader): Promise<void> {
  const { site, page } = reader;
  await signUp(reader);
  site.testSite.writePost('2026-03-20-ferries.md', post('Night ferries saved'));
  await site.testSite.send();
  await site.publishArchive();
  const edition = (await reader.mails()).find(({ body }) => body.includes('Night ferries saved'));
  await page.goto(SITE_URL);
  await page.getByRole('link', { name: 'Night ferries saved' }).click();
  assert.match(page.url(), /\/archive\/politics-essential-2026-03-20\/$/);
  assert.match(await page.innerText('main'), /Night ferries saved/);
  assert.doesNotMatch(await page.content(), /ada@example/);
  await page.goto(linkOf(edition, 'unsubscribe'));
  assert.equal(await reader.heading(), 'Do you want to unsubscribe?');
  await reader.press('Unsubscribe');
  assert.equal(await reader.heading(), 'You are unsubscribed');
  assert.equal(await reader.status(), 'unsubscribed');
  await reader.press('Undo: keep sending it');
  assert.equal(await reader.heading(), 'You are subscribed again');
  assert.equal(await reader.status(), 'active');
  await oneClick(reader, edition);
  assert.equal(await reader.status(), 'unsubscribed');
  reader.later(2 * DAY);
  await signUp(reader);
}

/** Fills in the form of the home page, and follows the mail that answers it. */
async function signUp(reader: Reader): Promise<void> {
  const { site, page } = reader;
  await page.goto(SITE_URL);
  await reader.write('Your email address', 'ada@');
  await reader.press('Sign up');
  assert.match(await page.getByRole('alert').innerText(), /not a complete email address/);
  reader.later(5);
  await reader.write('Your email address', ADA);
  await reader.press('Sign up');
  assert.equal(await reader.heading(), 'Check your inbox');
  assert.notEqual(await reader.status(), 'active');
  await site.answer();
  await reader.open('confirm');
  assert.equal(await reader.heading(), 'One click to confirm');
  assert.notEqual(await reader.status(), 'active');
  await reader.press('Yes, sign me up');
  assert.equal(await reader.heading(), 'Welcome!');
  assert.equal(await reader.status(), 'active');
  await site.answer();
  assert.match((await reader.mails()).at(-1)?.subject ?? '', /Welcome|Politics Essential/);
}

/** What Gmail sends when somebody presses its own button. */
async function oneClick({ site }: Reader, mail: Mail | undefined): Promise<void> {
  assert.equal(mail?.headers.get('list-unsubscribe-post'), 'List-Unsubscribe=One-Click');
  const [, url = ''] = /<(https:[^>]+)>/.exec(mail?.headers.get('list-unsubscribe') ?? '') ?? [];
  const path = new URL(url).pathname;
  const body = 'List-Unsubscribe=One-Click';
  const answer = await askRaw(
    site.server.url,
    `POST ${path} HTTP/1.1\r\nHost: harbour.example\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
  assert.match(answer, /^HTTP\/1\.1 200 /);
}

const WIDE = { perMinute: { page: 1000, form: 1000, oneClick: 1000 } };

async function withReader(
  t: TestContext,
  { javaScriptEnabled }: { readonly javaScriptEnabled: boolean },
  work: (reader: Reader) => Promise<void>,
): Promise<void> {
  const testSite = await openTestSite(t);
  const site = await openWholeTestSite(t, { testSite, limits: WIDE });
  let now = Temporal.Instant.from('2026-03-20T07:00Z');
  await withBrowser(async (browser) => {
    const context = await browser.newContext({ javaScriptEnabled });
    await routeToSite(context, { site });
    const page = await context.newPage();
    const troubles = listenToConsole(page);
    const mails = async () => testSite.inbox.messagesTo(ADA).map(readMail);
    const press = async (name: string) => {
      const button = page.getByRole('button', { name, exact: true });
      if (!javaScriptEnabled) return button.click();
      const isSubmit = (await button.getAttribute('type')) === 'submit';
      await tabTo(page, name);
      const answered = isSubmit ? page.waitForEvent('load') : undefined;
      await page.keyboard.press('Enter');
      await answered;
    };
    const write = async (name: string, text: string) => {
      const field = page.getByLabel(name);
      if (!javaScriptEnabled) return field.fill(text);
      await tabTo(page, name);
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(text);
    };
    await work({
      ...{ site, context, page, mails, press, write },
      later(seconds) {
        now = now.add({ seconds });
        testSite.setTime(now.toString());
      },
      async open(path) {
        await site.answer();
        const mail = (await mails()).findLast(({ body }) => body.includes(`/${path}/`));
        await page.goto(linkOf(mail, path));
      },
      heading: () => page.locator('h1').innerText(),
      async status() {
        const row = await testSite.deps.store.db
          .selectFrom('subscribers')
          .select('status')
          .where('address', '=', ADA)
          .executeTakeFirst();
        return row?.status;
      },
    });
    // The browser tells of pages with errors, and when somebody was in a field before it was.
    assert.deepEqual(
      troubles.filter((text) => !/status of 4\d\d|^Autofocus/.test(text)),
      [],
    );
  });
}

/** Presses Tab until what has the focus is called `name`, and can be seen to have it. */
async function tabTo(page: Page, name: string): Promise<void> {
  const isThere = `(() => {
    const element = document.activeElement;
    const label = element.labels?.[0]?.textContent ?? element.getAttribute('aria-label') ?? element.textContent;
    return label.trim() === ${JSON.stringify(name)} && getComputedStyle(element).outlineStyle !== 'none';
  })()`;
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(isThere)) return;
  }
  assert.fail(`${name} is not reached by keyboard on ${page.url()}`);
}

function linkOf(mail: Mail | undefined, path: string): string {
  const link = new RegExp(`${SITE_URL}${path}/[\\w.-]+`).exec(mail?.body ?? '')?.[0];
  assert.ok(link !== undefined, `a mail has a link to ${path}`);
  return link;
}

function post(title: string): string {
  return `---\ntitle: ${title}\ndate: 2026-03-19T18:00:00Z\n---\nIt was decided in the evening, after nine hours of talks.\n`;
}
