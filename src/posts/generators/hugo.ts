import { endings, type SiteGenerator } from './generator.ts';
import { datedName } from './post-path.ts';
import { textsOr } from './read-settings.ts';

const HUGO_FILES = endings('hugo', 'toml', 'yaml', 'yml', 'json');
const OLDER_FILES = endings('config', 'toml', 'yaml', 'yml', 'json');
const BESIDES = ['content', 'archetypes', 'layouts', 'themes', 'static', 'go.mod'];

/** https://gohugo.io/documentation/. */
export const HUGO: SiteGenerator = {
  name: 'Hugo',
  makes: (has) =>
    [...HUGO_FILES, 'config/_default'].some(has) || (OLDER_FILES.some(has) && BESIDES.some(has)),
  settings: [...HUGO_FILES, ...OLDER_FILES].flatMap((file) => [file, `config/_default/${file}`]),
  publishes: (settings) => [
    ...textsOr(settings, 'static', 'staticDir', 'staticdir'),
    ...textsOr(settings, 'content', 'contentDir', 'contentdir'),
    ...textsOr(settings, 'assets', 'assetDir', 'assetdir'),
    ...textsOr(settings, 'public', 'publishDir', 'publishdir'),
  ],
  // A post with a folder of its own: title/index.md, and its translation title/index.fr.md.
  readPath({ folders, base }) {
    const isIndex = /^index(?:\.[a-z]{2,3}(?:-[a-z]+)?)?$/i.test(base);
    return isIndex ? datedName(folders.at(-1) ?? base) : {};
  },
};
