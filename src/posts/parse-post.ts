import type { Post } from '../model/post.ts';
import type { Problem } from '../model/problem.ts';
import type { PostSettings, SiteSettings } from '../model/settings.ts';

/** What rendering a post needs of its file beyond the `Post`. */
export interface PostSource {
  /** Everything after the front matter, line ends as LF. */
  readonly body: string;
  /** Line of the file on which the body starts; 1 is the first. */
  readonly bodyLine: number;
  readonly frontMatter: Readonly<Record<string, unknown>>;
}

export interface PostFile {
  /** The decoded text, with whatever line ends it has. */
  readonly text: string;
  /** Path relative to the posts folder, with `/`. */
  readonly file: string;
  /** SHA-256 of the file, hex. */
  readonly contentHash: string;
}

export interface PostContext {
  readonly site: SiteSettings;
  readonly settings: PostSettings;
}

export interface ParsedPost {
  readonly post: Post;
  readonly source: PostSource;
  readonly warnings: readonly Problem[];
}

/**
 * The post of a file, or the problem for which it is left out. Drafts and posts of the future are
 * posts like others here: `readPosts` decides. Never throws, whatever the text.
 */
export function parsePost(
  input: PostFile,
  context: PostContext,
): ParsedPost | { readonly problem: Problem } {
  const lines = input.text.split('\n');
  const end = lines.indexOf('---', 1);
  const title = /^title: *"?(.*?)"?$/m.exec(input.text)?.[1] ?? input.file;
  const date = /^date: *(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d))?/m.exec(input.text);
  if (date === null) return { problem: { file: input.file, message: 'has no date' } };
  const slug = (input.file.split('/').at(-1) ?? '').replace(/\.\w+$/, '');
  const path = `/${encodeURIComponent(slug)}.html`;
  const post: Post = {
    file: input.file,
    title,
    slug,
    date: Temporal.PlainDateTime.from(`${date[1]}T${date[2] ?? '00:00:00'}`)
      .toZonedDateTime(context.site.timeZone)
      .toInstant(),
    datePrecision: 'second',
    path,
    url: new URL(path, context.site.url).href,
    authors: [],
    categories: [],
    tags: [],
    draft: false,
    featured: false,
    words: 0,
    sketch: new Uint32Array(),
    contentHash: input.contentHash,
  };
  const source = {
    body: lines.slice(end + 1).join('\n'),
    bodyLine: end + 2,
    frontMatter: {},
  };
  return { post, source, warnings: [] };
}
