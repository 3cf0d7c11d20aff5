import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { renderDigest } from '../../src/editions/digest/render-digest.ts';
import { MAIL_KINDS, renderMail } from '../../src/site/compose-mail.ts';
import { readTexts } from '../../src/templates/read-texts.ts';
import { contrastRatio } from '../../src/templates/readable-color.ts';
import { MORNING } from '../editions/morning.ts';
import { address, digestInput, newsletter, templates } from '../editions/samples.ts';
import { withBrowser } from '../support/browser.ts';

interface ShownText {
  readonly text: string;
  readonly color: string;
  readonly background: string;
}

/** Runs in the page: every piece of text that is shown, its colour and what is behind it. */
const SHOWN_TEXT = `(() => {
  const grounds = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const ground = getComputedStyle(each).backgroundColor;
      if (ground !== 'rgba(0, 0, 0, 0)') return ground;
    }
    return 'rgb(255, 255, 255)';
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (text === '' || !element.checkVisibility()) continue;
    found.push({ text, color: getComputedStyle(element).color, background: grounds(element) });
  }
  for (const image of document.images) {
    found.push({ text: image.alt, color: getComputedStyle(image).color, background: grounds(image) });
  }
  return found;
})()`;

// A colour that no one can read on either ground, so that the template has to mend it for both.
const settings = newsletter({ color: '#777777' });
const digest = await renderDigest(digestInput(MORNING, { shown: 5, newsletter: settings }));
const noticeInput = {
  templates: templates(),
  texts: readTexts('nowhere')('de'),
  newsletters: [settings] as const,
  site: { title: 'The Harbour Broadsheet', url: 'https://harbour.example/' },
  publicUrl: 'https://harbour.example/',
  address: address('a-very-long-name-that-cannot-be-broken-anywhere@mail.example.org'),
};
const pages: Record<string, string> = { digest: digest.html };
for (const kind of MAIL_KINDS) {
  const url = `https://harbour.example/${kind}/x`;
  const unsubscribeUrl = kind === 'welcome' ? 'https://harbour.example/unsubscribe/x' : '';
  const { html } = await renderMail({ ...noticeInput, kind, url, unsubscribeUrl });
  pages[`${kind} mail`] = html;
}

await withBrowser(async (browser) => {
  for (const [name, html] of Object.entries(pages)) {
    for (const width of [320, 360, 640]) {
      await test(`the ${name} fits a screen of ${width} pixels, pictures off`, async () => {
        const page = await open(browser, html, { width });
        const scrolled = await page.evaluate<number>('document.documentElement.scrollWidth');
        await page.close();
        assert.ok(scrolled <= width, `${scrolled} pixels`);
      });
    }
    for (const scheme of ['light', 'dark'] as const) {
      await test(`every word of the ${name} has a contrast of 4.5 in the ${scheme} palette`, async () => {
        const page = await open(browser, html, { width: 640, scheme });
        const words = await page.evaluate<ShownText[]>(SHOWN_TEXT);
        await page.close();
        assert.ok(words.length > 5);
        for (const { text, color, background } of words) {
          const ratio = contrastRatio(hex(color), hex(background));
          assert.ok(ratio >= 4.5, `${ratio.toFixed(2)} for ${text}: ${color} on ${background}`);
          assert.equal(isDark(background), scheme === 'dark', `${text} stands on ${background}`);
        }
      });
    }
  }

  await test('pictures keep their proportions on a narrow screen', async () => {
    const page = await open(browser, digest.html, { width: 320, pictures: true });
    const sizes = await page.evaluate<[number, number, number][]>(
      'Array.from(document.images, (i) => [i.clientWidth / i.clientHeight, i.naturalWidth / i.naturalHeight, i.clientWidth])',
    );
    await page.close();
    assert.equal(sizes.length, 5);
    for (const [shown, natural, width] of sizes) {
      assert.ok(Math.abs(shown - natural) < 0.05, `${shown} for ${natural}`);
      assert.ok(width >= 60 && width <= 280, `${width} pixels wide`);
    }
  });

  await test('an Arabic story reads from the right, its picture on the left', async () => {
    const page = await open(browser, digest.html, { width: 640, pictures: true });
    const [title, picture] = await page.evaluate<[number, number]>(
      `[document.querySelector('div[lang=ar] h2').getBoundingClientRect().right,
        document.querySelector('img[alt^="خزان"]').getBoundingClientRect().right]`,
    );
    await page.close();
    assert.ok(title > 550 && picture < 300, `${title}, ${picture}`);
  });
});

async function open(
  browser: Browser,
  html: string,
  options: { width: number; scheme?: 'light' | 'dark'; pictures?: boolean },
): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width: options.width, height: 900 },
    colorScheme: options.scheme ?? 'light',
  });
  const picture = '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="675"/>';
  await page.route('**/*', (route) =>
    options.pictures
      ? route.fulfill({ contentType: 'image/svg+xml', body: picture })
      : route.abort(),
  );
  await page.setContent(html, { waitUntil: 'load' });
  return page;
}

function hex(color: string): string {
  const [red = 0, green = 0, blue = 0] = (color.match(/\d+/g) ?? []).map(Number);
  return `#${[red, green, blue].map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

function isDark(color: string): boolean {
  return contrastRatio(hex(color), '#ffffff') > contrastRatio(hex(color), '#000000');
}
