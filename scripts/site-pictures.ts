import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { systemChance } from '../src/base/chance.ts';
import { openChangeSignal } from '../src/base/change-signal.ts';
import { stoppedClock } from '../src/base/clock.ts';
import { silentEventLog } from '../src/base/log.ts';
import { silentMetrics } from '../src/base/metrics.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { requireServiceUrl } from '../src/config/require-service-url.ts';
import { composeEdition } from '../src/jobs/editions/compose-edition.ts';
import { readTemplates } from '../src/jobs/read-templates.ts';
import { readTexts } from '../src/jobs/read-texts.ts';
import { askService } from '../src/jobs/sending/ask-service.ts';
import { openRelay } from '../src/smtp/open-relay.ts';
import { openStore } from '../src/store/database/open-store.ts';
import { openWebServer } from '../src/web/open-web-server.ts';
import { openSite } from '../src/web/site/site.ts';
import { siteRoutes } from '../src/web/site/site-routes.ts';
import type { WebDependencies } from '../src/web/web-dependencies.ts';
import { fontFaces } from './font-faces.ts';

const NOW = '2026-03-20T07:00:00Z';
const SIZES = [
  { colorScheme: 'light', width: 1280, height: 1180 },
  { colorScheme: 'dark', width: 360, height: 1060 },
] as const;

/** Takes pictures of the front page that the sample config has on the morning of the sample posts. */
export async function takeSitePictures(browser: Browser, folder: string): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'broadsheet-pictures-'));
  const deps = await sampleDependencies(scratch);
  const server = await openWebServer(deps, [(app) => siteRoutes(openSite(deps))(app, deps)]);
  try {
    for (const { colorScheme, width, height } of SIZES) {
      // The fonts are put in by a style in the page, which its own policy forbids.
      const context = await browser.newContext({
        ...{ colorScheme, viewport: { width, height }, bypassCSP: true },
      });
      await context.route('**/*', async (route) => {
        const url = route.request().url().replace(requireServiceUrl(deps.config), server.url);
        await route.fulfill({ response: await route.fetch({ url }) });
      });
      const page = await context.newPage();
      await page.goto(requireServiceUrl(deps.config));
      await page.addStyleTag({ content: fontFaces() });
      // What the machine calls its system font is any.
      await page.addStyleTag({ content: ":root { --sans: 'Segoe UI' }" });
      await page.evaluate('document.fonts.ready');
      const path = join(folder, `site-${colorScheme}-${width}.png`);
      await page.screenshot({ path });
      await context.close();
      process.stdout.write(`${path}\n`);
    }
  } finally {
    await server.close();
    await deps.store.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The sample config, with a database in memory that has the edition of that morning. */
async function sampleDependencies(folder: string): Promise<WebDependencies> {
  const { web, ...config } = loadConfig('config/broadsheet.yaml', {});
  const publishedFile = join(folder, 'published-posts.jsonl');
  const store = await openStore('sqlite::memory:');
  const deps: WebDependencies = {
    ...{
      store,
      openRelay,
      askService,
      chance: systemChance,
      log: silentEventLog,
      metrics: silentMetrics,
    },
    config: {
      ...config,
      publishedFile,
      secrets: ['of pictures, which nobody uses'],
      web: { ...web, port: 0 },
    },
    clock: stoppedClock(Temporal.Instant.from(NOW)),
    machineClock: stoppedClock(Temporal.Instant.from(NOW)),
    templates: readTemplates(config.folders.templates),
    textsOf: readTexts(config.folders.languages),
    signals: { deliveries: openChangeSignal(), notices: openChangeSignal() },
  };
  await composeEdition(deps, 'politics-essential');
  await store.db.updateTable('editions').set({ planned_at: NOW }).execute();
  return deps;
}
