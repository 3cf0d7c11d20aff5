import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openArchiveLists } from '../../../src/editions/archive/archive-lists.ts';
import { publishArchive } from '../../../src/editions/archive/publish-archive.ts';
import { pageOf } from '../../support/archive.ts';
import { test } from '../../support/databases.ts';
import { postText } from '../../support/program.ts';
import { changed, sendWith } from '../../support/sending.ts';
import { NEWSLETTER, openTestSite } from '../../support/test-site.ts';
import { openWholeTestSite } from '../../support/whole-test-site.ts';

const FILES = 'https://files.example/news/';
const SERVICE = 'https://letters.example/';
const EDITION = `${NEWSLETTER}-2026-03-20`;

/** A test site whose files are published by another server than that which answers, with an edition sent. */
async function openSent(t: TestContext, serviceUrl?: string) {
  const posts = { 'wall.md': postText('The wall stands') };
  const testSite = await openTestSite(t, { subscribers: ['ada@example.org'], posts });
  const { serviceUrl: _own, ...rest } = testSite.deps.config;
  const config = {
    ...rest,
    ...(serviceUrl === undefined ? {} : { serviceUrl }),
    ...{ publicUrl: FILES, feeds: { ...rest.feeds, publicUrl: FILES } },
  };
  const deps = { ...changed(testSite, {}), config };
  await sendWith(deps);
  await publishArchive({ ...deps, lists: openArchiveLists(config, deps.textsOf) });
  const read = (path: string) => readFileSync(join(config.folders.output, path), 'utf8');
  const mail = testSite.inbox.messages[0]?.raw.toString().replaceAll('=\r\n', '') ?? '';
  return { testSite, config, read, mail };
}

/** Addresses that a page links to, without those of other sites. */
function linksOf(html: string): string[] {
  const links = [...html.matchAll(/(?:href|action)="([^"]*)"/g)].map(([, url = '']) => url);
  return links.filter((url) => !/^(https:\/\/harbour\.example|#|mailto:)/.test(url));
}

test('what the service answers is linked at its address, what is published at the other', async (t) => {
  const { testSite, config, read, mail } = await openSent(t, SERVICE);
  assert.match(mail, /^List-Unsubscribe: <https:\/\/letters\.example\/unsubscribe\//m);
  assert.match(mail, /^List-Subscribe: <https:\/\/letters\.example\/subscribe\//m);
  assert.match(mail, /^List-Archive: <https:\/\/files\.example\/news\/archive\//m);
  assert.ok(mail.includes(`${FILES}archive/${EDITION}/`));

  const page = linksOf(read(pageOf(EDITION)));
  assert.ok(page.includes(`${SERVICE}subscribe/${NEWSLETTER}/`), page.join());
  assert.ok(page.includes(`${FILES}archive/${EDITION}/`), 'canonical');
  const list = linksOf(read(`archive/${NEWSLETTER}/index.html`));
  assert.ok(list.includes(`${SERVICE}subscribe/${NEWSLETTER}/`), list.join());
  assert.ok(list.includes(`/news/archive/${EDITION}/`));
  assert.ok(list.some((url) => url.startsWith('/news/assets/site.css')));

  const { ask } = await openWholeTestSite(t, { testSite, config });
  const home = linksOf((await ask('')).body);
  for (const url of [
    `${FILES}archive/`,
    `${FILES}feeds/`,
    `${FILES}rss.xml`,
    '/subscribe/',
    '/embed/',
  ]) {
    assert.ok(home.includes(url), `${url} of ${home.join()}`);
  }
  assert.ok(home.includes(SERVICE), 'canonical');
  assert.match((await ask('embed/')).body, /action="https:\/\/letters\.example\/subscribe\/"/);
  assert.equal((await ask(`archive/${EDITION}/`)).status, 200);
  for (const [origin, status] of [
    ['https://letters.example', 200],
    ['https://files.example', 403],
  ] as const) {
    assert.equal((await ask('api/form', { headers: { origin } })).status, status, origin);
  }
});

test('without a service the pages of the archive offer no sign-up', async (t) => {
  const { read, mail } = await openSent(t);
  assert.doesNotMatch(mail, /List-Unsubscribe-Post|https:\/\/[^\s"]*\/(unsubscribe|subscribe)\//);
  for (const path of [pageOf(EDITION), `archive/${NEWSLETTER}/index.html`, 'archive/index.html']) {
    const links = linksOf(read(path));
    assert.ok(!links.some((url) => /subscribe|preferences|embed/.test(url)), links.join());
  }
});
