import assert from 'node:assert/strict';
import test from 'node:test';
import type { GeneratorId } from '../../src/settings/settings.ts';
import { parsedPost, problemOf } from './posts.ts';

/** The file of a post, its front matter besides the date, the template of addresses, and the path. */
type Address = readonly [file: string, lines: string, permalink: string | undefined, path: string];

/**
 * Addresses as the generators' documentation, and the generators themselves, make them (test/sites has
 * whole sites with the addresses that they gave).
 */
const ADDRESSES: Readonly<Partial<Record<GeneratorId, readonly Address[]>>> = {
  // https://jekyllrb.com/docs/permalinks/
  jekyll: [
    ['_posts/2026-10-20-a-b.md', '', undefined, '/2026/10/20/a-b.html'],
    ['_posts/2026-10-20-Café---b.md', '', 'pretty', '/2026/10/20/Caf%C3%A9-b/'],
    ['_posts/2026-10-20-a.md', 'categories: [News, Sea]', 'none', '/news/sea/a.html'],
    ['news/_posts/2026-10-20-a.md', '', '/:categories/:title/', '/news/a/'],
    ['_posts/2026-10-20-a.md', 'permalink: /kept/:title/', undefined, '/kept/a/'],
    ['_posts/2026-10-20-a.md', 'url: /not-read/', '/:title/', '/a/'],
    ['_posts/2026-10-20-a.md', 'slug: own name', '/:title/', '/own-name/'],
  ],
  // https://gohugo.io/configuration/permalinks/
  hugo: [
    ['a.md', '', undefined, '/a/'],
    ['2026/ferry.md', '', undefined, '/2026/ferry/'],
    ['guides/pier/index.md', '', undefined, '/guides/pier/'],
    ['guides/pier/index.fr.md', '', undefined, '/fr/guides/pier/'],
    ['a.fr.md', '', undefined, '/fr/a/'],
    // The default language in a folder of its own.
    ['a.fr.md', '', '/en/posts/:path/', '/fr/posts/a/'],
    ['a.en.md', '', '/en/posts/:path/', '/en/posts/a/'],
    ['a.en.md', '', undefined, '/a/'],
    ['a.md', '', '/at\\:year/:filename/', '/at:year/a/'],
    ['a.md', 'url: /at\\:year/', undefined, '/at:year/'],
    ['Upper Case Name.md', '', undefined, '/upper-case-name/'],
    ['x.md', 'title: "C# and C++: a comparison"', '/:slug/', '/c%23-and-c-a-comparison/'],
    ['a.md', 'title: "A Title, with: signs"', '/:title/', '/a-title-with-signs/'],
    ['a/b/c.md', 'slug: Own', '/:sections/:slug/', '/a/b/own/'],
    ['a/b/c.md', '', '/:section/:filename/', '/a/c/'],
    ['a/b/index.md', '', '/:sections/:contentbasename/', '/a/b/'],
    ['a/b/c/d.md', '', '/:sections[0]/:sections[last]/:filename/', '/a/c/d/'],
    ['a/b/c/d.md', '', '/:sections[1:]/:filename/', '/b/c/d/'],
    ['a/b/c/d.md', '', '/:sections[:last]/:filename/', '/a/b/d/'],
    ['a/b/c/d.md', '', '/x:sections[1:2]-:sections[7]/:sections[7:]/:filename/', '/xb-/d/'],
    [
      'a.md',
      '',
      '/:2006/:06-:1/:Jan/:Monday/:002/:15:04/:filename/',
      '/2026/26-10/oct/tuesday/293/1200/a/',
    ],
    ['post/story/c.md', '', '/:sectionslug/:sectionslugs[1:]/:filename/', '/posts/stories/c/'],
    ['a.md', 'slug: Own', '/:slugorcontentbasename/', '/own/'],
    ['a.md', '', '/:slugorfilename/', '/a/'],
    [
      'a.md',
      '',
      '/:year/:month/:monthname/:day/:weekday/:weekdayname/:yearday/:filename/',
      '/2026/10/october/20/2/tuesday/293/a/',
    ],
    ['a.md', 'url: /own/place.html', '/:filename/', '/own/place.html'],
    ['a.md', 'URL: /own/', '/:filename/', '/own/'],
    ['a.md', 'permalink: /not-read/', '/:filename/', '/a/'],
    ['a.md', 'url: https://other.example/article', '/:filename/', '/a/'],
  ],
  // https://www.11ty.dev/docs/permalinks/
  eleventy: [
    ['blog/first.md', '', undefined, '/blog/first/'],
    ['blog/2026-10-01-storm.md', '', undefined, '/blog/storm/'],
    ['blog/index.md', '', undefined, '/blog/'],
    ['blog/fourth/fourth.md', '', undefined, '/blog/fourth/'],
    ['a.md', 'permalink: /foo/index.html', undefined, '/foo/'],
    ['a.md', 'permalink: /foo.html', undefined, '/foo.html'],
    ['a.md', 'title: A B\npermalink: "/blog/{{ title | slugify }}/"', undefined, '/blog/a-b/'],
    ['2026-10-01-a.md', 'permalink: "/{{ page.fileSlug }}/index.html"', undefined, '/a/'],
    ['x/a.md', 'permalink: "{{ page.filePathStem }}.html"', undefined, '/x/a.html'],
  ],
  // https://docs.astro.build/en/reference/content-loader-reference/#glob-loader
  astro: [
    ['deep/Sea Star.md', '', '/blog/:path/', '/blog/deep/sea-star/'],
    ['a/index.md', '', '/blog/:path/', '/blog/a/'],
    ['a.md', 'slug: own/name', '/blog/:path/', '/blog/own/name/'],
    ['a.md', 'permalink: /not-read/', '/blog/:path', '/blog/a'],
  ],
  // https://docusaurus.io/docs/blog
  docusaurus: [
    ['2026-08-01-mdx-post.mdx', '', '/blog/:path', '/blog/2026/08/01/mdx-post'],
    ['2026-05-29-night/index.md', '', '/blog/:path', '/blog/2026/05/29/night'],
    ['2026/09/03-fog.md', '', '/blog/:path', '/blog/2026/09/03/fog'],
    ['2026-05-28-a.md', 'slug: first', '/blog/:path', '/blog/first'],
    ['2026-05-28-a.md', 'slug: /news/pier', '/blog/:path', '/blog/news/pier'],
    ['news/plain.md', '', '/blog/:path', '/blog/news/plain'],
  ],
  // https://vitepress.dev/guide/routing
  vitepress: [
    ['2026/flour.md', '', '/posts/:path', '/posts/2026/flour'],
    ['a.md', '', undefined, '/a.html'],
    ['a/index.md', '', undefined, '/a/'],
    ['a/index.md', '', '/:path', '/a/'],
  ],
  // https://www.getzola.org/documentation/content/page/
  zola: [
    ['First Swarm.md', '', undefined, '/first-swarm/'],
    ['2026-06-08-queen.md', '', undefined, '/queen/'],
    ['honey/index.md', 'slug: gold', undefined, '/gold/'],
    ['essaim.fr.md', '', undefined, '/fr/essaim/'],
    ['a.md', 'path: 2026/09/wax', undefined, '/2026/09/wax/'],
  ],
  // https://docs.getpelican.com/en/latest/settings.html#url-settings
  pelican: [
    ['Cellar/a.md', 'title: New Wine!', undefined, '/new-wine.html'],
    ['a.md', 'title: New Wine\nslug: own', '/posts/:slug/', '/posts/own/'],
    ['a.md', 'title: Vino\nlang: it', undefined, '/vino-it.html'],
    ['a.md', 'title: x\ncategory: Wine & Co', '/:category/:slug/', '/wine-co/x/'],
    ['a.md', 'title: x', '/:year/:short_month/:slug/', '/2026/Oct/x/'],
    ['a.md', 'title: x\nurl: own/place/', undefined, '/own/place/'],
  ],
};

for (const [generator, addresses] of Object.entries(ADDRESSES)) {
  for (const [file, lines, permalink, expected] of addresses) {
    const given = [lines.replaceAll('\n', ', '), permalink].filter(Boolean).join(', ');
    test(`${generator} has ${file} (${given || 'nothing said'}) at ${expected}`, () => {
      const text = `---\ndate: 2026-10-20T12:00\n${lines}\n---\nText.\n`;
      const settings = { generator: generator as GeneratorId, permalink };
      assert.equal(parsedPost(text, { file, settings }).post.path, expected);
    });
  }
}

test('a placeholder of another generator is named, with those that there are', () => {
  const { message } = problemOf('---\ndate: 2026-10-20\n---\nText.\n', {
    settings: { generator: 'hugo', permalink: '/:categories/:title/' },
  });
  assert.match(message, /has :categories, which is no placeholder; write :year, .*:sections/);
});
