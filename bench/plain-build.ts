// What the libraries alone take for a site's three feeds, with nothing around them:
// plain-build.ts POSTS OUT. It reads every post, for only its front matter has its date, and renders
// the newest 50.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Feed } from 'feed';
import matter from 'gray-matter';
import markdownIt from 'markdown-it';

const [folder = '', out = ''] = process.argv.slice(2);
const SITE = 'https://bench.example/';

const posts = readdirSync(folder).map((name) => {
  const { data, content } = matter(readFileSync(join(folder, name), 'utf8'));
  return { name, title: String(data.title), date: new Date(String(data.date)), content };
});
const newest = posts.toSorted((a, b) => b.date.getTime() - a.date.getTime()).slice(0, 50);

const markdown = markdownIt({ html: true });
const feed = new Feed({ id: SITE, title: 'Bench', link: SITE, copyright: 'Bench' });
for (const { name, title, date, content } of newest) {
  const link = `${SITE}${name.replace(/\.md$/, '')}/`;
  feed.addItem({ id: link, title, link, date, content: markdown.render(content) });
}
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'rss.xml'), feed.rss2());
writeFileSync(join(out, 'atom.xml'), feed.atom1());
writeFileSync(join(out, 'feed.json'), feed.json1());
