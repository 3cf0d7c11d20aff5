import { reasonOf } from '../../kernel/errors.ts';
import type { PostSource } from '../parse-post.ts';
import type { Post } from '../post.ts';
import type { RenderContext } from '../render-context.ts';
import { knownFilters, knownTags, liquidFor } from './liquid-engine.ts';
import { fenceForHighlight, nameOfMark, type Replacement, replaceMarks } from './replace-marks.ts';
import { findMarks, type TemplateMark } from './template-marks.ts';

/** Above this number, files are including each other without end. */
const MOST_INCLUDES = 200;

/**
 * Renders the body by Liquid with `site`, `page`, `link`, `post_url` and `include`. Returns the
 * text, or the reason why it fails with the line of the body. Unknown tags and filters, links to
 * missing posts and missing includes are left out, and reported to `warn`.
 */
export function renderLiquid(
  post: Post,
  source: PostSource,
  context: RenderContext,
  warn: (line: number, message: string) => void,
): { readonly text: string } | { readonly line: number; readonly reason: string } {
  const prepared = prepare(source.body, context, warn);
  let includes = 0;
  const liquid = liquidFor(post, context, (name) => {
    includes++;
    const text = includes > MOST_INCLUDES ? undefined : context.include(name);
    if (text === undefined) {
      warn(
        1,
        `{% include ${name} %} finds no such file, or never ends; it is left out of the text`,
      );
      return '';
    }
    return prepare(text, context, (_line, fact) => warn(1, `${fact} (in ${name})`));
  });
  try {
    const text: unknown = liquid.parseAndRenderSync(prepared, scopeOf(post, source, context));
    return { text: String(text) };
  } catch (error) {
    return { line: lineOf(error), reason: reasonOf(error).split(/, (?:line|file):|\n/)[0] ?? '' };
  }
}

function prepare(
  text: string,
  context: RenderContext,
  warn: (line: number, message: string) => void,
): string {
  return replaceMarks(
    text,
    findMarks(text, []),
    (mark) => fenceForHighlight(mark, text) ?? preparedMark(mark, context),
    warn,
  );
}

/** The replacement of a mark before Liquid reads it. Undefined if Liquid itself knows the mark. */
function preparedMark(mark: TemplateMark, context: RenderContext): Replacement | undefined {
  const left = (fact: string): Replacement => ({
    text: '',
    warning: `${nameOfMark(mark)} ${fact}; it is left out of the text`,
  });
  switch (mark.kind) {
    case 'comment':
      return { text: '' };
    case 'shortcode':
      return left('is a shortcode of Hugo, which Broadsheet does not know');
    case 'output': {
      const filter = unknownFilter(mark.args);
      return filter === undefined
        ? undefined
        : left(`has the filter ${filter}, which is not known`);
    }
    case 'tag':
      return preparedTag(mark, context, left);
  }
}

function preparedTag(
  mark: TemplateMark,
  context: RenderContext,
  left: (fact: string) => Replacement,
): Replacement | undefined {
  const { name, args } = mark;
  if (name === 'link' || name === 'post_url') {
    const target = args.replace(/^["']|["']$/g, '');
    const path = context.urlOf(target) ?? (name === 'link' ? pathOfOtherFile(target) : undefined);
    return path === undefined ? left(`finds no post ${target.slice(0, 80)}`) : { text: path };
  }
  if (name === 'include') {
    const file = /^["']?([^\s"',{]+)/.exec(args)?.[1];
    if (file !== undefined && context.include(file) === undefined) {
      return left(`finds no file ${file} in the folder of includes`);
    }
  }
  if (name.startsWith('end') && !knownTags.has(name)) return { text: '' };
  if (!knownTags.has(name)) return left('is no tag that Broadsheet knows');
  if (name !== 'assign' && name !== 'echo') return undefined;
  const filter = unknownFilter(args);
  return filter === undefined ? undefined : left(`has the filter ${filter}, which is not known`);
}

/**
 * `{% link %}` accepts any file of the site. The path of a file that is not a page stays the same.
 */
function pathOfOtherFile(target: string): string | undefined {
  return /\.(?!(?:md|markdown|html?)$)\w{1,5}$/i.test(target)
    ? `/${target.replace(/^\//, '')}`
    : undefined;
}

function unknownFilter(expression: string): string | undefined {
  const unquoted = expression.replace(/"[^"]*"|'[^']*'/g, '');
  for (const [, name = ''] of unquoted.matchAll(/\|\s*([\w-]+)/g)) {
    if (!knownFilters.has(name)) return name;
  }
  return undefined;
}

/** The line in the body from Liquid's error message. */
function lineOf(error: unknown): number {
  return Number(/, line:(\d+)/.exec(reasonOf(error))?.[1] ?? 1);
}

function scopeOf(post: Post, source: PostSource, { site }: RenderContext) {
  const { origin, pathname } = new URL(site.url);
  return {
    site: {
      title: site.title,
      description: site.description,
      url: origin,
      baseurl: pathname.replace(/\/$/, ''),
      lang: site.language,
      language: site.language,
      author: { ...site.author },
    },
    page: {
      ...source.frontMatter,
      title: post.title,
      slug: post.slug,
      date: post.date.toString(),
      url: post.path,
      id: post.path.replace(/\.html$/, ''),
      path: post.file,
      categories: [...post.categories],
      tags: [...post.tags],
      author: post.authors[0] ?? site.author.name,
    },
  };
}
