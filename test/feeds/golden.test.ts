import { test } from 'node:test';
import { renderAtom } from '../../src/feeds/atom.ts';
import { renderJsonFeed } from '../../src/feeds/json-feed.ts';
import { renderRss } from '../../src/feeds/rss.ts';
import { assertGolden } from '../support/golden.ts';
import { ARCHIVE_FEED, EMPTY_FEED, FULL_FEED, PUBLIC_URL } from './samples.ts';

const FEEDS = { full: FULL_FEED, archive: ARCHIVE_FEED, empty: EMPTY_FEED };

for (const [name, feed] of Object.entries(FEEDS)) {
  test(`the ${name} feed is the golden RSS, Atom and JSON Feed, byte for byte`, () => {
    assertGolden(import.meta, `${name}.rss.xml`, renderRss(feed, PUBLIC_URL));
    assertGolden(import.meta, `${name}.atom.xml`, renderAtom(feed, PUBLIC_URL));
    assertGolden(import.meta, `${name}.feed.json`, renderJsonFeed(feed, PUBLIC_URL));
  });
}
