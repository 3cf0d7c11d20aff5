import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';

const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * Runs `work` with a real Chromium: the system's where there is one, else the one of
 * `@sparticuz/chromium`. It is closed afterwards, whatever happens.
 */
export async function withBrowser<Result>(
  work: (browser: Browser) => Promise<Result>,
): Promise<Result> {
  const browser = await chromium.launch({
    executablePath: SYSTEM_BROWSERS.find((path) => existsSync(path)) ?? (await unpackBrowser()),
    // Tests run as root too, where Chromium has no sandbox, and in containers with a tiny /dev/shm.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

/**
 * The path of the packaged Chromium. It is unpacked once for each user, into the folder of
 * temporary files, and put in place whole: the package's own way leaves half a file when it is
 * interrupted, and a file that only the first user can run.
 */
async function unpackBrowser(): Promise<string> {
  const packed = fileURLToPath(
    new URL('../bin/chromium.br', import.meta.resolve('@sparticuz/chromium')),
  );
  const version = chromiumVersion(packed);
  const path = join(tmpdir(), `broadsheet-chromium-${version}-${userInfo().uid}`);
  if (existsSync(path)) return path;
  const folder = await mkdtemp(join(tmpdir(), 'broadsheet-chromium-'));
  try {
    const file = join(folder, 'chromium');
    await pipeline(
      createReadStream(packed),
      createBrotliDecompress(),
      createWriteStream(file, { mode: 0o700 }),
    );
    await rename(file, path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return path;
}

function chromiumVersion(packed: string): string {
  const file = join(dirname(packed), '..', 'package.json');
  const { version }: { version: string } = JSON.parse(readFileSync(file, 'utf8'));
  return version;
}
