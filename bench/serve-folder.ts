import { openChangeSignal } from '../src/kernel/change-signal.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { silentEventLog } from '../src/kernel/log.ts';
import { silentMetrics } from '../src/kernel/metrics.ts';
import { loadConfig } from '../src/settings/load-config.ts';
import { readTexts } from '../src/templates/read-texts.ts';
import { serveFiles } from '../src/web/files/serve-files.ts';
import { openWebServer } from '../src/web/open-web-server.ts';
import type { WebDependencies } from '../src/web/web-dependencies.ts';

// A process that serves the output folder of a config as `broadsheet start` does, but for the limit
// of requests that one client may make, and says where.

const config = loadConfig(process.argv[2] ?? '', {});
const unlimited = 1_000_000_000;

/** Serving files needs no more of what the service has. */
const deps = {
  config: { ...config, web: { ...config.web, port: 0 } },
  clock: systemClock,
  machineClock: systemClock,
  log: silentEventLog,
  metrics: silentMetrics,
  textsOf: readTexts(config.folders.languages),
  signals: { deliveries: openChangeSignal(), notices: openChangeSignal() },
} as unknown as WebDependencies;

const server = await openWebServer(deps, [serveFiles], {
  limits: { perMinute: { page: unlimited, form: unlimited, oneClick: unlimited } },
});
process.send?.(server.url);
process.once('disconnect', () => void server.close());
