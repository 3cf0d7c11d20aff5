/** What a post's front matter may say. */
export type KnownField = keyof typeof KNOWN_FIELDS;

/** One thing that front matter says, in the words of each site generator. */
interface FieldFacts {
  /**
   * The names that are read, in this order: the first that is there and not empty counts. With each,
   * the generators or themes that use it; empty if most of them do.
   */
  readonly names: Readonly<Record<string, string>>;
  /** For `docs/front-matter.md`: one or two sentences. */
  readonly meaning: string;
  /** A line of YAML. */
  readonly example: string;
}

/**
 * Every field of front matter that is read. Code asks for a field by its key here, and
 * `docs/front-matter.md` is made from this table.
 */
export const KNOWN_FIELDS = {
  title: {
    names: { title: '' },
    meaning: 'The title. Without it, the heading that the text starts with; else the file’s name.',
    example: 'title: The council meets',
  },
  published: {
    names: {
      date: '',
      pubDate: 'Astro',
      pubDatetime: 'Astro themes',
      pubdate: 'Hugo',
      created: 'Obsidian',
    },
    meaning:
      'When the post was written. Without it, `publishDate`, the date in the file’s name or folders, or the date of its last change. A post without a date is left out.',
    example: 'date: 2026-03-20T07:30',
  },
  publishFrom: {
    names: { publishDate: 'Hugo', publishdate: 'Hugo' },
    meaning:
      'When the post appears, in place of `date`. Until then it is in no feed and no edition.',
    example: 'publishDate: 2026-04-01',
  },
  publishUntil: {
    names: { expiryDate: 'Hugo', expirydate: 'Hugo', unpublishdate: 'Hugo' },
    meaning: 'From then on the post is in no feed and no new edition.',
    example: 'expiryDate: 2026-12-31',
  },
  updated: {
    names: {
      updated: 'Zola',
      lastmod: 'Hugo',
      last_modified_at: 'Jekyll plugins',
      updatedDate: 'Astro',
      modDatetime: 'Astro themes',
      modified: 'Pelican',
    },
    meaning: 'When the post last changed in a way that readers should see.',
    example: 'updated: 2026-03-21',
  },
  notDraft: {
    names: { published: 'Jekyll' },
    meaning:
      '`false` keeps the post back, as a draft. A date counts as `date`, if there is no other.',
    example: 'published: false',
  },
  draft: {
    names: { draft: 'Hugo, Astro, Zola, Docusaurus' },
    meaning: '`true` keeps the post back. So does a folder called `_drafts`.',
    example: 'draft: true',
  },
  status: {
    names: { status: 'Pelican' },
    meaning: '`draft`, `hidden` and `skip` keep the post back in a site of Pelican.',
    example: 'status: published',
  },
  unlisted: {
    names: { unlisted: 'Docusaurus' },
    meaning: '`true`: the post has a page, and is in no feed and no edition.',
    example: 'unlisted: true',
  },
  headless: {
    names: { headless: 'Hugo' },
    meaning: '`true`: the post has no page, and is in no feed and no edition.',
    example: 'headless: true',
  },
  build: {
    names: { build: 'Hugo', _build: 'Hugo' },
    meaning: 'A map. With `list: never` or `render: never` the post is in no feed and no edition.',
    example: 'build: {list: never}',
  },
  rendered: {
    names: { render: 'Zola' },
    meaning: '`false`: the post has no page, and is in no feed and no edition.',
    example: 'render: false',
  },
  excluded: {
    names: { eleventyExcludeFromCollections: 'Eleventy' },
    meaning: '`true`: the post is in no feed and no edition.',
    example: 'eleventyExcludeFromCollections: true',
  },
  slug: {
    names: { slug: '' },
    meaning: 'The last part of the address. Without it, the file’s name without its date.',
    example: 'slug: council-meets',
  },
  address: {
    names: { permalink: 'Jekyll, Eleventy', url: 'Hugo' },
    meaning:
      'The path of the post’s page, in place of the site’s rule. It may have placeholders. `permalink: false` (Eleventy): the post has no page, and is in no feed and no edition.',
    example: 'permalink: /news/council/',
  },
  id: {
    names: { id: '' },
    meaning:
      'The id of the post in feeds, verbatim. Without it Broadsheet makes one, and keeps it when title, name and address change.',
    example: 'id: tag:paper.example,2026:council',
  },
  author: {
    names: { author: '' },
    meaning:
      'A name, a map with a `name` and perhaps a `url`, or a list of these. Feeds have the `url` if it is absolute.',
    example: 'author: Ada Quay',
  },
  authors: {
    names: { authors: 'Hugo, Docusaurus, Zola, Pelican' },
    meaning: 'The same, beside `author`.',
    example: 'authors: [Ada Quay, {name: Bo Pier, url: https://paper.example/bo}]',
  },
  category: {
    names: { category: '' },
    meaning: 'One category, or a list. A text is one name, with its spaces.',
    example: 'category: City hall',
  },
  categories: {
    names: { categories: '' },
    meaning: 'A list, or a text that is split at spaces. Each category has a feed of its own.',
    example: 'categories: [News, Ports]',
  },
  tag: {
    names: { tag: '' },
    meaning: 'One tag, or a list. A text is one name, with its spaces.',
    example: 'tag: night ferry',
  },
  tags: {
    names: { tags: '' },
    meaning: 'A list, or a text that is split at spaces.',
    example: 'tags: [ferries, budget]',
  },
  excerpt: {
    names: {
      excerpt: 'Jekyll, Eleventy',
      description: 'Hugo, Astro, Docusaurus, VitePress, Zola',
      summary: 'Hugo, Pelican',
    },
    meaning: 'A sentence or two for feeds and the digest. Without it, the start of the text.',
    example: 'excerpt: The ferries go on until midnight.',
  },
  excerptSeparator: {
    names: { excerpt_separator: 'Jekyll' },
    meaning: 'What ends the excerpt in the text, in place of `<!--more-->`.',
    example: 'excerpt_separator: "<!-- end -->"',
  },
  image: {
    names: {
      image: '',
      images: 'Hugo',
      cover: 'Hugo themes',
      heroImage: 'Astro',
      featured_image: 'Hugo themes',
      featuredImage: 'Hugo themes',
      thumbnail: 'Hugo themes',
      coverImage: 'themes',
      cover_image: 'themes',
      feature_image: 'Jekyll themes',
      featureImage: 'Hugo themes',
      header: 'Jekyll’s Minimal Mistakes',
      resources: 'Hugo',
    },
    meaning:
      'The picture: a URL, a path, a map with `path`, `url`, `src`, `image`, `teaser` or `relative`, or a list of these, of which one called cover or featured counts, else the first. A path is beside the post, if that is an `index.md` with such a file or the map has `relative: true`; else from the root of the site.',
    example: 'image: /assets/images/ferry.jpg',
  },
  imageAlt: {
    names: {
      image_alt: '',
      imageAlt: '',
      heroImageAlt: 'Astro themes',
      coverAlt: 'Hugo themes',
      cover_alt: '',
      alt: '',
    },
    meaning: 'What the picture shows, for those who do not see it.',
    example: 'image_alt: A ferry at night',
  },
  language: {
    names: { lang: 'Jekyll, Pelican', language: 'Hugo themes', locale: 'Eleventy' },
    meaning: 'The language of the post, where it is not the site’s: a tag of BCP 47.',
    example: 'lang: pt-BR',
  },
  featured: {
    names: { featured: '' },
    meaning: '`true` makes the post the lead of its digest. Of several, the newest leads.',
    example: 'featured: true',
  },
} as const satisfies Readonly<Record<string, FieldFacts>>;

/** The names of each known field, in the order in which they are read. */
export const FIELD_NAMES = Object.fromEntries(
  Object.entries(KNOWN_FIELDS).map(([known, { names }]) => [known, Object.keys(names)]),
) as Readonly<Record<string, readonly string[]>> as Readonly<Record<KnownField, readonly string[]>>;

const OPENING = `# Front matter

What Broadsheet reads at the top of a post. Made by \`npm run reference\` from the list that the code
reads. Front matter is YAML between \`---\`, TOML between \`+++\`, or JSON. Other fields do no harm: Liquid
in a post sees them as \`page.NAME\`.

Where a field has several names, the first that is there and not empty counts. In a site of Hugo, or of
no known generator, \`Date\` is \`date\`; in others a name is read as it is written here. So are Hugo's
\`[params]\` and Zola's \`[extra]\` and \`[taxonomies]\`: what is in them counts like a field.

`;

/** `docs/front-matter.md`: every field that is read, with an example and who calls it what. */
export function frontMatterPage(): string {
  const rows = Object.values<FieldFacts>(KNOWN_FIELDS).map(({ names, meaning, example }) => {
    const called = Object.entries(names).map(([name, users]) =>
      users === '' ? `\`${name}\`` : `\`${name}\` (${users})`,
    );
    return `| ${called.join(', ')} | ${meaning} | \`${example}\` |`;
  });
  const table = ['| field | meaning | example |', '| --- | --- | --- |', ...rows];
  return `${OPENING}${table.join('\n')}\n`;
}
