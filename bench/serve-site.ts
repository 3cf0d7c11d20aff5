import { monitorEventLoopDelay } from 'node:perf_hooks';
import { assemble } from '../src/cli/assemble.ts';
import { openStore } from '../src/database/open-store.ts';
import { mjmlApart } from '../src/editions/digest/mjml-apart.ts';
import { openChangeSignal } from '../src/kernel/change-signal.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { silentEventLog } from '../src/kernel/log.ts';
import { openMetrics } from '../src/service/metrics/open-metrics.ts';
import type { Config } from '../src/settings/config.ts';
import { loadConfig } from '../src/settings/load-config.ts';
import { answerRequests } from '../src/site/answer-requests.ts';
import { errorPage, openSite } from '../src/site/pages/site.ts';
import { siteRoutes } from '../src/site/pages/site-routes.ts';
import { serveFiles } from '../src/web/files/serve-files.ts';
import { openWebServer } from '../src/web/open-web-server.ts';

// A process that serves the site of a config and answers sign-ups by mail, as `broadsheet start --only
// web notices` does, but for the limits of what one client may ask. Sends its URL. Answers each
// message with the longest delay of its event loop since the last one, in milliseconds.

const UNLIMITED = 1_000_000_000;

const loaded = loadConfig(process.argv[2] ?? '', process.env);
const signUp = {
  ...{ perIpPerHour: UNLIMITED, perHour: UNLIMITED, perAddressPerDay: UNLIMITED },
  ...{ minimumSeconds: 0, proofOfWork: 0 },
};
const config: Config = { ...loaded, web: { ...loaded.web, port: 0, signUp } };
const store = await openStore(config.databaseUrl);
const stop = new AbortController();
const deps = Object.assign(assemble(config, store, silentEventLog, systemClock), {
  signals: { deliveries: openChangeSignal(), notices: openChangeSignal() },
  findChanges: async () => [],
  renderMjml: mjmlApart(stop.signal),
  metrics: openMetrics(async () => []),
});
const site = openSite(deps);
const server = await openWebServer(deps, [siteRoutes(site), serveFiles], {
  renderError: errorPage(site),
  limits: { perMinute: { page: UNLIMITED, form: UNLIMITED, oneClick: UNLIMITED } },
});
const notices = answerRequests(deps, stop.signal);
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
process.send?.(server.url);
process.on('message', () => {
  process.send?.(delay.max / 1e6);
  delay.reset();
});
process.once('disconnect', async () => {
  stop.abort();
  await notices;
  await server.close();
  await store.close();
});
