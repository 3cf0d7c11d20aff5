import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { HtmlValidate } from 'html-validate';
import { serveFiles } from '../../src/web/files/serve-files.ts';
import { openBuiltSite, PICTURE, SITE_URL } from '../build/built-site.ts';
import { listenToConsole, withBrowser } from '../support/browser.ts';
import { openTestSite } from '../support/test-site.ts';
import { openServedTestSite } from '../support/web.ts';

const validator = new HtmlValidate({
  root: true,
  extends: ['html-validate:recommended', 'html-validate:a11y', 'html-validate:standard'],
  rules: {
    // Feeds keep no styles, so tables of Markdown are aligned by attributes.
    'no-deprecated-attr': 'off',
    'void-style': 'off',
    'no-trailing-whitespace': 'off',
    'attribute-boolean-style': 'off',
    'attribute-empty-style': 'off',
    'long-title': 'off',
    'form-dup-name': ['error', { shared: ['checkbox'] }],
  },
});

const BODY = `A first paragraph with a [link](/other/) and \`code\`.

## A heading

> A quotation, with **strong** words.

| Town | People |
| --- | ---: |
| Tarnmouth | 12 000 |

- One
- Two

![A boat](boat.png)

\`\`\`text
${'a-line-of-code-that-is-far-too-long '.repeat(5)}
\`\`\`

AWordThatIsFarTooLongForAnyPhone${'o'.repeat(80)}
`;

for (const [language, dir] of [
  ['en', 'ltr'],
  ['ar', 'rtl'],
] as const) {
  test(`the pages of posts, of feeds and the front page in ${language} are valid, narrow, and axe finds nothing`, async (t) => {
    const lines = `posts: {generator: none}\nweb: {language: ${language}}`;
    const site = openBuiltSite(t, lines, ', logo: ../logo.png, color: "#0b6fa4"');
    const head = 'author: Ada Byron\ncategory: Harbour\nimage: boat.png\nimage_alt: A boat\n';
    for (const day of [1, 2, 3]) {
      site.post(day, `${head}${day === 3 ? 'lang: ar\n' : ''}permalink: /day-${day}/\n`, BODY);
      site.write(`posts/day-${day}/boat.png`, PICTURE);
    }
    await site.build();
    site.post(1, `${head}permalink: /moved/\n`, BODY);
    await site.build();
    const { folders } = site.config;
    const testSite = await openTestSite(t);
    const { server } = await openServedTestSite(t, [serveFiles], {
      testSite,
      config: { publicUrl: SITE_URL, serviceUrl: SITE_URL, folders },
    });
    for (const path of site.files().filter((file) => file.endsWith('.html'))) {
      const html = site.read(path) ?? '';
      assert.ok(html.includes(`<html lang="${language}" dir="${dir}">`), path);
      const { results } = await validator.validateString(html);
      const said = results.flatMap(({ messages }) => messages);
      assert.deepEqual(
        said.map(({ ruleId, line, message }) => `${path}: ${line} ${ruleId}: ${message}`),
        [],
      );
    }
    await withBrowser(async (browser) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const viewport = { width: 320, height: 640 };
        const context = await browser.newContext({ colorScheme, viewport });
        // The site's own address, without its network.
        await context.route(`${SITE_URL}**`, async (route) => {
          const url = new URL(route.request().url());
          // A route of the service.
          if (url.pathname === '/assets/site.js') {
            const body = site.read('assets/site.js') ?? '';
            return route.fulfill({ contentType: 'text/javascript', body });
          }
          const response = await route.fetch({ url: server.url + url.pathname.slice(1) });
          await route.fulfill({ response });
        });
        const page = await context.newPage();
        const troubles = listenToConsole(page);
        for (const path of ['index.html', 'feeds/', 'posts/', 'day-2/', 'day-3/']) {
          await page.goto(SITE_URL + path);
          assert.equal(await page.locator('h1').count(), 1, path);
          assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320, path);
          const { violations } = await new AxeBuilder({ page })
            .options({ rules: { 'target-size': { enabled: true } } })
            .analyze();
          const found = violations.flatMap(({ id, nodes }) =>
            nodes.map(({ html }) => `${id}: ${html}`),
          );
          assert.deepEqual(found, [], `${path}, ${colorScheme}`);
        }
        await page.goto(`${SITE_URL}day-1/`);
        await page.waitForURL(`${SITE_URL}moved/`);
        assert.deepEqual(troubles, []);
        await context.unrouteAll({ behavior: 'ignoreErrors' });
        await context.close();
      }
    });
  });
}
