// `node scripts/write-client-support.ts [file]`: makes src/delivery/gate/client-support.ts from the data of
// https://www.caniemail.com (MIT licence), or from a file with the same content. The table is in Git: a
// check needs no network, and an edition has the same findings everywhere.
import { readFileSync, writeFileSync } from 'node:fs';
import { CLIENTS, type MailClient } from '../src/settings/mail-clients.ts';

const SOURCE = 'https://www.caniemail.com/api/data.json';

interface Feature {
  readonly slug: string;
  readonly title: string;
  readonly url: string;
  /** By family and platform: the result of each tested version, the oldest first. */
  readonly stats: Readonly<
    Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>
  >;
}

/** Features whose loss readers hardly notice, or that templates use beside what replaces them. */
const HARMLESS = [
  // Refinements: without them, the same text is as readable.
  /^css-(?:accent-color|animation|border-radius|box-shadow|color-scheme|cursor|font-|hyphen|outline|orphans|widows)/,
  /^css-(?:letter-spacing|text-(?:wrap|shadow|underline|decoration-|justify|indent)|tab-size|transition|user-select)/,
  /^css-(?:word-|overflow-wrap|white-space|sytem-ui|pseudo-class-(?:active|focus|hover|link|visited))/,
  // A rule in a media query adapts a digest to a screen. What does not know the query shows it as it is.
  /^css-at-media/,
  // Fallbacks are usual: fonts of the system, and the attributes width and height.
  /^(?:css-(?:at-font-face|height|max-height|min-height|min-width|box-sizing)|html-(?:height|width))$/,
  // Digests hide their first line by this and by display:none, lay out by tables anyway, and have their styles inline.
  /^(?:css-(?:overflow|table-layout|text-decoration)|html-style)$/,
  // For screen readers and browsers. No mail looks different without them.
  /^html-(?:aria-|role|lang|dir|target|semantics|abbr|acronym|meta-color-scheme|loading|doctype|body|hidden|wbr|bdi)/,
  // Other checks report these, or no key finds them.
  /^(?:html-anchor-links|image-|amp|bimi|css-(?:comments|important|inert|nesting|intrinsic))/,
];

/** Names that are not in the slug or the title. Each is a key of `featuresOf`. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  'css-column-layout-properties': ['columns', 'column-count', 'column-width'].map(property),
  'css-gap': ['gap', 'column-gap', 'row-gap'].map(property),
  'css-grid-template': [
    'grid-template',
    'grid-template-areas',
    'grid-template-columns',
    'grid-template-rows',
  ].map(property),
  'css-left-right-top-bottom': ['left', 'right', 'top', 'bottom'].map(property),
  'css-display-flex': ['property:display=flex', 'property:display=inline-flex'],
  'css-display-grid': ['property:display=grid', 'property:display=inline-grid'],
  'css-flex-direction': ['property:flex-direction=column'],
  'css-flex-wrap': ['property:flex-wrap=wrap'],
  'css-unit-calc': ['function:calc'],
  'css-variables': ['function:var'],
  'css-modern-color': ['function:lch', 'function:oklch', 'function:lab', 'function:oklab'],
  'css-unit-percent': ['unit:%'],
  'css-scroll-snap': [property('scroll-snap-type')],
  'html-image-maps': ['element:map'],
  'html-srcset': ['attribute:srcset'],
};

function property(name: string): string {
  return `property:${name}`;
}

function keysOf({ slug, title }: Feature): readonly string[] {
  if (KEYS[slug] !== undefined) return KEYS[slug];
  const [, kind = '', name = ''] = /^(css|html)-(.+)$/.exec(slug) ?? [];
  if (kind === 'html') {
    if (/<(\w+)>|<\w+ type/.test(title)) {
      const [, element, type] = /<(\w+)(?: type="(\w+)")?>/.exec(title) ?? [];
      return [type === undefined ? `element:${element}` : `element:${element}=${type}`];
    }
    return title.includes('attribute') ? [`attribute:${name}`] : [];
  }
  if (/^[a-z-]+\(\)$/.test(title)) return [`function:${title.slice(0, -2)}`];
  if (title.startsWith('@')) return title.includes('(') ? [] : [`at:${title.slice(1)}`];
  if (/^::?[a-z-]+(?:\(\))?$/.test(title)) return [`pseudo:${title.replaceAll(/^::?|\(\)/g, '')}`];
  if (name.startsWith('unit-')) return [`unit:${name.slice('unit-'.length)}`];
  if (name.startsWith('selector-')) return [];
  if (title.includes('&'))
    return title
      .split(/ & /)
      .filter((each) => /^[a-z-]+$/.test(each))
      .map(property);
  return [property(name)];
}

/** The clients of which a platform does not support the feature, by its last tested version. */
function without({ stats }: Feature): readonly string[] {
  return Object.entries<MailClient>(CLIENTS)
    .filter(([, { family, platforms }]) =>
      Object.entries(stats[family] ?? {}).some(
        ([platform, versions]) =>
          (platforms === undefined || platforms.includes(platform)) &&
          Object.values(versions).at(-1)?.startsWith('n'),
      ),
    )
    .map(([id]) => id);
}

const [file] = process.argv.slice(2);
const text = file === undefined ? await (await fetch(SOURCE)).text() : readFileSync(file, 'utf8');
const { last_update_date, data } = JSON.parse(text) as {
  readonly last_update_date: string;
  readonly data: readonly Feature[];
};
const lines = new Map<string, string>();
const found = data
  .filter(({ slug }) => !HARMLESS.some((pattern) => pattern.test(slug)))
  .flatMap((feature) =>
    keysOf(feature).map((key) => [key, feature.title, feature.slug, without(feature).join(' ')]),
  )
  .filter(([, , , clients]) => clients !== '')
  .toSorted(([one = ''], [other = '']) => (one < other ? -1 : 1));
for (const [key = '', ...fields] of found) lines.set(key, [key, ...fields].join('|'));
const lead = `// Made by scripts/write-client-support.ts from ${SOURCE} of ${last_update_date.slice(0, 10)}.
// Copyright Rémi Parmentier and contributors, MIT licence.
`;
const doc = `/** One line for each feature: what uses it (\`featuresOf\`), its name, its page, the clients that lack it. */
export const CLIENT_SUPPORT = \`
`;
writeFileSync(
  new URL('../src/delivery/gate/client-support.ts', import.meta.url),
  `${lead}\n${doc}${[...lines.values()].join('\n')}\n\`;\n`,
);
