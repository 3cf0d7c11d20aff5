import type { FastifyInstance } from 'fastify';
import type { RoutePlugin } from '../../web/web-dependencies.ts';
import { addApprove } from './approve.ts';
import { addConfirm } from './confirm.ts';
import { addEmbed } from './embed.ts';
import { addHome } from './home.ts';
import { addPreferences } from './preferences.ts';
import { isKnown, type Site } from './site.ts';
import { addApi, addSubscribe } from './subscribe.ts';
import { addUnsubscribe } from './unsubscribe.ts';

/**
 * The pages on which people sign up, change their subscriptions, and leave. No page sets a cookie. The
 * permission for a change is the token in the URL of a mailed link. No other site knows it, so none can
 * send the form in a person's name.
 */
export function siteRoutes(site: Site): RoutePlugin {
  return (app) => {
    addHome(app, site);
    addSubscribe(app, site);
    addConfirm(app, site);
    addUnsubscribe(app, site);
    addPreferences(app, site);
    addApprove(app, site);
    addEmbed(app, site);
    addApi(app, site);
    addAssets(app, site);
    redirectToFolders(app, site);
  };
}

/**
 * Pages name the version of an asset, so browsers may keep it forever. Without a version or with an older
 * one, they may not.
 */
const FOR_EVER = 'public, max-age=31536000, immutable';
const FOR_NOW = 'public, max-age=300';

/** The style sheet, the script and the icon of the pages. */
function addAssets(app: FastifyInstance, { pages }: Site): void {
  for (const { name, type, body, version } of pages.assets) {
    const tag = `"${version}"`;
    app.get<{ Querystring: { v?: unknown } }>(`/assets/${name}`, async (request, reply) => {
      reply.header('etag', tag);
      reply.header('cache-control', request.query.v === version ? FOR_EVER : FOR_NOW);
      return isKnown(request, tag) ? reply.code(304).send() : reply.type(type).send(body);
    });
  }
}

/** Redirects `/subscribe` to `/subscribe/`: people type addresses and omit the slash. */
function redirectToFolders(app: FastifyInstance, { common }: Site): void {
  const { base, newsletters } = common;
  const forms = newsletters.map(({ id }) => `subscribe/${id}`);
  const pages = newsletters.length === 0 ? [] : ['subscribe', 'embed', ...forms];
  for (const path of ['preferences', ...pages]) {
    app.get(`/${path}`, async (_request, reply) => reply.redirect(`${base}${path}/`, 308));
  }
}
