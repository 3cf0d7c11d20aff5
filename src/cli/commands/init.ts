import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { parseLanguageTag } from '../../kernel/language-tag.ts';
import { standardPlace } from '../../settings/state-place.ts';
import { shortPath } from '../format.ts';
import { type SiteLayout, siteLayout } from '../init/site-layout.ts';
import type { Shell } from '../shell.ts';

const PACKAGE_CONFIG = join(import.meta.dirname, '../../../config');
const SCHEMA = 'broadsheet.schema.json';

const EXAMPLES = `
Example:
  $ broadsheet init && $EDITOR config/broadsheet.yaml && broadsheet check
`;

/** `broadsheet init`: writes a first config file. */
export function addInit(program: Command, { terminal }: Shell): void {
  program
    .command('init')
    .description('create a config file')
    .option('-y, --yes', 'ask nothing')
    .addHelpText('after', EXAMPLES)
    .action(async (_options, command: Command) => {
      const { EXAMPLE_NEWSLETTER } = await import('../../settings/example-values.ts');
      const { keepPrivate } = await import('../init/keep-private.ts');
      const file = command.optsWithGlobals<{ config: string }>().config;
      if (existsSync(file)) {
        const remedy = 'edit it, or choose another file with --config FILE';
        throw new BroadsheetError(EXIT.usage, `${file}  already exists; ${remedy}`);
      }
      const folder = dirname(file);
      const layout = siteLayout('.');
      const published = resolve(layout.published ?? join(folder, '../data/published-posts.jsonl'));
      const done = keepPrivate(file, published, layout);
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, configFor(folder, layout, EXAMPLE_NEWSLETTER), { flag: 'wx' });
      copyFileSync(join(PACKAGE_CONFIG, SCHEMA), join(folder, SCHEMA));
      for (const line of describeInit(file, shortPath(published), layout, done)) terminal.out(line);
    });
}

/** What was written, where the data will be, and what to do next. */
function* describeInit(
  file: string,
  published: string,
  { generator, posts, permalink, feeds }: SiteLayout,
  done: readonly string[],
): Generator<string> {
  const like = generator === undefined ? '' : `, for a site made with ${generator}`;
  yield `Wrote ${shortPath(file)}${like}:`;
  yield `  posts in     ${posts}`;
  yield `  with pages   ${permalink}  (posts.permalink)`;
  yield `  feeds go to  ${feeds}`;
  yield* done;
  const state = shortPath(dirname(standardPlace(file).database));
  yield `Subscribers will be in ${state}/: never publish or commit this folder, and back it up.`;
  yield `The ids of published posts will be in ${published}: commit that file.`;
  if (generator === undefined) yield `Publish only ${feeds}/, not this whole folder.`;
  if (generator === 'Eleventy') {
    const copy = `addPassthroughCopy({ '${feeds}': '/' })`;
    yield `To publish the feeds with your site, add ${copy} to your Eleventy config, and run \`broadsheet build\` before Eleventy.`;
  }
  yield 'Next, write your own names and addresses under site and newsletters. Until you do, build, send and';
  yield 'start do not run, and list the values that are still those of the example. Then try';
  yield '  npx broadsheet check';
  yield '  npx broadsheet build';
  yield '  npx broadsheet preview politics-essential';
}

/** The annotated config for the site in the working folder. */
function configFor(configFolder: string, layout: SiteLayout, newsletter: string): string {
  const from = (path: string) => relative(configFolder, path).replaceAll('\\', '/') || '.';
  const { id, facts, posts, siteRoot, feeds, feedsPath, permalink, published } = layout;
  const url = facts?.url ?? EXAMPLE_URL;
  const { title, description, language, timeZone, author, image } = facts ?? {};
  const tag = parseLanguageTag(language ?? '');
  const owner = author?.name ?? title;
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
    '    name: The Harbour Broadsheet': owner && `    name: ${quoted(owner)}`,
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
    readFileSync(join(PACKAGE_CONFIG, 'broadsheet.yaml'), 'utf8'),
  );
}

const EXAMPLE_URL = 'https://harbour.example/';

/** `text` as a value in YAML, quoted if it has to be. */
function quoted(text: string): string {
  return stringify(text, { lineWidth: 0 }).trimEnd();
}
