import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { buildFeeds } from '../../src/build/build-feeds.ts';
import type { BuildReport } from '../../src/feeds/build/build-report.ts';
import { silentLog } from '../../src/kernel/log.ts';
import type { Config } from '../../src/settings/config.ts';
import { loadConfig } from '../../src/settings/load-config.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export const SITE_URL = 'https://quay.example/';

/** A picture of 1 by 1 pixel. */
export const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABijPjAAAAAABJRU5ErkJggg==',
  'base64',
);

/** A folder of posts without a site generator, and what is built from it. */
export interface BuiltSite {
  readonly config: Config;
  write(path: string, content: string | Buffer): void;
  remove(path: string): void;
  /** Writes a post of the `day`-th of March 2026, with further lines of front matter. */
  post(day: number, extra?: string, body?: string): void;
  build(now?: string): Promise<BuildReport>;
  /** A file of the output folder; undefined if there is none. */
  read(path: string): string | undefined;
  /** Files of the output folder without compressed copies. */
  files(): string[];
}

/** `lines` are further lines of the config. */
export function openBuiltSite(t: TestContext, lines = '', ofSite = ''): BuiltSite {
  const folder = temporaryFolder(t);
  const write = (path: string, content: string | Buffer) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  write('logo.png', PICTURE);
  write('posts/.keep', '');
  write(
    'config/broadsheet.yaml',
    `site: {title: The Quay, url: "${SITE_URL}", author: {name: Desk}, timeZone: Europe/London${ofSite}}
newsletters:
  - {id: daily, name: Quay Daily, from: {name: Quay, address: daily@quay.example}, postalAddress: 1 Quay}
${lines}
`,
  );
  const config = loadConfig(join(folder, 'config/broadsheet.yaml'), {});
  const { output } = config.folders;
  const read = (path: string) => {
    try {
      return readFileSync(join(output, path), 'utf8');
    } catch {
      return undefined;
    }
  };
  return {
    config,
    write,
    read,
    remove: (path) => rmSync(join(folder, path)),
    post(day, extra = '', body = `Text of day ${day}, unlike any other: ${'x'.repeat(day)}.`) {
      const date = `2026-03-${String(day).padStart(2, '0')}`;
      const head = `title: Day ${day}\ndate: ${date} 08:00\n${extra}`;
      write(`posts/day-${day}/index.md`, `---\n${head}---\n${body}\n`);
    },
    build: (now = '2026-03-31T12:00:00Z') =>
      buildFeeds(config, { now: Temporal.Instant.from(now), log: silentLog }),
    files: () =>
      readdirSync(output, { recursive: true, encoding: 'utf8' })
        .filter((path) => statSync(join(output, path)).isFile() && !/\.(br|gz)$/.test(path))
        .sort(),
  };
}
