import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runBroadsheet } from '../support/program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SITES = join(import.meta.dirname, '../sites');

/** What the site generator itself made of a site: see test/sites/README.md. */
interface Expected {
  readonly posts: readonly {
    readonly file: string;
    readonly url: string;
    readonly title: string;
    readonly date: string;
  }[];
}

interface JsonFeed {
  readonly items: readonly {
    readonly url: string;
    readonly title: string;
    readonly date_published: string;
  }[];
}

const FEEDS: Readonly<Record<string, string>> = {
  jekyll: 'feeds',
  hugo: 'static/feeds',
  eleventy: 'public',
  astro: 'public/feeds',
  docusaurus: 'static/feeds',
  vitepress: 'public/feeds',
  zola: 'static/feeds',
  pelican: 'output/feeds',
};

for (const [generator, feeds] of Object.entries(FEEDS)) {
  test(`after init, the feed has the posts of a site of ${generator} as it shows them`, async (t) => {
    const folder = temporaryFolder(t, {});
    cpSync(join(SITES, generator), folder, { recursive: true });
    const init = await runBroadsheet(['init', '--yes'], folder);
    assert.equal(init.code, 0, init.stderr);
    const args = ['build', '--no-ping', '--now', '2026-11-01T12:00:00Z'];
    const build = await runBroadsheet(args, folder);
    assert.equal(build.code, 0, build.stderr);
    const feed = JSON.parse(readFileSync(join(folder, feeds, 'feed.json'), 'utf8')) as JsonFeed;
    const expected = JSON.parse(
      readFileSync(join(SITES, generator, 'expected.json'), 'utf8'),
    ) as Expected;
    assert.deepEqual(
      feed.items.map(({ url, title, date_published }) => [
        url,
        title,
        Temporal.Instant.from(date_published).toString(),
      ]),
      expected.posts.map(({ url, title, date }) => [url, title, date]),
    );
    const text = readFileSync(join(folder, feeds, 'rss.xml'), 'utf8');
    assert.doesNotMatch(text, /secret/);
    // The site as its generator makes it has a sitemap.
    const locations = expected.posts.map(({ url }) => `<url><loc>${url}</loc></url>`);
    mkdirSync(join(folder, 'built'));
    writeFileSync(join(folder, 'built/sitemap.xml'), `<urlset>${locations.join('')}</urlset>`);
    const check = ['check', '--json', '--against', 'built', '--now', '2026-11-01T12:00:00Z'];
    const { site } = (await runBroadsheet(check, folder)).json<{ site: object }>();
    const compared = expected.posts.length;
    assert.deepEqual(site, { place: 'built', compared, differences: [] });
  });
}

/** A picture in a post of the generators that rename pictures. */
const PICTURES: Readonly<Record<string, string>> = {
  astro: 'src/assets/crab.png',
  vitepress: 'posts/dam.png',
  docusaurus: 'blog/2026-05-29-long-night/deck.png',
};

for (const [generator, picture] of Object.entries(PICTURES)) {
  test(`feeds show a copy of a picture that ${generator} renames`, async (t) => {
    const folder = temporaryFolder(t, {});
    cpSync(join(SITES, generator), folder, { recursive: true });
    assert.equal((await runBroadsheet(['init', '--yes'], folder)).code, 0);
    const now = ['--now', '2026-11-01T12:00:00Z'];
    const build = await runBroadsheet(['build', '--no-ping', ...now], folder);
    assert.match(build.stdout, /1 picture of the posts copied there, 1 new/);
    assert.doesNotMatch(build.stderr, /picture/);
    const feeds = join(folder, FEEDS[generator] ?? '');
    const [, address = ''] =
      /src=\\"https:\/\/[^"]*\/feeds\/(pictures\/[0-9a-f]{32}\.png)\\"/.exec(
        readFileSync(join(feeds, 'feed.json'), 'utf8'),
      ) ?? [];
    assert.deepEqual(readFileSync(join(feeds, address)), readFileSync(join(folder, picture)));
    if (generator !== 'astro') return;
    // Only its post has a picture for the lead of a mail.
    const preview = ['preview', 'politics-essential', '--json', '--now', '2026-07-08T12:00:00Z'];
    const { code, stderr } = await runBroadsheet(preview, folder);
    assert.equal(code, 0, stderr);
    const [html = ''] = readdirSync(join(folder, 'preview')).filter((name) => /\.html$/.test(name));
    const mail = readFileSync(join(folder, 'preview', html), 'utf8');
    assert.ok(mail.includes(`src="https://tidepool.example/pool/feeds/${address}"`), mail);
  });
}

test('check says which generator makes the site, if the config does not', async (t) => {
  const folder = temporaryFolder(t, {});
  cpSync(join(SITES, 'docusaurus'), folder, { recursive: true });
  assert.equal((await runBroadsheet(['init', '--yes'], folder)).code, 0);
  const file = join(folder, 'config/broadsheet.yaml');
  const config = readFileSync(file, 'utf8');
  const warnings = async (line: string) => {
    writeFileSync(file, config.replace('  generator: docusaurus\n', line));
    const { stderr } = await runBroadsheet(['check'], folder);
    return stderr.split('\n').filter((each) => each.includes('posts.generator'));
  };
  assert.deepEqual(await warnings('  generator: docusaurus\n'), []);
  const [missing = ''] = await warnings('');
  assert.match(
    missing,
    /posts\.generator is not set, .* made with Docusaurus; write generator: docusaurus/,
  );
  const [other = ''] = await warnings('  generator: hugo\n');
  assert.match(other, /posts\.generator is hugo, and the site is made with Docusaurus/);
});

test('a comparison ignores our own feeds in the site, and says how to correct the addresses', async (t) => {
  const folder = temporaryFolder(t, {});
  cpSync(join(SITES, 'hugo'), folder, { recursive: true });
  assert.equal((await runBroadsheet(['init', '--yes'], folder)).code, 0);
  const file = join(folder, 'config/broadsheet.yaml');
  const wrong = readFileSync(file, 'utf8').replace(/permalink: .*/, 'permalink: /wrong/:slug/');
  writeFileSync(file, wrong);
  const now = ['--now', '2026-11-01T12:00:00Z'];
  assert.equal((await runBroadsheet(['build', '--no-ping', ...now], folder)).code, 0);
  // As Hugo copies them.
  cpSync(join(folder, 'static/feeds'), join(folder, 'public/feeds'), { recursive: true });
  const expected = readFileSync(join(SITES, 'hugo/expected.json'), 'utf8');
  const { posts } = JSON.parse(expected) as Expected;
  const locations = posts.map(({ url }) => `<url><loc>${url}</loc></url>`);
  writeFileSync(join(folder, 'public/sitemap.xml'), `<urlset>${locations.join('')}</urlset>`);
  const { stdout } = await runBroadsheet(['check', ...now], folder);
  assert.match(stdout, /4 of 4 posts differ from the site in public:/);
  assert.match(stdout, /write posts\.permalink: \/:sections\/:slug\/ {2}to correct most addresses/);
});
