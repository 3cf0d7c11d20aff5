import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { openStore } from '../src/database/open-store.ts';
import { openRelay } from '../src/delivery/relay/open-relay.ts';
import { askService } from '../src/delivery/run/ask-service.ts';
import { composeEdition } from '../src/editions/compose/compose-edition.ts';
import { openChangeSignal } from '../src/kernel/change-signal.ts';
import { stoppedClock } from '../src/kernel/clock.ts';
import { silentEventLog } from '../src/kernel/log.ts';
import { silentMetrics } from '../src/kernel/metrics.ts';
import { systemRandom } from '../src/kernel/random.ts';
import { loadConfig } from '../src/settings/load-config.ts';
import { requireServiceUrl } from '../src/settings/require-service-url.ts';
import { openSite } from '../src/site/pages/site.ts';
import { siteRoutes } from '../src/site/pages/site-routes.ts';
import { readTemplates } from '../src/templates/read-templates.ts';
import { readTexts } from '../src/templates/read-texts.ts';
import { openWebServer } from '../src/web/open-web-server.ts';
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
      random: systemRandom,
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
