import anyAscii from 'any-ascii';
import { slug as githubSlug } from 'github-slugger';
import {
  type AddressParts,
  type AddressStyle,
  DATE_PLACEHOLDERS,
  english,
  padded,
} from '../addresses/permalink.ts';
import { datedName } from './post-path.ts';

/** Without its extension, and without the language at the end of its name: `title.fr.md`. */
function stem(file: string): string {
  return file.replace(/\.[^./]+$/, '').replace(/(?<=[^/])\.[a-z]{2,3}(?:-[A-Za-z]{2,4})?$/, '');
}

/** The folders of a file and its name; a bundle (`title/index.md`) has the name of its folder. */
function folderAndName(file: string): {
  readonly folders: readonly string[];
  readonly name: string;
} {
  const parts = stem(file).split('/');
  const last = parts.pop() ?? '';
  if (last !== 'index' || parts.length === 0) return { folders: parts, name: last };
  const name = parts.pop() ?? '';
  return { folders: parts, name };
}

/** Hugo's path of a file: other characters than these are dropped, white space becomes hyphens. */
export function hugoPath(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{Nd}\s./\\_#+~@-]/gu, '')
    .replace(/\s/g, '-')
    .toLowerCase();
}

/** Hugo's form of a slug or title in an address. */
export function hugoSlug(text: string): string {
  const spaced = text.replace(/[+/]/g, ' ');
  const kept = spaced.normalize('NFC').replace(/[^\p{L}\p{M}\p{Nd}\s.\\_#~@-]/gu, '');
  return kept
    .trim()
    .replace(/-*\s[\s-]*/g, '-')
    .toLowerCase();
}

/** https://gohugo.io/configuration/permalinks/, and Hugo 0.168 for what the page does not say. */
export const HUGO_STYLE: AddressStyle = {
  placeholders: {
    ...DATE_PLACEHOLDERS,
    monthname: english('long', 'month'),
    weekday: (_parts, { dayOfWeek }) => String(dayOfWeek % 7),
    weekdayname: english('long', 'weekday'),
    yearday: (_parts, { dayOfYear }) => String(dayOfYear),
    sections: ({ file }) => hugoPath(folderAndName(file).folders.join('/')),
    section: ({ file }) => hugoPath(folderAndName(file).folders[0] ?? ''),
    title: ({ title }) => hugoSlug(title),
    slug: ({ slug, title }) => hugoSlug(slug ?? title),
    filename: ({ file }) => hugoPath(folderAndName(file).name),
    contentbasename: ({ file }) => hugoPath(folderAndName(file).name),
    slugorfilename: hugoSlugOrName,
    slugorcontentbasename: hugoSlugOrName,
  },
};

function hugoSlugOrName({ slug, file }: AddressParts): string {
  return slug === undefined ? hugoPath(folderAndName(file).name) : hugoSlug(slug);
}

/** https://www.11ty.dev/docs/permalinks/ and https://www.11ty.dev/docs/data-eleventy-supplied/. */
export const ELEVENTY_STYLE: AddressStyle = {
  placeholders: {
    ...DATE_PLACEHOLDERS,
    path: ({ file }) => {
      const parts = file.replace(/\.[^./]+$/, '').split('/');
      const last = datedName(parts.pop() ?? '').name ?? '';
      return (last === 'index' || last === parts.at(-1) ? parts : [...parts, last]).join('/');
    },
    slug: ({ slug, name }) => githubSlug(slug ?? name),
    title: ({ title }) => githubSlug(title),
  },
};

/** https://docs.astro.build/en/reference/content-loader-reference/: `generateId` of `glob()`. */
export const ASTRO_STYLE: AddressStyle = {
  placeholders: {
    ...DATE_PLACEHOLDERS,
    path: ({ slug, file }) =>
      slug ??
      file
        .replace(/\.[^./]+$/, '')
        .split('/')
        .map((part) => githubSlug(part))
        .join('/')
        .replace(/(?:^|\/)index$/, ''),
    slug: ({ slug, name }) => githubSlug(slug ?? name),
    title: ({ title }) => githubSlug(title),
  },
};

const DOCUSAURUS_FILE = /^(.*)(\d{4}[-/]\d{1,2}[-/]\d{1,2})[-/]?(.*?)(?:\/index)?$/;

/** https://docusaurus.io/docs/api/plugins/@docusaurus/plugin-content-blog. */
export const DOCUSAURUS_STYLE: AddressStyle = {
  placeholders: {
    ...DATE_PLACEHOLDERS,
    path: ({ slug, file }) => {
      if (slug !== undefined) return slug;
      const bare = file.replace(/\.[^./]+$/, '');
      const [, folder = '', day = '', text = ''] = DOCUSAURUS_FILE.exec(bare) ?? [];
      return day === ''
        ? bare.replace(/\/index$/, '')
        : `${folder}${day.replaceAll('-', '/')}/${text}`;
    },
  },
};

/** https://vitepress.dev/guide/routing. */
export const VITEPRESS_STYLE: AddressStyle = {
  placeholders: {
    ...DATE_PLACEHOLDERS,
    path: ({ file }) => file.replace(/\.[^./]+$/, '').replace(/(^|\/)index$/, '$1'),
  },
};

/** https://www.getzola.org/documentation/content/page/. */
export const ZOLA_STYLE: AddressStyle = {
  placeholders: {
    ...DATE_PLACEHOLDERS,
    path: ({ slug, file }) => {
      const { folders, name } = folderAndName(file);
      return [...folders, zolaSlug(slug ?? datedName(name).name ?? name)].join('/');
    },
    slug: ({ slug, file }) => {
      const { name } = folderAndName(file);
      return zolaSlug(slug ?? datedName(name).name ?? name);
    },
    title: ({ title }) => zolaSlug(title),
  },
};

function zolaSlug(text: string): string {
  return anyAscii(text)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** https://docs.getpelican.com/en/latest/settings.html#url-settings; `{slug}` is `:slug` here. */
export const PELICAN_STYLE: AddressStyle = {
  placeholders: {
    ...DATE_PLACEHOLDERS,
    short_year: (_parts, { year }) => padded(year % 100, 2),
    short_month: english('short', 'month'),
    long_month: english('long', 'month'),
    y_day: (_parts, { dayOfYear }) => padded(dayOfYear, 3),
    slug: ({ slug, title, language }) =>
      pelicanSlug(slug ?? title) + (language === undefined ? '' : `-${language}`),
    category: ({ categories }) => pelicanSlug(categories[0] ?? 'misc'),
    author: ({ authors }) => pelicanSlug(authors[0] ?? ''),
    lang: ({ language }) => language ?? '',
    path: ({ file }) => file.replace(/\.[^./]+$/, ''),
    title: ({ title }) => pelicanSlug(title),
  },
};

function pelicanSlug(text: string): string {
  return anyAscii(text)
    .replace(/[^\w\s-]/g, '')
    .trim()
    .replace(/[-\s]+/g, '-')
    .toLowerCase();
}
