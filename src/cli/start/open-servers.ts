import { once } from 'node:events';
import type { OpenMetrics } from '../../service/metrics/open-metrics.ts';
import { serveMetrics } from '../../service/metrics/serve-metrics.ts';
import { errorPage, openSite } from '../../site/pages/site.ts';
import { siteRoutes } from '../../site/pages/site-routes.ts';
import { serveFiles } from '../../web/files/serve-files.ts';
import { health } from '../../web/health.ts';
import { openWebServer, type WebServer } from '../../web/open-web-server.ts';
import type { WebDependencies } from '../../web/web-dependencies.ts';
import type { Part } from './run-parts.ts';

/** The servers of the service. */
export interface Servers {
  readonly urls: { readonly site?: string; readonly metrics?: string };
  /** After `signal` is aborted, resolves when the site has answered the open requests. */
  readonly untilStopped: Part;
  close(): Promise<void>;
}

/** Opens the site, unless `web` is false, and /metrics, unless it has no port. */
export async function openServers(
  deps: WebDependencies & { readonly metrics: OpenMetrics },
  { web }: { readonly web: boolean },
): Promise<Servers> {
  const { metricsHost: host, metricsPort: port } = deps.config.web;
  const metrics =
    port === 0 ? undefined : await serveMetrics(deps.metrics, { host, port, log: deps.log });
  let site: WebServer | undefined;
  try {
    site = web ? await openSiteServer(deps) : undefined;
  } catch (error) {
    await metrics?.close();
    throw error;
  }
  return {
    urls: {
      ...(site === undefined ? {} : { site: site.url }),
      ...(metrics === undefined ? {} : { metrics: metrics.url }),
    },
    async untilStopped(signal) {
      if (!signal.aborted) await once(signal, 'abort');
      await site?.close();
    },
    async close() {
      await Promise.all([site?.close(), metrics?.close()]);
    },
  };
}

/** The pages and all published files. */
function openSiteServer(deps: WebDependencies): Promise<WebServer> {
  const site = openSite(deps);
  const options = { renderError: errorPage(site), rootRoutes: health };
  return openWebServer(deps, [siteRoutes(site), serveFiles], options);
}
