import assert from 'node:assert/strict';
import test from 'node:test';
import { parsedPost, postWith, problemOf } from './posts.ts';

test('categories and tags are lists, or words split at spaces; category is one name', () => {
  const categories = (lines: string) => postWith(lines).categories;
  assert.deepEqual(categories('categories: [Food & Drink, News]'), ['Food & Drink', 'News']);
  assert.deepEqual(categories('categories: news  world'), ['news', 'world']);
  assert.deepEqual(categories('category: Food & Drink'), ['Food & Drink']);
  assert.deepEqual(categories('category: News\ncategories: [World, News, null, 7, ""]'), [
    'News',
    'World',
    '7',
  ]);
  assert.deepEqual(categories('categories:\n  - a\n  - [b, c]'), ['a', 'b', 'c']);
  assert.deepEqual(categories('categories:'), []);
  assert.deepEqual(postWith('tags: sea tide').tags, ['sea', 'tide']);
  assert.deepEqual(postWith('tags: New York, Old Town').tags, ['New York', 'Old Town']);
  assert.deepEqual(postWith('tags: sea; tide').tags, ['sea', 'tide']);
  assert.deepEqual(postWith('tags:\n- label: Big Pier\n  permalink: /big\n- other').tags, [
    'Big Pier',
    'other',
  ]);
  assert.deepEqual(postWith('tags: [Food &amp; Drink, <b>Sea</b>]').tags, ['Food & Drink', 'Sea']);
  const ofHugo = postWith('categories: Local News', { settings: { generator: 'hugo' } });
  assert.deepEqual(ofHugo.categories, ['Local News']);
});

test('fields in maps of Hugo and Zola are read', () => {
  const hugo = parsedPost('+++\ntitle = "x"\n[params]\nauthor = "Ada"\n+++\n').post;
  assert.deepEqual(hugo.authors[0]?.name, 'Ada');
  const lines = '[taxonomies]\ntags = ["sea"]\ncategories = ["News"]\n[extra]\nauthor = "Ada"';
  const zola = parsedPost(`+++\ntitle = "x"\n${lines}\n+++\n`).post;
  assert.deepEqual([zola.tags, zola.categories, zola.authors[0]?.name], [['sea'], ['News'], 'Ada']);
});

test('folders above _posts are categories, as in Jekyll', () => {
  const { post } = parsedPost('---\ncategory: Ferries\n---\nx', {
    file: 'world/north/_posts/2026-03-20-x.md',
  });
  assert.deepEqual(post.categories, ['world', 'north', 'Ferries']);
});

test('authors are text, lists, or maps with a name, and have the address of their page', () => {
  const authors = (lines: string) =>
    postWith(lines).authors.map(({ name, url }) => (url === undefined ? name : [name, url]));
  assert.deepEqual(authors('author: Ada Byron'), ['Ada Byron']);
  assert.deepEqual(authors('authors: [ada, {name: Grace Hopper, url: x}, ada, null]'), [
    'ada',
    'Grace Hopper',
  ]);
  assert.deepEqual(authors('author:\n  name: Ada\n  email: a@b.example'), ['Ada']);
  assert.deepEqual(authors('author: ""'), []);
  const known = 'author: Ada Quill <ada@salt.example>\nauthors: [{name: Ada Quill}, {key: bo}]';
  assert.deepEqual(authors(known), ['Ada Quill', 'bo']);
  assert.deepEqual(authors('author: ada@salt.example'), []);
  assert.deepEqual(
    authors('author: Ada Quill\nauthors: [{name: Ada Quill, url: "https://salt.example/ada"}]'),
    [['Ada Quill', 'https://salt.example/ada']],
  );
  assert.deepEqual(authors('author: {name: Ada, url: "javascript:alert(1)"}'), ['Ada']);
});

test('the picture is text, a map, or the first of a list, under the names that generators use', () => {
  const image = (lines: string) => postWith(lines).image;
  assert.deepEqual(image('image: assets/a.jpg\nimage_alt: A boat'), {
    source: 'assets/a.jpg',
    alt: 'A boat',
  });
  assert.deepEqual(image('image:\n  path: /a.jpg\n  alt: A boat'), {
    source: '/a.jpg',
    alt: 'A boat',
  });
  assert.deepEqual(image('image: {url: /u.jpg}'), { source: '/u.jpg', alt: '' });
  assert.deepEqual(image('images: [/h.jpg, /i.jpg]'), { source: '/h.jpg', alt: '' });
  assert.deepEqual(image('cover:\n  image: /c.jpg\n  alt: C'), { source: '/c.jpg', alt: 'C' });
  assert.deepEqual(image("heroImage: '/astro.jpg'"), { source: '/astro.jpg', alt: '' });
  assert.equal(image('image: false'), undefined);
  assert.equal(image('image:'), undefined);
});

test('draft, published or the folder makes a post a draft', () => {
  assert.equal(postWith('draft: true').draft, true);
  assert.equal(postWith('draft: Yes').draft, true);
  assert.equal(postWith('published: false').draft, true);
  assert.equal(postWith('published: true\ndraft: false').draft, false);
  assert.equal(
    parsedPost('---\ndate: 2026-01-01\n---\n', { file: '_drafts/x.md' }).post.draft,
    true,
  );
});

test('a language is a BCP 47 tag, kept where it is not that of the site', () => {
  assert.equal(postWith('lang: pt_br').language, 'pt-BR');
  assert.equal(postWith('lang: en').language, undefined);
  const { post, warnings } = parsedPost('---\ntitle: x\nlanguage: not a language\n---\n');
  assert.equal(post.language, undefined);
  assert.deepEqual([warnings[0]?.line, warnings[0]?.column], [3, 11]);
});

test('a title is one line without control characters', () => {
  assert.equal(
    postWith('title: "One\\ntwo\\r\\nBcc: x\\u0000\\t three"').title,
    'One two Bcc: x three',
  );
  assert.equal(postWith('title: [a, list]').title, 'Spring');
  assert.equal(postWith('title: "The <em>Lark</em> &amp; `x`"').title, 'The Lark & x');
  assert.equal(parsedPost('# The `<b>` **element** ##\n\nText.\n').post.title, 'The <b> element');
});

test('a wrong date of a change is a warning, not the end of the post', () => {
  const { post, warnings } = parsedPost('---\ntitle: x\nupdated: soon\n---\n');
  assert.equal(post.updated, undefined);
  assert.match(warnings[0]?.message ?? '', /updated "soon" is not a date/);
});

const path = (lines: string, permalink = 'date', file = '2026-03-05-spring.md') =>
  postWith(lines, { file, settings: { permalink } }).path;

test("Jekyll's styles of permalinks are made as Jekyll makes them", () => {
  const lines = 'categories: [World, Food & Drink]';
  assert.equal(path(lines), '/world/food%20&%20drink/2026/03/05/spring.html');
  assert.equal(path(lines, 'pretty'), '/world/food%20&%20drink/2026/03/05/spring/');
  assert.equal(path('', 'ordinal'), '/2026/064/spring.html');
  assert.equal(path('', 'weekdate'), '/2026/W10/Thu/spring.html');
  assert.equal(path('', 'none'), '/spring.html');
  assert.equal(path('', '/:title/'), '/spring/');
});

test('every placeholder of Jekyll is known', () => {
  const template =
    '/:year-:short_year-:month-:i_month-:short_month-:long_month/:day-:i_day-:y_day/' +
    ':week-:w_year-:w_day-:short_day-:long_day/:hour:minute:second/:slug/:title/:name/:path/' +
    ':slugified_categories/:collection:output_ext';
  assert.equal(
    path(
      'date: 2026-03-05 09:08:07\ncategory: C# & D\nslug: "A.B c"',
      template,
      'x/2026-03-05-Spring.md',
    ),
    '/2026-26-03-3-Mar-March/05-5-064/10-2026-4-Thu-Thursday/090807/a-b-c/A.B-c/2026-03-05-spring/' +
      'x/2026-03-05-Spring/c-d/posts.html',
  );
});

test('slashes and hyphens fold; an empty part vanishes', () => {
  const file = '2026-05-15-big-news-harbour---pms-trip.md';
  assert.equal(path('', '/:categories/:year/:title/', file), '/2026/big-news-harbour-pms-trip/');
  assert.equal(path('permalink: /news///:title//'), '/news/spring/');
});

test('the year, month and day of a permalink are those of the zone of the site', () => {
  const post = postWith('date: 2026-01-01T02:00:00Z', { site: { timeZone: 'America/New_York' } });
  assert.equal(post.path, '/2025/12/31/spring.html');
});

test("a post's own permalink is its path", () => {
  assert.equal(path('permalink: /news/one/'), '/news/one/');
  assert.equal(path('permalink: about.html'), '/about.html');
  assert.equal(path('url: /hugo/'), '/hugo/');
  assert.equal(path('permalink: /s p/ä?x#y'), '/s%20p/%C3%A4%3Fx%23y');
  assert.equal(path('permalink: "/{{ page.date }}/x/"'), '/2026/03/05/spring.html');
});

test('a permalink that climbs out of the site, or leads to another, is refused', () => {
  for (const own of ['../../etc/passwd', '/a/../../b', '/%2e%2e/x', '/a/..', '..\\..\\x', '/./x']) {
    const problem = problemOf(`---\ntitle: x\npermalink: '${own}'\n---\n`);
    assert.match(problem.message, /climbs out of the site/, own);
    assert.equal(problem.line, 3);
  }
  for (const own of [
    'https://other.example/',
    '//other.example/x',
    'javascript:alert(1)',
    '\\\\host\\x',
  ]) {
    assert.match(
      problemOf(`---\npermalink: '${own}'\n---\n`).message,
      /leads to another site/,
      own,
    );
  }
});

test('a category or slug that climbs does not take the address along', () => {
  assert.equal(path('categories: ["../..", "a/../b"]'), '/a/b/2026/03/05/spring.html');
  assert.equal(path('slug: ../../etc'), '/2026/03/05/..-..-etc.html');
});

test('a placeholder that does not exist is reported', () => {
  assert.match(problemOf('---\npermalink: /:nothing/\n---\n').message, /:nothing/);
});

test('the address is below that of the site, whatever folder it is in', () => {
  const post = postWith('title: x', { site: { url: 'https://quay.example/blog/' } });
  assert.equal(post.url, 'https://quay.example/blog/2026/03/20/spring.html');
});

test('one folder a post, with index.md, is named by the folder', () => {
  const { post } = parsedPost('---\ndate: 2026-03-20\n---\n', {
    file: 'posts/night-ferry/index.md',
  });
  assert.equal(post.slug, 'night-ferry');
});

test('an id is kept as it was written', () => {
  assert.equal(postWith('id: "tag:quay.example,2019:old"').givenId, 'tag:quay.example,2019:old');
  assert.equal(postWith('title: x').givenId, undefined);
});
