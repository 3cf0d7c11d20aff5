import { slugify } from '../../kernel/slugify.ts';
import { programs, type SiteGenerator } from './generator.ts';
import { relativeUrl } from './jekyll.ts';
import { datedName } from './post-path.ts';
import { textsAt, textsOr } from './read-settings.ts';

const SETTINGS_FILES = ['.eleventy.js', ...programs('eleventy.config')];

const DATED_FOLDERS = /(?:^|\/)(\d{4})\/(\d{1,2})\/(\d{1,2})\//;

/** https://www.11ty.dev/docs/. Its templates are Liquid, or Nunjucks, which looks much like it. */
export const ELEVENTY: SiteGenerator = {
  name: 'Eleventy',
  makes: (has) => SETTINGS_FILES.some(has),
  settings: SETTINGS_FILES,
  publishes: (settings) => [
    ...textsOr(settings, '_site', 'output'),
    ...textsAt(settings, 'addPassthroughCopy'),
  ],
  // 2018/07/27/title.md, but a date in the file's name counts first.
  readPath({ file, base }) {
    const [, year = '', month = '', day = ''] = DATED_FOLDERS.exec(file) ?? [];
    return year === '' || datedName(base).day !== undefined ? {} : { day: [year, month, day] };
  },
  // `permalink: false`, and one that a template computes.
  noAddress: /^(?:false|true)$|\{[{%]/,
  filters: {
    url: relativeUrl,
    slug: (text) => slugify(text).toLowerCase(),
    // A feed's text is always safe: it is sanitised.
    safe: (text) => text,
  },
};
