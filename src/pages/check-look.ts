import { logoFlaw, readLogo } from '../feeds/logo.ts';
import { flawInMail } from '../feeds/mail-picture.ts';
import type { Config } from '../settings/config.ts';
import { hasPostPages } from './layout-scope.ts';

/**
 * Warnings about what readers will not see: posts without a page, logos that cannot be shown, or not in
 * mails.
 */
export function lookWarnings(config: Config) {
  return [...postPageWarnings(config), ...logoWarnings(config)].map((message) => ({
    file: config.file,
    line: 1,
    message,
  }));
}

/** Nobody makes the pages of the posts: no site generator, and their addresses are elsewhere. */
function postPageWarnings(config: Config): string[] {
  const { posts, site, publicUrl } = config;
  if (posts.generator !== 'none' || hasPostPages(config)) return [];
  const fact = `posts.generator is none, and the pages of the posts would be at ${site.url}, outside of ${publicUrl}`;
  return [
    `${fact}: nobody makes them, and links to posts are dead; make publicUrl and site.url the same, or name the generator that makes the pages`,
  ];
}

function logoWarnings({ site, newsletters, publicUrl }: Config): string[] {
  const settings = [
    { option: 'site.logo', logo: site.logo },
    ...newsletters.map(({ id, logo }) => ({ option: `newsletters: ${id}: logo`, logo })),
  ];
  return settings.flatMap(({ option, logo }) => {
    if (logo === undefined) return [];
    const flaw = logoFlaw(logo);
    if (flaw !== undefined) return [`${option}: ${flaw}`];
    const found = readLogo(logo, '', publicUrl);
    const inMail = found && newsletters.length > 0 && flawInMail(found, publicUrl);
    return inMail ? [`${option} ${inMail}, so mails have the name in its place`] : [];
  });
}
