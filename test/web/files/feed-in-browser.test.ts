import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FEED_CSS } from '../../../src/feeds/feed-css.ts';
import { listenToConsole, withBrowser } from '../../support/browser.ts';
import { openFolder } from './folder.ts';

const FEED = `<?xml version="1.0" encoding="utf-8"?>
<?xml-stylesheet type="text/css" href="feed.css"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Paper</title></feed>
`;

/** A script for the browser. */
function fontOf(selector: string): string {
  return `getComputedStyle(document.querySelector('${selector}')).fontFamily`;
}

test('a feed has its style under the content security policy of the site', async (t) => {
  const { publish, server } = await openFolder(t);
  await publish({
    'feed.css': FEED_CSS,
    // Chromium shows a feed's own type as text; what matters here is the policy.
    'shown.xml': FEED,
  });
  await withBrowser(async (browser) => {
    const tab = await browser.newPage();
    const said = listenToConsole(tab);
    await tab.goto(`${server.url}shown.xml`);
    assert.match(await tab.evaluate<string>(fontOf('feed')), /Georgia/);
    assert.deepEqual(said, []);
  });
});
