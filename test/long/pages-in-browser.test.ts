import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { HtmlValidate } from 'html-validate';
import type { Browser, Page } from 'playwright-core';
import { listenToConsole, withBrowser } from '../support/browser.ts';
import {
  type CollectedSite,
  collectPages,
  oneNewsletter,
  routeToSite,
  SITE_URL,
} from '../support/site-pages.ts';
import { openTestSite } from '../support/test-site.ts';
import { openWholeTestSite } from '../support/whole-test-site.ts';

const SCHEMES = ['light', 'dark'] as const;

const validator = new HtmlValidate({
  root: true,
  extends: ['html-validate:recommended', 'html-validate:a11y', 'html-validate:standard'],
  rules: {
    // Written by hand as `<input>`, and escaped by Liquid as it likes.
    'void-style': 'off',
    'no-trailing-whitespace': 'off',
    // Boolean attributes stand by themselves.
    'attribute-boolean-style': 'off',
    'attribute-empty-style': 'off',
    'form-dup-name': ['error', { shared: ['checkbox', 'submit'] }],
    // A long subject is a long title.
    'long-title': 'off',
  },
});

test('axe finds nothing on pages in the colour schemes, nor html-validate; none of 36 scrolls sideways at 320 px', async (t) => {
  const collected = await collectPages(t);
  assert.equal(collected.pages.size, 36);
  for (const [name, html] of collected.pages) await checkHtml(name, html);
  await withBrowser(async (browser) => {
    for (const scheme of SCHEMES) await checkPages(browser, collected, scheme, { axe: true });
  });
});

for (const [language, dir] of [
  ['de', 'ltr'],
  ['ar', 'rtl'],
] as const) {
  test(`36 pages in the language ${language}, with one newsletter, are as valid and as narrow`, async (t) => {
    const collected = await collectPages(t, { language, newsletters: oneNewsletter });
    assert.equal(collected.pages.size, 36);
    for (const [name, html] of collected.pages) {
      assert.ok(html.includes(`<html lang="${language}" dir="${dir}">`), name);
      await checkHtml(name, html);
    }
    await withBrowser((browser) => checkPages(browser, collected, 'light', { axe: false }));
  });
}

test('the script proves the work that a form asks for; without one the form says what to do', async (t) => {
  const testSite = await openTestSite(t);
  const { signUp } = testSite.deps.config.web;
  const site = await openWholeTestSite(t, {
    testSite,
    web: { signUp: { ...signUp, proofOfWork: 10 } },
  });
  await withBrowser(async (browser) => {
    const open = async (javaScriptEnabled: boolean) => {
      const context = await browser.newContext({ javaScriptEnabled });
      await routeToSite(context, { site });
      const page = await context.newPage();
      await page.goto(SITE_URL);
      await page.getByLabel('Your email address').fill('ada@example.org');
      return page;
    };
    const pages = [await open(false), await open(true)] as const;
    testSite.setTime('2026-03-20T07:00:10Z');
    for (const page of pages) await page.getByRole('button', { name: 'Sign up' }).click();
    const [without, with_] = pages;
    assert.match(await without.getByRole('alert').innerText(), /Please allow JavaScript/);
    await with_.getByRole('heading', { name: 'Check your inbox' }).waitFor();
  });
  const rows = await testSite.deps.store.db.selectFrom('sign_ups').select('address').execute();
  assert.deepEqual(
    rows.map(({ address }) => address),
    ['ada@example.org'],
  );
});

async function checkHtml(name: string, html: string): Promise<void> {
  const report = await validator.validateString(html);
  const messages = report.results.flatMap((result) => result.messages);
  assert.deepEqual(
    messages.map(({ ruleId, line, message }) => `${name}: ${line} ${ruleId}: ${message}`),
    [],
  );
}

async function checkPages(
  browser: Browser,
  collected: CollectedSite,
  colorScheme: 'light' | 'dark',
  { axe }: { readonly axe: boolean },
): Promise<void> {
  const context = await browser.newContext({ colorScheme, viewport: { width: 320, height: 640 } });
  await routeToSite(context, collected);
  const page = await context.newPage();
  const troubles = listenToConsole(page);
  page.on('pageerror', (error) => void troubles.push(String(error)));
  for (const name of collected.pages.keys()) {
    await page.goto(`${SITE_URL}page/${encodeURIComponent(name)}`);
    assert.equal(await page.locator('h1').count(), 1, name);
    assert.equal(await page.locator('.trap').first().isVisible(), false, name);
    await checkWidth(page, `${name}, ${colorScheme}`);
    await checkTargets(page, name);
    if (!axe) continue;
    const { violations } = await new AxeBuilder({ page })
      .options({ rules: { 'target-size': { enabled: true } } })
      .analyze();
    const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
    assert.deepEqual(found, [], `${name}, ${colorScheme}`);
  }
  assert.deepEqual(troubles, []);
  await context.close();
}

/** 320 CSS pixels are 1280 at 400 % zoom: WCAG 2.2 §1.4.10. */
async function checkWidth(page: Page, name: string): Promise<void> {
  const width = await page.evaluate('document.documentElement.scrollWidth');
  assert.equal(width, 320, name);
}

/** What is pressed, but for links in a text, is 44 px high. */
async function checkTargets(page: Page, name: string): Promise<void> {
  const small =
    await page.evaluate(`[...document.querySelectorAll('button, input, li > a, .button')]
    .filter((element) => element.checkVisibility() && element.matches('button, .top a, .foot a, .button, input[type=email]'))
    .filter((element) => element.getBoundingClientRect().height < 43.9)
    .map((element) => element.outerHTML)`);
  assert.deepEqual(small, [], name);
}
