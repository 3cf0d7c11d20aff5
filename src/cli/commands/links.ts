import type { Command } from 'commander';
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
    .option('--json', 'print the result as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (_options, command: Command) => {
      await withContext(command, shell, async ({ config }) => {
        const { discoveryLinks } = await import('../../feeds/discovery-links.ts');
        const links = discoveryLinks([{ path: '', title: config.site.title }], config.feeds);
        if (command.opts().json) shell.terminal.out(JSON.stringify({ links }));
        else for (const link of links) shell.terminal.out(link);
      });
    });
}
