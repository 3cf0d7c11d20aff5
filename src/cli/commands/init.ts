import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { BroadsheetError, EXIT } from '../../kernel/errors.ts';
import { standardPlace } from '../../settings/state-place.ts';
import { shortPath } from '../format.ts';
import type { SiteLayout } from '../init/site-layout.ts';
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
      const { configFor } = await import('../init/first-config.ts');
      const { siteLayout } = await import('../init/site-layout.ts');
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
