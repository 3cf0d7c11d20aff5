import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { type Browser, chromium, type Page } from 'playwright-core';

const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const PACKAGE = fileURLToPath(new URL('..', import.meta.resolve('@sparticuz/chromium')));

/**
 * Runs `work` with a real Chromium: the system's where there is one, else the one of
 * `@sparticuz/chromium`. It is closed afterwards, whatever happens.
 */
export async function withBrowser<Result>(
  work: (browser: Browser) => Promise<Result>,
): Promise<Result> {
  const installed = SYSTEM_BROWSERS.find((path) => existsSync(path));
  // What is called chromium-browser may be a script that asks for a package that is not there.
  const browser = installed && (await launch(installed).catch(() => undefined));
  if (browser) return runAndClose(browser, work);
  const version = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')).version as string;
  const kept = join(PACKAGE, '../../.cache/broadsheet', `chromium-${version}`, 'chromium');
  if (existsSync(kept) || (await unpackedInto(kept))) return runAndClose(await launch(kept), work);
  const folder = await mkdtemp(join(tmpdir(), 'broadsheet-chromium-'));
  try {
    await unpack(join(folder, 'chromium'));
    return await runAndClose(await launch(join(folder, 'chromium')), work);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * What the console of the page says from now on. A browser asks for an icon of the site by itself, or
 * does not: that there is none is no complaint of the page.
 */
export function listenToConsole(page: Page): string[] {
  const said: string[] = [];
  page.on('console', (message) => {
    if (!message.location().url.endsWith('/favicon.ico')) said.push(message.text());
  });
  return said;
}

function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    // Tests run as root too, where Chromium has no sandbox, and in containers with a tiny /dev/shm.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
}

async function runAndClose<Result>(
  browser: Browser,
  work: (browser: Browser) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

/**
 * Unpacks the browser to `path`, put in place whole: the package's own way leaves half a file when
 * it is interrupted. Gives false where `node_modules` is not ours to write to.
 */
async function unpackedInto(path: string): Promise<boolean> {
  const part = `${path}.${process.pid}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await unpack(part);
    await rename(part, path);
    return true;
  } catch {
    await rm(part, { force: true }).catch(() => undefined);
    return false;
  }
}

async function unpack(path: string): Promise<void> {
  await pipeline(
    createReadStream(join(PACKAGE, 'bin/chromium.br')),
    createBrotliDecompress(),
    createWriteStream(path, { mode: 0o755 }),
  );
}
