import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { withBrowser } from '../test/support/browser.ts';
import { fontFaces } from './font-faces.ts';
import { takeSitePictures } from './site-pictures.ts';

// Makes docs/images/digest-{light,dark}-{360,640}.png and site-{light-1280,dark-360}.png from the
// sample posts:
//
//     npm run pictures

const ROOT = join(import.meta.dirname, '..');
const SITE = 'https://harbour.example/';
const HEIGHT = 1400;

const html = previewHtml();
const style = fontFaces();

await withBrowser(async (browser) => {
  for (const scheme of ['light', 'dark'] as const) {
    for (const width of [360, 640]) {
      const page = await open(browser, width, scheme);
      const path = join(ROOT, 'docs/images', `digest-${scheme}-${width}.png`);
      await page.screenshot({ path, clip: { x: 0, y: 0, width, height: HEIGHT } });
      await page.close();
      process.stdout.write(`${path}\n`);
    }
  }
  await takeSitePictures(browser, join(ROOT, 'docs/images'));
});

/** The digest that would be sent on the morning of the sample posts. */
function previewHtml(): string {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-pictures-'));
  try {
    const command = ['bin/broadsheet.js', 'preview', 'politics-essential'];
    const options = ['--now', '2026-03-20T07:00:00Z', '--out', folder];
    execFileSync(process.execPath, [...command, ...options], { cwd: ROOT, stdio: 'ignore' });
    const name = readdirSync(folder).find((file) => file.endsWith('.html')) ?? '';
    return readFileSync(join(folder, name), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function open(browser: Browser, width: number, scheme: 'light' | 'dark'): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width, height: HEIGHT },
    colorScheme: scheme,
  });
  // The site does not exist; its pictures are those of the sample posts.
  await page.route('**/*', (route) => {
    const url = route.request().url();
    if (!url.startsWith(`${SITE}assets/`)) return route.abort();
    return route.fulfill({ path: join(ROOT, 'posts', new URL(url).pathname) });
  });
  await page.setContent(html, { waitUntil: 'load' });
  await page.addStyleTag({ content: style });
  await page.evaluate('document.fonts.ready');
  return page;
}
