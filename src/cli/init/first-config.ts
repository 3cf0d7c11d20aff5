import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import { parseLanguageTag } from '../../kernel/language-tag.ts';
import type { SiteLayout } from './site-layout.ts';

const EXAMPLE = join(import.meta.dirname, '../../../config/broadsheet.yaml');

/** The annotated config for the site in the working folder. `newsletter`: the name of the example. */
export function configFor(configFolder: string, layout: SiteLayout, newsletter: string): string {
  const from = (path: string) => relative(configFolder, path).replaceAll('\\', '/') || '.';
  const { id, facts, posts, siteRoot, feeds, feedsPath, permalink, published } = layout;
  const url = facts?.url ?? EXAMPLE_URL;
  const { title, description, language, timeZone, author, image } = facts ?? {};
  const publisher = author?.name ?? title;
  const tag = parseLanguageTag(language ?? '');
  const publicUrl = `publicUrl: ${url}${feedsPath ?? ''}`;
  const own = {
    '  title: The Harbour Broadsheet': title && `  title: ${quoted(title)}`,
    [`  url: ${EXAMPLE_URL}`]: `  url: ${url}`,
    '  description: Politics from a town, a province and a continent that do not exist.':
      description === undefined && facts
        ? ''
        : description && `  description: ${quoted(description)}`,
    '  language: en-GB': 'tag' in tag ? `  language: ${tag.tag}` : facts && '  # language: en',
    '  timeZone: Europe/London': facts && `  timeZone: ${timeZone ?? 'UTC'}`,
    '    name: The Harbour Broadsheet': publisher && `    name: ${quoted(publisher)}`,
    '    # email: desk@harbour.example': author?.email && `    email: ${quoted(author.email)}`,
    '    # url: https://harbour.example/about/': author?.url && `    url: ${quoted(author.url)}`,
    '  image: /assets/images/masthead.png':
      image === undefined ? '  # image: /assets/images/masthead.png' : `  image: ${quoted(image)}`,
    '# publicUrl: https://harbour.example/': feedsPath === undefined ? undefined : publicUrl,
    '  folder: ../posts': `  folder: ${from(posts)}`,
    '  siteRoot: ../posts':
      siteRoot === undefined ? '  # siteRoot: ..' : `  siteRoot: ${from(siteRoot)}`,
    '  # generator: jekyll': id && `  generator: ${id}`,
    '  # permalink: date': `  permalink: ${quoted(permalink)}`,
    '  # datesWithoutZone: site': id === 'jekyll' ? '  datesWithoutZone: jekyll' : undefined,
    '  # liquid: off': id === 'jekyll' ? '  liquid: render' : undefined,
    '  # drafts: false': facts?.drafts ? '  drafts: true' : undefined,
    '  # future: false': facts?.future ? '  future: true' : undefined,
    '  # published: ../data/published-posts.jsonl': published && `  published: ${from(published)}`,
    '  folder: ../public': `  folder: ${from(feeds)}`,
    '      address: politics-essential@harbour.example':
      facts?.url && `      address: politics-essential@${new URL(url).hostname}`,
    // Politics Essential is a real newsletter. The example name is refused until it is changed.
    '    name: Politics Essential': `    name: ${newsletter}`,
    '      name: Politics Essential': `      name: ${newsletter}`,
  };
  return Object.entries(own).reduce(
    (text, [line, ownLine]) =>
      ownLine === undefined
        ? text
        : text.replace(`\n${line}\n`, () => (ownLine === '' ? '\n' : `\n${ownLine}\n`)),
    readFileSync(EXAMPLE, 'utf8'),
  );
}

const EXAMPLE_URL = 'https://harbour.example/';

/** `text` as a value in YAML, quoted if it has to be. */
function quoted(text: string): string {
  return stringify(text, { lineWidth: 0 }).trimEnd();
}
