import { reasonOf } from '../../kernel/errors.ts';
import type { Problem } from '../../kernel/problem.ts';
import { type PostWays, waysOf } from '../generators/site-generators.ts';
import { codeRanges } from '../markdown/code-ranges.ts';
import type { PostSource } from '../parse-post.ts';
import type { Post } from '../post.ts';
import type { RenderContext } from '../post-context.ts';
import { LIQUID_FILTERS, LIQUID_TAGS, liquidFor } from './liquid-engine.ts';
import {
  findMarks,
  type Replacement,
  replaceMarks,
  type TemplateMark,
  type Warn,
} from './template-marks.ts';

/** Above this number, files are including each other without end. */
const MOST_INCLUDES = 200;

const LEFT_OUT = 'it is left out of the text';
const SHORTCODE = 'is a shortcode of Hugo, which Broadsheet does not know';
const OFF = 'is left out of the text, for posts.liquid is off; set it to render, or take it out';

/**
 * Renders the template marks in a post's body (`posts.liquid: render`) or removes them. Readers
 * never see a tag, output or shortcode, except if the author quotes it (with `{% raw %}`, or in
 * code if Liquid is off). Removed marks are reported.
 */
export function renderTemplates(
  post: Post,
  source: PostSource,
  context: RenderContext,
): { readonly text: string; readonly warnings: readonly Problem[] } {
  const { body, bodyLine } = source;
  if (!/\{[%{]/.test(body)) return { text: body, warnings: [] };
  const ways = waysOf(context.settings.generator);
  const warnings: Problem[] = [];
  const warn: Warn = (line, message) =>
    warnings.push({ file: post.file, line: bodyLine + line - 1, message });
  if (context.settings.liquid === 'off') return { text: withoutMarks(body, ways, warn), warnings };
  try {
    return { text: renderLiquid(post, source, context, warn), warnings };
  } catch (error) {
    const line = Number(/, line:(\d+)/.exec(reasonOf(error))?.[1] ?? 1);
    const reason = reasonOf(error).split(/, (?:line|file):|\n/)[0] ?? '';
    warn(line, `Liquid stops here (${reason}); correct it, all tags are left out`);
    return { text: withoutMarks(body, ways, () => {}), warnings };
  }
}

function withoutMarks(body: string, ways: PostWays, warn: Warn): string {
  const replacementOf = (mark: TemplateMark) => {
    const fence = codeFence(mark, body, ways);
    const isSilent = mark.kind === 'comment' || /^(?:end|raw$)/.test(mark.name);
    if (fence !== undefined || isSilent) return fence ?? { text: '' };
    const reason = mark.kind === 'shortcode' ? `${SHORTCODE}; ${LEFT_OUT}` : OFF;
    return { text: '', warning: `${nameOfMark(mark)} ${reason}` };
  };
  return replaceMarks(body, findMarks(body, codeRanges(body)), replacementOf, warn);
}

/**
 * Renders the body by Liquid with `site`, `page`, `link`, `post_url` and `include`. Unknown tags and
 * filters, links to missing posts and missing includes are left out, and reported to `warn`. Throws
 * Liquid's error, whose message has the line of the body.
 */
function renderLiquid(post: Post, source: PostSource, context: RenderContext, warn: Warn): string {
  let includes = 0;
  const liquid = liquidFor(post.date, context.site, waysOf(context.settings.generator), (name) => {
    includes++;
    const text = includes > MOST_INCLUDES ? undefined : context.include(name);
    if (text !== undefined) {
      return forLiquid(text, context, (_line, fact) => warn(1, `${fact} (in ${name})`));
    }
    warn(1, `{% include ${name} %} finds no such file, or never ends; ${LEFT_OUT}`);
    return '';
  });
  const prepared = forLiquid(source.body, context, warn);
  return String(liquid.parseAndRenderSync(prepared, scopeOf(post, source, context)));
}

/** `text` with only marks that Liquid knows. */
function forLiquid(text: string, context: RenderContext, warn: Warn): string {
  const ways = waysOf(context.settings.generator);
  const replacementOf = (mark: TemplateMark): Replacement | undefined => {
    const fence = codeFence(mark, text, ways);
    if (fence !== undefined) return fence;
    const own = mark.kind === 'tag' ? ways.tags.get(mark.name)?.(mark.args, context) : undefined;
    if (own !== undefined && 'text' in own) return own;
    const isStrayEnd =
      mark.kind === 'tag' && mark.name.startsWith('end') && !LIQUID_TAGS.has(mark.name);
    if (mark.kind === 'comment' || isStrayEnd) return { text: '' };
    const reason = own?.reason ?? unknownIn(mark, ways);
    if (reason === undefined) return undefined;
    return { text: '', warning: `${nameOfMark(mark)} ${reason}; ${LEFT_OUT}` };
  };
  return replaceMarks(text, findMarks(text, []), replacementOf, warn);
}

/** What Liquid does not know in a mark, as a phrase. Undefined if it knows everything. */
function unknownIn({ kind, name, args }: TemplateMark, ways: PostWays): string | undefined {
  if (kind === 'shortcode') return SHORTCODE;
  if (kind === 'tag' && !LIQUID_TAGS.has(name)) return 'is no tag that Broadsheet knows';
  if (kind === 'tag' && name !== 'assign' && name !== 'echo') return undefined;
  const unquoted = args.replace(/"[^"]*"|'[^']*'/g, '');
  const filters = [...unquoted.matchAll(/\|\s*([\w-]+)/g)].map(([, filter = '']) => filter);
  const unknown = filters.find(
    (filter) => !LIQUID_FILTERS.has(filter) && !ways.filters.has(filter),
  );
  return unknown === undefined ? undefined : `has the filter ${unknown}, which is not known`;
}

/** Turns `{% highlight ruby %}` of `text`, and its end, into a code fence on its own line. */
function codeFence(
  mark: TemplateMark,
  text: string,
  { codeTags }: PostWays,
): Replacement | undefined {
  const isStart = codeTags.has(mark.name);
  if (!isStart && !codeTags.has(mark.name.replace(/^end/, ''))) return undefined;
  const language = isStart ? (/^[\w+#-]*/.exec(mark.args)?.[0] ?? '') : '';
  const before = mark.start === 0 || text[mark.start - 1] === '\n' ? '' : '\n';
  const after = text[mark.end] === '\n' ? '' : '\n';
  return { text: `${before}~~~~${language}${after}` };
}

/** How a message shows a mark: its name, or its first words. */
function nameOfMark({ kind, name, args }: TemplateMark): string {
  const words = (name || args).replace(/\s+/g, ' ');
  const short = words.length > 30 ? `${words.slice(0, 30)}...` : words;
  if (kind === 'output') return `{{ ${short} }}`;
  return kind === 'shortcode' ? `{{< ${short} >}}` : `{% ${short} %}`;
}

function scopeOf(post: Post, { frontMatter }: PostSource, { site }: RenderContext) {
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
      ...frontMatter,
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
