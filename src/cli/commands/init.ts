import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Command } from 'commander';
import { BroadsheetError, EXIT } from '../../base/errors.ts';
import { shortPath } from '../format.ts';
import type { Shell } from '../shell.ts';

/** Where Jekyll, Hugo, Eleventy and Astro keep posts. */
const POSTS_FOLDERS = [
  '_posts',
  'content/posts',
  'content/post',
  'content/blog',
  'src/content/blog',
  'src/posts',
  'posts',
];

const PACKAGE_CONFIG = join(import.meta.dirname, '../../../config');
const SCHEMA = 'broadsheet.schema.json';

const EXAMPLES = `
Example:
  $ broadsheet init && $EDITOR config/broadsheet.yaml && broadsheet check
`;

/** `broadsheet init`: makes a config file to start from. */
export function addInit(program: Command, { terminal }: Shell): void {
  program
    .command('init')
    .description('make a config file to start from')
    .addHelpText('after', EXAMPLES)
    .action((_options, command: Command) => {
      const file = command.optsWithGlobals<{ config: string }>().config;
      if (existsSync(file)) {
        throw new BroadsheetError(
          EXIT.usage,
          `${file}  is there already; edit it, or name another one with --config FILE`,
        );
      }
      const folder = POSTS_FOLDERS.find((name) => existsSync(name)) ?? 'posts';
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, configFor(dirname(file), folder), { flag: 'wx' });
      copyFileSync(join(PACKAGE_CONFIG, SCHEMA), join(dirname(file), SCHEMA));
      terminal.out(`Wrote ${shortPath(file)}; it looks for posts in ${folder}.`);
      terminal.out('Next: put your names and addresses under site and newsletters, then try');
      terminal.out('  broadsheet check');
      terminal.out('  broadsheet build');
      terminal.out('  broadsheet preview politics-essential');
    });
}

/** The annotated config, for posts in `postsFolder` (relative to the working folder). */
function configFor(configFolder: string, postsFolder: string): string {
  const path = relative(configFolder, postsFolder).replaceAll('\\', '/');
  return readFileSync(join(PACKAGE_CONFIG, 'broadsheet.yaml'), 'utf8')
    .replace('  folder: ../posts\n', `  folder: ${path}\n`)
    .replace('  siteRoot: ../posts\n', '  # siteRoot: ..\n');
}
