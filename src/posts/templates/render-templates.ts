import { reasonOf } from '../../kernel/errors.ts';
import type { Problem } from '../../kernel/problem.ts';
import { fieldNamed, isNo } from '../front-matter/fields.ts';
import { type PostWays, waysOf } from '../generators/site-generators.ts';
import { findPage, sitePath } from '../links.ts';
import { codeRanges, inRanges } from '../markdown/code-ranges.ts';
import type { PostSource } from '../parse-post.ts';
import type { Post } from '../post.ts';
import type { RenderContext } from '../post-context.ts';
import { LIQUID_FILTERS, LIQUID_TAGS, liquidFor } from './liquid-engine.ts';
import { showShortcode } from './shortcodes.ts';
import {
  type CommentKind,
  findMarks,
  type Replacement,
  replaceMarks,
  type TemplateMark,
  type Warn,
} from './template-marks.ts';

/** Above this number, files are including each other without end. */
const MOST_INCLUDES = 200;

const LEFT_OUT = 'it is left out of the text';
const SHORTCODE = 'is a shortcode, which Broadsheet does not know';
const OFF = 'is left out of the text, for posts.liquid is off; set it to render, or take it out';
const BLOCK = 'is left out of the text with all until its end, for posts.liquid is off';

/** What needs a look for marks at all. */
const ANY_MARK = /\{[%{#/ ]|\{::|%%|<!--/;

/**
 * Renders the template marks in a post's body (`posts.liquid: render`), removes them, or leaves them as
 * text where the site's generator prints them. Comments of any kind are removed with their inside. Code
 * keeps what looks like a mark. What shows nothing is reported, once a kind.
 */
export function renderTemplates(
  post: Post,
  source: PostSource,
  context: RenderContext,
): { readonly text: string; readonly warnings: readonly Problem[] } {
  const { body, bodyLine } = source;
  if (!ANY_MARK.test(body)) return { text: body, warnings: [] };
  const ways = waysOf(context.settings.generator);
  const warned = new Map<
    string,
    { readonly message: string; readonly line: number; count: number }
  >();
  const warn: Warn = (line, message) => {
    // All output is of one kind.
    const kind = message.replace(/^\{\{ .*?\}\}/s, '{{ }}');
    const known = warned.get(kind);
    if (known === undefined) warned.set(kind, { message, line: bodyLine + line - 1, count: 1 });
    else known.count++;
  };
  const text = withoutComments(renderBody(), post, ways);
  const warnings = [...warned.values()].map(({ message, line, count }) => ({
    file: post.file,
    line,
    message: count === 1 ? message : `${message} (${count} times)`,
  }));
  return { text, warnings };

  function renderBody(): string {
    // Jekyll's own switch.
    if (isNo(fieldNamed(source.frontMatter, 'render_with_liquid'))) return body;
    // The braces of MDX are programs, which its Markdown knows.
    if (/\.mdx$/i.test(post.file) && context.settings.liquid === 'off') return body;
    if (context.settings.liquid === 'off') return withoutMarks(post, body, context, warn);
    try {
      return renderLiquid(post, source, context, warn);
    } catch (error) {
      const line = Number(/, line:(\d+)/.exec(reasonOf(error))?.[1] ?? 1);
      const reason = reasonOf(error).split(/, (?:line|file):|\n/)[0] ?? '';
      warn(line, `Liquid stops here (${reason}); correct it, all tags are left out`);
      const asTemplates = { ...ways, isUnknown: false, markdown: ALL_TEMPLATES };
      return withoutMarks(post, body, context, () => {}, asTemplates);
    }
  }
}

const ALL_TEMPLATES: PostWays['markdown'] = {
  features: [],
  comments: [],
  templates: ['output', 'tag', 'shortcode'],
};

/** `text` without the comments of its Markdown. The mark that ends an excerpt stays, as HTML. */
function withoutComments(text: string, { file }: Post, ways: PostWays): string {
  const kinds: readonly CommentKind[] = /\.mdx$/i.test(file)
    ? ['html', ...ways.markdown.comments, 'mdx']
    : ['html', ...ways.markdown.comments];
  if (!ANY_MARK.test(text)) return text;
  const marks = findMarks(text, codeRanges(text), kinds, 'comments');
  return replaceMarks(
    text,
    marks,
    ({ args }) => ({ text: /^\s*(?:more|truncate)\s*$/i.test(args) ? '<!-- more -->' : '' }),
    () => {},
  );
}

/** Tags of Liquid whose inside is shown only under a condition, or several times. */
const CONDITIONS = new Set(['if', 'unless', 'for', 'case', 'capture', 'tablerow']);

function withoutMarks(
  post: Post,
  body: string,
  context: RenderContext,
  warn: Warn,
  ways = waysOf(context.settings.generator),
): string {
  const { templates, comments } = ways.markdown;
  const marks = withBlocks(findMarks(body, codeRanges(body), comments), ways);
  const replacementOf = (mark: TemplateMark): Replacement | undefined => {
    const { kind, name, args } = mark;
    // Comments of the Markdown come later.
    if (kind === 'comment')
      return /^\{[%{]/.test(body.slice(mark.start, mark.start + 2)) ? { text: '' } : undefined;
    if (kind === 'quoted') return templates.includes('shortcode') ? { text: args } : undefined;
    const shown = showMark(mark, post, context, ways);
    if (shown !== undefined) {
      if ('text' in shown) return { text: shown.text };
      if (kind !== 'shortcode' && isText(mark, body, ways)) return undefined;
      return { text: '', warning: `${nameOfMark(mark)} ${shown.reason}; ${LEFT_OUT}` };
    }
    if (!templates.includes(kind)) return undefined;
    const fence = codeFence(mark, body, ways);
    if (fence !== undefined) return fence;
    if (kind === 'tag' && /^(?:end|raw$)/.test(name) && !isText(mark, body, ways)) {
      return { text: '' };
    }
    if (kind === 'shortcode') {
      if (name === 'comment') return { text: '' };
      const warning = name.startsWith('/')
        ? undefined
        : `${nameOfMark(mark)} ${SHORTCODE}; ${LEFT_OUT}`;
      return { text: '', warning };
    }
    if (mark.content !== undefined) return { text: '', warning: `${nameOfMark(mark)} ${BLOCK}` };
    if (isText(mark, body, ways)) return undefined;
    return { text: '', warning: `${nameOfMark(mark)} ${OFF}` };
  };
  const text = replaceMarks(body, marks, replacementOf, warn);
  // Hugo reads shortcodes in code too, so authors quote them there.
  return context.settings.generator === 'hugo'
    ? text.replace(/\{\{([<%])\/\*(.{0,2000}?)\*\/([>%])\}\}/gs, '{{$1$2$3}}')
    : text;
}

/**
 * Whether nobody says that a template reads `mark` of `body`, and it looks like text: it is in a line with
 * words, and not in an address.
 */
function isText(mark: TemplateMark, body: string, ways: PostWays): boolean {
  const { kind, name, args, start, end } = mark;
  if (!ways.isUnknown || /^(?:raw|endraw)$/.test(name)) return false;
  // A tag with a text, or a text with a filter, is no example in prose.
  if (kind === 'tag' ? /^["']/.test(args) : /^(?:"[^"]*"|'[^']*')\s*\|/.test(args)) return false;
  const before = body.slice(Math.max(0, start - 200), start).replace(/^.*\n/s, '');
  if (/(?:\]\(<?|=["']?|\]:\s*<?)[^\s)"'>]*$/.test(before)) return false;
  if (kind === 'output') return true;
  const after = body.slice(end, end + 200).replace(/\n.*$/s, '');
  return /\S/.test(before) || /\S/.test(after);
}

/** `marks` with each condition and all until its end as one mark, where nobody runs the template. */
function withBlocks(marks: readonly TemplateMark[], ways: PostWays): readonly TemplateMark[] {
  if (!ways.isUnknown) return marks;
  const opened: number[] = [];
  const closeOf = new Map<number, number>();
  for (const [at, { kind, name }] of marks.entries()) {
    if (kind !== 'tag') continue;
    if (CONDITIONS.has(name)) opened.push(at);
    const last = marks[opened.at(-1) ?? -1];
    if (last !== undefined && name === `end${last.name}`) closeOf.set(opened.pop() ?? 0, at);
  }
  const whole: TemplateMark[] = [];
  for (let at = 0; at < marks.length; at++) {
    const mark = marks[at];
    const close = closeOf.get(at);
    const end = marks[close ?? -1]?.end;
    if (mark === undefined) continue;
    whole.push(end === undefined ? mark : { ...mark, content: '', end });
    at = close ?? at;
  }
  return whole;
}

/** What a mark shows that no template is needed for: a picture, a link, the address of a post. */
function showMark(
  { kind, name, args, content }: TemplateMark,
  post: Post,
  context: RenderContext,
  ways: PostWays,
) {
  const { templates } = ways.markdown;
  const linkTo = (target: string) => findPage(target, post.file, context);
  if (kind === 'shortcode' && templates.includes(kind)) {
    return showShortcode(name, args, content, linkTo);
  }
  if (kind === 'tag' && templates.includes(kind)) {
    const own =
      name === 'post_url' || name === 'link' ? ways.tags.get(name)?.(args, context) : undefined;
    return own !== undefined && 'text' in own ? { text: sitePath(own.text, context) } : own;
  }
  if (kind !== 'output' || !templates.includes(kind)) return undefined;
  // Zola calls its shortcodes.
  const [, called = '', given = ''] = /^(\w+)\(([\s\S]*)\)$/.exec(args) ?? [];
  const isZola = context.settings.generator === 'zola' || ways.isUnknown;
  return called !== '' && isZola ? showShortcode(called, given, undefined, linkTo) : undefined;
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
      return forLiquid(text, post.file, context, (_line, fact) => warn(1, `${fact} (in ${name})`));
    }
    warn(1, `{% include ${name} %} finds no such file, or never ends; ${LEFT_OUT}`);
    return '';
  });
  const prepared = forLiquid(source.body, post.file, context, warn);
  return String(liquid.parseAndRenderSync(prepared, scopeOf(post, source, context)));
}

/** `text` with only marks that Liquid knows. */
function forLiquid(text: string, file: string, context: RenderContext, warn: Warn): string {
  const ways = waysOf(context.settings.generator);
  // Who makes the pages may not know Liquid, so what looks like it in code is code.
  const isInCode = inRanges(ways.isUnknown ? codeRanges(text) : []);
  const replacementOf = (mark: TemplateMark): Replacement | undefined => {
    const { kind } = mark;
    if (isInCode(mark.start)) {
      if (/^(?:raw|endraw)$/.test(mark.name)) return undefined;
      return { text: `{% raw %}${text.slice(mark.start, mark.end)}{% endraw %}` };
    }
    if (kind === 'quoted') return { text: `{% raw %}${mark.args}{% endraw %}` };
    const fence = codeFence(mark, text, ways);
    if (fence !== undefined) return fence;
    if (kind === 'shortcode') {
      const linkTo = (target: string) => findPage(target, file, context);
      const shown = showShortcode(mark.name, mark.args, mark.content, linkTo);
      if (shown !== undefined && 'text' in shown) return shown;
      if (mark.name === 'comment' || mark.name.startsWith('/')) return { text: '' };
    }
    const own = kind === 'tag' ? ways.tags.get(mark.name)?.(mark.args, context) : undefined;
    if (own !== undefined && 'text' in own) {
      // Authors write the path of the site before it themselves, as older versions of Jekyll need.
      const isPrefixed = text.slice(Math.max(0, mark.start - 2), mark.start) === '}}';
      return { text: isPrefixed ? own.text : sitePath(own.text, context) };
    }
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
      author: post.authors[0]?.name ?? site.author.name,
    },
  };
}
