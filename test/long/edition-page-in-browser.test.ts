import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { editionOf, morningEdition, PAGE_URL, pageOf } from '../editions/archive/samples.ts';
import { listenToConsole, withBrowser } from '../support/browser.ts';

/** What the web server sends with the page of an edition. */
const POLICY =
  "default-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; script-src 'self'; img-src 'self' https: data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Colours in place of pictures, so that it is seen where they are. */
const PICTURE =
  '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="675"><rect width="900" height="675" fill="#789"/></svg>';

/** Runs in a page: the share of pixels that differ in two pictures of one size, else 1. */
const DIFFERENCE = `async ([first, second]) => {
  const pixels = async (png) => {
    const image = new Image();
    image.src = 'data:image/png;base64,' + png;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
    canvas.drawImage(image, 0, 0);
    return canvas.getImageData(0, 0, image.width, image.height);
  };
  const [a, b] = [await pixels(first), await pixels(second)];
  if (a.width !== b.width || a.height !== b.height) return 1;
  let different = 0;
  for (let at = 0; at < a.data.length; at += 4) {
    if ([0, 1, 2].some((channel) => Math.abs(a.data[at + channel] - b.data[at + channel]) > 8)) different += 1;
  }
  return different / (a.data.length / 4);
}`;

const edition = await morningEdition();
const page = pageOf(edition);
// What differs on purpose: only the mail says where it can be read on the web.
const mail = edition.html.replace(/ &nbsp;&middot;&nbsp; <a [^>]*>Read on the web<\/a>/, '');

await withBrowser(async (browser) => {
  for (const width of [320, 1280]) {
    for (const scheme of ['light', 'dark'] as const) {
      await test(`the page shows the edition as the mail does, ${width} pixels wide, ${scheme}`, async () => {
        const shots: string[] = [];
        for (const [html, policy] of [
          [mail, ''],
          [page.html, POLICY],
        ] as const) {
          const shown = await open(browser, html, { width, scheme, policy });
          const sheet = await shown.page.locator('.sheet').screenshot();
          shots.push(sheet.toString('base64'));
          await shown.page.context().close();
        }
        const blank = await browser.newPage();
        const difference = await blank.evaluate<number>(
          `(${DIFFERENCE})(${JSON.stringify(shots)})`,
        );
        await blank.close();
        assert.ok(difference < 0.001, `${(difference * 100).toFixed(3)} % of the pixels differ`);
      });

      await test(`axe finds nothing on the page, ${width} pixels wide, ${scheme}`, async () => {
        const shown = await open(browser, page.html, { width, scheme, policy: POLICY });
        const { violations, passes } = await new AxeBuilder({ page: shown.page }).analyze();
        const scrolled = await shown.page.evaluate<number>('document.documentElement.scrollWidth');
        await shown.page.context().close();
        assert.ok(passes.length > 20);
        assert.deepEqual(
          violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
          [],
        );
        assert.ok(scrolled <= width, `it is ${scrolled} pixels wide`);
        assert.deepEqual(shown.complaints, []);
      });
    }
  }

  await test('who wins among the rules of a mail stays as it was', async () => {
    const html = `<html><head><style>
      #a, .a, p { color: red; } .b { color: rgb(0, 128, 0) !important; } .c { color: red !important; }
      </style></head><body>
      <p id="a" class="a" style="color: rgb(0, 128, 0)">1</p>
      <p class="b" style="color: red">2</p>
      <p class="c" style="color: rgb(0, 128, 0) !important">3</p></body></html>`;
    const made = pageOf(editionOf(html));
    const colors: string[][] = [];
    for (const [each, policy] of [
      [html, ''],
      [made.html, POLICY],
    ] as const) {
      const shown = await open(browser, each, { width: 640, scheme: 'light', policy }, made.css);
      colors.push(
        await shown.page.evaluate<string[]>(
          `Array.from(document.querySelectorAll(':not(footer *) > p'), (p) => getComputedStyle(p).color)`,
        ),
      );
      await shown.page.context().close();
    }
    const around = await open(
      browser,
      made.html,
      { width: 640, scheme: 'light', policy: POLICY },
      made.css,
    );
    const ofFoot = `getComputedStyle(document.querySelector('footer p')).color`;
    assert.equal(await around.page.evaluate(ofFoot), 'rgb(27, 26, 24)');
    await around.page.context().close();
    assert.deepEqual(colors[0], Array(3).fill('rgb(0, 128, 0)'));
    assert.deepEqual(colors[1], colors[0]);
  });

  await test('what a template may bring does not run, whatever web server serves the page', async () => {
    const html = `<body><p onclick="document.title = 'ran'" id="p">One</p>
      <script>document.title = 'ran';</script><img src="data:,x" onerror="document.title = 'ran'">
      <a id="a" href="javascript:document.title = 'ran'">Two</a>
      <iframe src="https://elsewhere.example/frame"></iframe>
      <form action="https://elsewhere.example/form"><button id="send">Three</button></form></body>`;
    const made = pageOf(editionOf(html));
    const shown = await open(browser, made.html, { width: 640, scheme: 'light', policy: '' });
    const asked: string[] = [];
    shown.page.on('request', (request) => asked.push(request.url()));
    for (const id of ['p', 'a', 'send']) {
      await shown.page.evaluate(`document.getElementById('${id}').click()`);
      await shown.page.waitForTimeout(100);
      assert.notEqual(await shown.page.title(), 'ran', id);
    }
    assert.deepEqual(asked, []);
    // A handler, a script, another handler, an address, a frame and a form.
    assert.equal(shown.complaints.length, 6, shown.complaints.join('\n'));
    await shown.page.context().close();
  });
});

/** Opens `html` at the address of the page, from a server that sends `policy`. */
async function open(
  browser: Browser,
  html: string,
  {
    width,
    scheme,
    policy,
  }: { readonly width: number; readonly scheme: 'light' | 'dark'; readonly policy: string },
  css = page.css,
): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
  });
  const opened = await context.newPage();
  const complaints = listenToConsole(opened);
  await opened.route('**/*', (route) => {
    const url = route.request().url();
    if (url === PAGE_URL) {
      const headers = { 'content-security-policy': policy };
      return route.fulfill({ contentType: 'text/html; charset=utf-8', headers, body: html });
    }
    if (url.startsWith('https://harbour.example/archive/styles/')) {
      return route.fulfill({ contentType: 'text/css', body: css });
    }
    return route.fulfill({ contentType: 'image/svg+xml', body: PICTURE });
  });
  await opened.goto(PAGE_URL, { waitUntil: 'load' });
  return { page: opened, complaints };
}
