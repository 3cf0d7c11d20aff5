import type { Command } from 'commander';
import { JSON_OPTION } from '../arguments.ts';
import { withContext } from '../context.ts';
import type { Shell } from '../shell.ts';

const EXAMPLES = `
Example:
  $ broadsheet links >> _includes/head.html
`;

/** `broadsheet links`: the HTML for the head of the site's pages, with which readers find the feeds. */
export function addLinks(program: Command, shell: Shell): void {
  program
    .command('links')
    .description("print the <link> tags for the <head> of your site's pages")
    .option(...JSON_OPTION)
    .addHelpText('after', EXAMPLES)
    .action((_options, command: Command) =>
      withContext(command, shell, async ({ config, print }) => {
        const { discoveryLinks } = await import('../../feeds/discovery-links.ts');
        const links = discoveryLinks([{ path: '', title: config.site.title }], config.feeds);
        print({ links }, () => links);
      }),
    );
}
