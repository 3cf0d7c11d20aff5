import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sql } from 'kysely';
import { insertEdition } from '../../../src/editions/queries/editions.ts';
import { LATEST_FILE } from '../../../src/pages/latest-posts.ts';
import { openSite } from '../../../src/site/pages/site.ts';
import { makeEdition, NEWSLETTER, openTestSite } from '../../support/test-site.ts';
import { form, openServedTestSite } from '../../support/web.ts';
import { openWholeTestSite, severalNewsletters } from '../../support/whole-test-site.ts';

const ADA = 'ada@example.org';

test('no page sets a cookie or has anything inline, and pages of one person are kept by nobody', async (t) => {
  const testSite = await openTestSite(t, { subscribers: [ADA] });
  const site = await openWholeTestSite(t, { testSite });
  await site.submit('subscribe/', { address: 'eve@example.org' });
  const personal = [
    `confirm/${await site.tokens.confirm()}`,
    `unsubscribe/${await site.tokens.unsubscribe(ADA)}`,
    `preferences/${await site.tokens.preferences(ADA)}`,
    'confirm/x',
    'preferences/x',
  ];
  const open = ['', 'subscribe/', `subscribe/${NEWSLETTER}/`, 'preferences/', 'embed/', 'nothing'];
  for (const path of [...personal, ...open]) {
    const { headers, body } = await site.ask(path);
    assert.equal(headers['set-cookie'], undefined, path);
    assert.doesNotMatch(
      body,
      /<style|style=|<script(?! src="\/assets\/)|\son\w+=|javascript:/i,
      path,
    );
    assert.doesNotMatch(String(headers['content-security-policy']), /unsafe/, path);
    assert.equal(body.includes('<meta name="robots" content="noindex">'), path !== '', path);
    if (!personal.includes(path)) continue;
    assert.equal(headers['cache-control'], 'no-store', path);
    assert.equal(headers['referrer-policy'], 'no-referrer', path);
  }
});

test('no shared cache keeps pages with a form; the others have an ETag', async (t) => {
  const site = await openWholeTestSite(t);
  assert.equal((await site.ask('')).headers['cache-control'], 'private, no-cache');
  const page = await site.ask('embed/');
  assert.equal(page.headers['cache-control'], 'public, max-age=300');
  const headers = { 'if-none-match': `"x", W/${page.headers.etag}` };
  const same = await site.ask('embed/', { headers });
  assert.deepEqual([same.status, same.body], [304, '']);
});

test('a page with a form is rendered once a second, and browsers may keep it for the rest of the hour', async (t) => {
  const testSite = await openTestSite(t, { now: '2026-03-20T07:00:00.100Z' });
  const site = await openWholeTestSite(t, { testSite });
  for (const path of ['', 'subscribe/', `subscribe/${NEWSLETTER}/`, 'preferences/']) {
    testSite.setTime('2026-03-20T07:00:00.100Z');
    const first = await site.ask(path);
    const tag = String(first.headers.etag);
    const ask = (tags: string) => site.ask(path, { headers: { 'if-none-match': tags } });
    testSite.setTime('2026-03-20T07:00:00.900Z');
    assert.equal((await site.ask(path)).body, first.body, path);
    testSite.setTime('2026-03-20T07:00:01Z');
    assert.notEqual((await site.ask(path)).body, first.body, 'another second has another token');
    testSite.setTime('2026-03-20T07:59:59Z');
    const same = await ask(`W/${tag}`);
    assert.deepEqual([same.status, same.body, same.headers.etag], [304, '', tag]);
    assert.match(String(same.headers['content-security-policy']), /default-src 'none'/);
    assert.equal((await ask('"other"')).status, 200);
    testSite.setTime('2026-03-20T08:00:00Z');
    assert.equal((await ask(tag)).status, 200, path);
  }
});

test('a home page that cannot be made is tried again by the next request', async (t) => {
  const testSite = await openTestSite(t);
  const site = await openWholeTestSite(t, { testSite });
  const { db } = testSite.deps.store;
  await sql`alter table editions rename to gone`.execute(db);
  assert.equal((await site.ask('')).status, 500);
  await sql`alter table gone rename to editions`.execute(db);
  assert.equal((await site.ask('')).status, 200);
});

test('the style sheet, the script and the icon are kept for ever under the name of their version', async (t) => {
  const site = await openWholeTestSite(t);
  const { body } = await site.ask('');
  const assets = [...body.matchAll(/"\/(assets\/[^"]+\?v=\w+)"/g)].map(([, path]) => path ?? '');
  assert.equal(assets.length, 3);
  for (const path of assets) {
    const asset = await site.ask(path);
    assert.equal(asset.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.doesNotMatch(asset.body, /\{[{%]/);
    const known = await site.ask(path, {
      headers: { 'if-none-match': String(asset.headers.etag) },
    });
    assert.equal(known.status, 304);
    const [name = ''] = path.split('?');
    assert.equal((await site.ask(`${name}?v=old`)).headers['cache-control'], 'public, max-age=300');
  }
});

test('the home page tells of the latest edition that was sent, and nothing in a title is HTML', async (t) => {
  const testSite = await openTestSite(t);
  const { db } = testSite.deps.store;
  const site = await openWholeTestSite(t, { testSite });
  assert.doesNotMatch((await site.ask('')).body, /The latest edition/);
  const edition = makeEdition(`${NEWSLETTER}-2026-03-19`);
  const [post] = edition.posts as [(typeof edition.posts)[0]];
  await insertEdition(db, {
    ...{ ...edition, day: '2026-03-19', subject: '<script>alert(1)</script> & "more"' },
    posts: [
      post,
      { ...post, id: 'tag:2', title: '</ul><img src=x onerror=alert(1)>', role: 'story' },
    ],
  });
  await testSite.putEdition();
  testSite.setTime('2026-03-20T07:00:01Z');
  assert.doesNotMatch((await site.ask('')).body, /alert/);
  testSite.setTime('2026-03-20T07:00:02Z');
  await db
    .updateTable('editions')
    .set({ planned_at: '2026-03-19T07:00:00.000Z' })
    .where('id', '=', edition.id)
    .execute();
  const { body } = await site.ask('');
  assert.match(body, /&lt;script&gt;alert\(1\)&lt;\/script&gt; &amp; &#34;more&#34;/);
  assert.match(
    body,
    /<li><a href="https:[^"]+">&lt;\/ul&gt;&lt;img src=x onerror=alert\(1\)&gt;<\/a><\/li>/,
  );
  assert.match(body, /<time datetime="2026-03-19">Thursday, March 19, 2026<\/time>/);
  assert.match(body, new RegExp(`href="/archive/${edition.id}/"`));
  assert.doesNotMatch(body, /2026-03-20/);
});

test("the home page has the newest posts, and from the first edition on its lead's picture and standfirst", async (t) => {
  const testSite = await openTestSite(t);
  const site = await openWholeTestSite(t, { testSite });
  const edition = makeEdition(`${NEWSLETTER}-2026-03-20`);
  const lead = {
    ...{ url: edition.posts[0]?.url, title: 'The wall', standfirst: 'It stands.', language: 'ar' },
    ...{ day: '2026-03-20', image: { url: 'https://harbour.example/wall.jpg', alt: 'A wall' } },
  };
  const other = { ...lead, url: 'https://harbour.example/bells/', title: 'Bells & whistles' };
  const { output } = testSite.deps.config.folders;
  mkdirSync(output, { recursive: true });
  writeFileSync(join(output, LATEST_FILE), JSON.stringify([lead, other]));
  const before = (await site.ask('')).body;
  assert.match(before, /The latest articles[\s\S]*wall\.jpg[\s\S]*It stands\./);
  assert.match(before, /<h3><a href="https:[^"]+" lang="ar" dir="rtl">The wall<\/a><\/h3>/);
  assert.match(before, /<a href="https:\/\/harbour\.example\/bells\/"[^>]*>Bells &amp; whistles</);
  await insertEdition(testSite.deps.store.db, edition);
  await testSite.deps.store.db
    .updateTable('editions')
    .set({ planned_at: '2026-03-20T07:00:00.000Z' })
    .execute();
  testSite.setTime('2026-03-20T07:00:01Z');
  const after = (await site.ask('')).body;
  assert.match(after, /The latest edition[\s\S]*wall\.jpg[\s\S]*It stands\./);
  assert.doesNotMatch(after, /Bells/);
});

test('every page names the feeds, of the posts and of each newsletter that has an archive', async (t) => {
  const testSite = await openTestSite(t);
  const [first, second] = severalNewsletters(testSite) as [never, object];
  const newsletters = [first, { ...second, archive: 'off' }] as never;
  const site = await openWholeTestSite(t, { testSite, config: { newsletters } });
  for (const path of ['', 'subscribe/', 'nothing']) {
    const links = [...(await site.ask(path)).body.matchAll(/rel="alternate"[^>]*href="([^"]+)"/g)];
    assert.deepEqual(
      links.map(([, href]) => href),
      ['https://harbour.example/rss.xml', `https://harbour.example/archive/${NEWSLETTER}/rss.xml`],
      path,
    );
  }
});

test('under a path of its own everything stays below it', async (t) => {
  const testSite = await openTestSite(t, { subscribers: [ADA] });
  const site = await openWholeTestSite(t, {
    testSite,
    config: { publicUrl: 'https://paper.example/news/' },
  });
  const token = await site.tokens.unsubscribe(ADA);
  for (const path of [
    '',
    'subscribe/',
    'embed/',
    'preferences/',
    `unsubscribe/${token}`,
    'nothing',
  ]) {
    const { body } = await site.ask(path);
    const targets = [...body.matchAll(/(?:href|src|action)="(\/[^"]*)"/g)].map(([, url]) => url);
    assert.ok(targets.length > 5, path);
    for (const target of targets) assert.match(target ?? '', /^\/news\//, path);
  }
  const typed = await site.ask('subscribe');
  assert.deepEqual([typed.status, typed.headers.location], [308, '/news/subscribe/']);
});

test('every error has a page in plain words, in the language of the site', async (t) => {
  const site = await openWholeTestSite(t, {
    web: { language: 'de-AT' },
    limits: { perMinute: { page: 8, form: 100, oneClick: 100 } },
  });
  const cases: [string, Parameters<typeof site.ask>[1], number, RegExp][] = [
    ['nothing', {}, 404, /<h1>Seite nicht gefunden<\/h1>/],
    ['resubscribe/x', {}, 405, /<h1>Diese Seite lässt sich nicht direkt öffnen<\/h1>/],
    [
      'subscribe/',
      { ...form({}), headers: { 'content-type': 'text/html' } },
      415,
      /<h1>Das hat nicht/,
    ],
    ['preferences/x', {}, 410, /<h1>Dieser Link ist abgelaufen<\/h1>/],
    ['confirm/x', {}, 404, /<h1>Dieser Link ist nicht vollständig<\/h1>/],
  ];
  for (const [path, options, status, heading] of cases) {
    const answer = await site.ask(path, options);
    assert.equal(answer.status, status, path);
    assert.match(answer.body, heading);
    assert.match(answer.body, /<html lang="de-AT" dir="ltr">/);
    assert.match(answer.body, /Zum Inhalt springen/);
  }
  for (let at = 0; at < 8; at++) await site.ask('');
  const busy = await site.ask('');
  assert.equal(busy.status, 429);
  assert.match(busy.body, /versuchen Sie es in 1 Minute noch einmal/);
});

test('when the database is down, people get a page that says so, and no details', async (t) => {
  const site = await openWholeTestSite(t);
  await site.deps.store.close();
  const page = await site.ask('');
  assert.equal(page.status, 500);
  assert.match(page.body, /<h1>Something went wrong<\/h1>/);
  assert.doesNotMatch(page.body, /database|sqlite|driver|node:/i);
  assert.match(site.logged.join('\n'), /a request failed/);
});

test('a template of the publisher’s takes the place of ours, file by file', async (t) => {
  const testSite = await openTestSite(t);
  const folder = testSite.deps.config.folders.webTemplates;
  mkdirSync(folder);
  writeFileSync(join(folder, 'home.liquid'), '<h1>{{ heading.name }}, by hand</h1>');
  const site = await openWholeTestSite(t, { testSite });
  assert.match((await site.ask('')).body, /<h1>Politics Essential, by hand<\/h1>/);
  assert.match((await site.ask('embed/')).body, /<h1>Add the form to your site<\/h1>/);
});

test('a broken template is reported with file and line before anything is served', async (t) => {
  const testSite = await openTestSite(t);
  const folder = testSite.deps.config.folders.webTemplates;
  mkdirSync(folder);
  writeFileSync(join(folder, 'home.liquid'), '<h1>\n{% if %}');
  const open = openServedTestSite(t, [(_app, deps) => void openSite(deps)], { testSite });
  await assert.rejects(open, {
    name: 'BroadsheetError',
    exitCode: 78,
    message: /home\.liquid:2:\d+ /,
  });
});

test('a template that fails while it is rendered gives a page of an error, and is logged', async (t) => {
  const testSite = await openTestSite(t);
  const folder = testSite.deps.config.folders.webTemplates;
  mkdirSync(folder);
  writeFileSync(join(folder, 'home.liquid'), '{{ heading.nmae }}');
  writeFileSync(join(folder, 'error.liquid'), '{{ statsu }}');
  const site = await openWholeTestSite(t, { testSite });
  const page = await site.ask('');
  assert.equal(page.status, 500);
  assert.match(page.body, /<h1>Internal Server Error<\/h1>/);
  assert.match(site.logged.join('\n'), /home\.liquid:1:\d+ .*nmae/);
  assert.match(site.logged.join('\n'), /error\.liquid:1:\d+ .*statsu/);
});

test('without a newsletter the site has the feeds, and no form', async (t) => {
  const site = await openWholeTestSite(t, { config: { newsletters: [] } });
  const home = await site.ask('');
  assert.equal(home.status, 200);
  assert.match(home.body, /<h1>The Harbour Broadsheet<\/h1>/);
  assert.doesNotMatch(home.body, /<form/);
  assert.equal((await site.ask('subscribe/')).status, 404);
  assert.equal((await site.ask('embed/')).status, 404);
});
