import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import type { SiteFacts } from '../../posts/generators/site-facts.ts';
import { standardPlace } from '../../settings/state-place.ts';
import { shortPath } from '../format.ts';
import type { SiteLayout } from '../init/site-layout.ts';
import { askText, type Shell } from '../shell.ts';
import type { Terminal } from '../terminal.ts';

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
    .action(async ({ yes }: { yes?: true }, command: Command) => {
      const { EXAMPLE_NEWSLETTER } = await import('../../settings/example-values.ts');
      const { keepPrivate } = await import('../init/keep-private.ts');
      const { configFor } = await import('../init/first-config.ts');
      const { siteLayout } = await import('../init/site-layout.ts');
      const file = command.optsWithGlobals<{ config: string }>().config;
      if (existsSync(file)) {
        const remedy = 'edit it, or choose another file with --config FILE';
        throw new BroadsheetError(EXIT.usage, `${file}  already exists; ${remedy}`);
      }
      const folder = dirname(file);
      const found = siteLayout('.');
      const layout = yes ? found : { ...found, facts: await askForFacts(found.facts, terminal) };
      const published = resolve(layout.published ?? join(folder, '../data/published-posts.jsonl'));
      const done = keepPrivate(file, published, layout);
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, configFor(folder, layout, EXAMPLE_NEWSLETTER), { flag: 'wx' });
      copyFileSync(join(PACKAGE_CONFIG, SCHEMA), join(folder, SCHEMA));
      for (const line of describeInit(file, shortPath(published), layout, done)) terminal.out(line);
    });
}

/** `facts`, with what the site's own config does not say. */
async function askForFacts(
  facts: SiteFacts | undefined,
  terminal: Terminal,
): Promise<SiteFacts | undefined> {
  const noTitle = (text: string) => (text === '' ? 'Write some text.' : undefined);
  const noUrl = (text: string) =>
    /^https?:$/.test(URL.parse(text)?.protocol ?? '')
      ? undefined
      : 'Write a web address, like https://example.org/';
  const title = facts?.title ?? (await askText('Title of your site?', noTitle, terminal));
  const url = facts?.url ?? (await askText('URL of your site?', noUrl, terminal));
  if (title === undefined && url === undefined) return facts;
  return { output: '', ...facts, title, url: url?.replace(/\/*$/, '/') };
}

/** What was written, where the data will be, and what to do next. */
function* describeInit(
  file: string,
  published: string,
  { generator, facts, posts, permalink, feeds }: SiteLayout,
  done: readonly string[],
): Generator<string> {
  const like = generator === undefined ? '' : `, for a site made with ${generator}`;
  yield `Wrote ${shortPath(file)}${like}:`;
  const none = '  (this folder does not exist: write the folder of your posts in posts.folder)';
  yield `  posts in     ${posts}${existsSync(posts) ? '' : none}`;
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
  if (facts?.title === undefined || facts.url === undefined) {
    yield 'Next, write your own names and addresses under site and newsletters. Until you do, build, send and';
    yield 'start do not run, and list the values that are still those of the example. Then try';
  } else {
    yield 'Next, write the name, the sender and the postal address of your newsletter under newsletters. Until you';
    yield 'do, send and start do not run, and list the values that are still those of the example. Try';
  }
  yield '  npx broadsheet check';
  yield '  npx broadsheet build';
  yield '  npx broadsheet preview politics-essential';
}
