import type { RoutePlugin } from '../../web/web-dependencies.ts';
import { addApi } from './api.ts';
import { addApprove } from './approve.ts';
import { addAskPreferences } from './ask-preferences.ts';
import { addAssets } from './assets.ts';
import { addConfirm } from './confirm.ts';
import { addEmbed } from './embed.ts';
import { addHome } from './home.ts';
import { addNewAddress } from './new-address.ts';
import { addPersonalPages } from './personal-pages.ts';
import { addPreferences } from './preferences.ts';
import { redirectToFolders } from './redirect-to-folders.ts';
import type { Site } from './site.ts';
import { addSubscribe } from './subscribe.ts';
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
    addAskPreferences(app, site);
    addPreferences(app, site);
    addPersonalPages(app, site);
    addNewAddress(app, site);
    addApprove(app, site);
    addEmbed(app, site);
    addApi(app, site);
    addAssets(app, site);
    redirectToFolders(app, site);
  };
}
